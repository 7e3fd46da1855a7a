"""``{% load ui %}``: what templates get."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.core.paginator import Paginator
from django.template import engines
from django.test import RequestFactory
from django.utils import timezone
from django.utils.html import strip_tags

from ispplatform.core.pages import statuses
from ispplatform.core.pages.forms import HouseRenderer
from ispplatform.core.pages.samples import SampleForm
from ispplatform.core.pages.statuses import (
    StatusWords,
    Tone,
    declare_statuses,
    status_words,
)


def rendered(source: str, **context: object) -> str:
    template = engines["django"].from_string("{% load ui %}" + source)
    return template.render(context, RequestFactory().get("/list?status=open&page=2"))


def words_of(source: str, **context: object) -> str:
    return " ".join(strip_tags(rendered(source, **context)).split())


def test_amounts_carry_their_currency() -> None:
    assert rendered('{% money amount "EUR" %}', amount=Decimal("9")) == (
        '<span class="money">9.00\xa0€</span>'
    )


def test_a_moment_is_a_machine_readable_time() -> None:
    moment = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
    with timezone.override("Europe/Berlin"):
        assert rendered("{% when moment %}", moment=moment) == (
            '<time datetime="2026-07-01T14:00:00+02:00" title="1 Jul 2026, 14:00 CEST">'
            "1 Jul 2026, 14:00</time>"
        )
        assert words_of('{% when moment "time" %}', moment=moment) == "14:00"
        assert words_of('{% when moment "date" %}', moment=moment) == "1 Jul 2026"
    assert words_of('{% when day "long" %}', day=date(2026, 7, 1)) == "1 July 2026"
    assert rendered("{% when nothing %}", nothing=None) == ""


def test_a_tone_that_does_not_exist_is_a_mistake_of_the_template() -> None:
    with pytest.raises(ValueError, match="sad"):
        rendered('{% badge "x" "sad" %}')


def test_an_icon_without_words_beside_it_has_a_label() -> None:
    assert 'aria-hidden="true"' in rendered('{% icon "globe" %}')
    assert 'role="img" aria-label="Domain"' in rendered('{% icon "globe" label="Domain" %}')


@pytest.mark.parametrize(
    "source",
    [
        '{% notice tone="bad" title=evil reference=evil %}{{ evil }}{% endnotice %}',
        "{% banner %}{{ evil }}{% endbanner %}",
        "{% empty_state title=evil %}{{ evil }}{% endempty_state %}",
        "{% card title=evil more_url=evil more_label=evil %}{{ evil }}{% endcard %}",
        "{% confirm evil %}{{ evil }}{% endconfirm %}",
        "{% badge evil %}",
        "{% steps names 1 %}",
        "{% progress evil 1 2 evil %}",
        '{% price_line evil amount "EUR" evil %}',
        "{% timeline entries %}",
        "{% tabs items evil %}",
        "{% spark numbers evil %}",
    ],
)
def test_what_people_wrote_never_becomes_markup(source: str) -> None:
    evil = "<script>alert('\"')</script>"
    page = rendered(
        source,
        evil=evil,
        names=[evil, (evil, evil)],
        amount=Decimal(1),
        entries=[{"text": evil, "detail": evil, "by": evil}],
        items=[{"text": evil, "url": evil}],
        numbers=[1, 2],
    )
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_an_error_box_says_what_to_do_and_its_reference() -> None:
    source = (
        '{% notice tone="bad" title="Your bank declined the card." reference="7F3K-22A1" %}'
        "<p>Nothing was charged.</p>{% endnotice %}"
    )
    assert words_of(source) == (
        "Your bank declined the card. Nothing was charged. Reference 7F3K-22A1"
    )
    assert 'role="alert"' in rendered(source)


def test_only_steps_behind_the_present_one_can_be_gone_back_to() -> None:
    names = [("Cart", "/cart"), ("Details", "/details"), ("Payment", "/payment")]
    page = rendered("{% steps names 2 %}", names=names)
    assert 'href="/cart"' in page
    assert 'href="/details"' not in page
    assert 'href="/payment"' not in page
    assert '<li aria-current="step">Details</li>' in page


def test_progress_without_a_value_only_says_that_it_goes_on() -> None:
    assert '<progress aria-label="Copying"></progress>' in rendered('{% progress "Copying" %}')
    assert 'value="3" max="7"' in rendered('{% progress "Copying" 3 7 %}')


def test_turning_pages_keeps_the_filter() -> None:
    page = Paginator(range(60), 20).page(2)
    html = rendered("{% pages page %}", page=page)
    assert 'href="?status=open&amp;page=1"' in html
    assert 'href="?status=open&amp;page=3"' in html
    assert "21 to 40 of 60" in html


def test_a_single_page_is_not_turned() -> None:
    assert words_of("{% pages page %}", page=Paginator(range(3), 20).page(1)) == ""


def test_a_form_keeps_what_was_typed_and_says_what_is_wrong_beside_it() -> None:
    form = SampleForm({"email": "office@", "name": "Kontor"}, renderer=HouseRenderer())
    page = rendered("{{ form }}", form=form)
    assert 'value="office@"' in page
    assert 'aria-invalid="true"' in page
    assert 'aria-describedby="id_email_error"' in page
    assert '<ul class="errorlist errors" id="id_email_error"><li><span>Enter a valid email' in page
    assert "Some fields need another look." in page


def test_a_field_that_may_stay_empty_says_so() -> None:
    form = SampleForm()
    assert "(optional)" in rendered("{% field form.vat_id %}", form=form)
    assert "(optional)" not in rendered("{% field form.name %}", form=form)


def test_staff_and_customers_read_their_own_words_for_a_status(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(statuses, "_words", {})
    declare_statuses(
        "test.thing",
        StatusWords(
            value="unknown",
            staff="Outcome unknown",
            customer="Being set up",
            tone=Tone.INFO,
            is_working=True,
        ),
    )
    assert words_of('{% status "test.thing" "unknown" %}') == "Being set up"
    assert words_of('{% status "test.thing" "unknown" reader="staff" %}') == "Outcome unknown"
    with pytest.raises(KeyError):
        status_words("test.thing", "gone")
    with pytest.raises(ValueError, match="twice"):
        declare_statuses("test.thing")
