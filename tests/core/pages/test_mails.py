"""Mails: one template gives subject, text and HTML, in the reader's language, and nothing else."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ispplatform.core.models import Tenant
from ispplatform.core.pages.mails import RenderedMail, mail_render
from ispplatform.core.pages.samples import sample_mail
from tests.factories.core import TenantFactory


@pytest.fixture
def company() -> Tenant:
    return TenantFactory.build(
        name="Nordlicht",
        legal_name="Nordlicht Hosting GmbH",
        base_url="https://nordlicht.example",
        address={"lines": ["Hafenstraße 12", "20457 Hamburg"]},
        settings={"brand.legal_links": {"Imprint": "/imprint"}, "brand.logo": "/files/logo.png"},
    )


def sample(company: Tenant, **values: Any) -> RenderedMail:
    content = {**sample_mail(company.base_url), **values}
    return mail_render("email/sample.html", content, tenant=company, language="en")


@pytest.fixture
def of_source(company: Tenant, tmp_path: Path, settings: Any) -> Callable[[str], RenderedMail]:
    """Render a mail of a template that the test writes."""
    engine = settings.TEMPLATES[0]
    settings.TEMPLATES = [{**engine, "DIRS": [*engine["DIRS"], tmp_path]}]

    def render(source: str) -> RenderedMail:
        (tmp_path / "own.html").write_text("{% load mail %}" + source)
        values = {"evil": '<img src=x onerror="alert(1)">'}
        return mail_render("own.html", values, tenant=company, language="en")

    return render


def test_the_plain_text_says_everything_in_lines_of_72(company: Tenant) -> None:
    mail = sample(company)
    assert mail.subject == "Your invoice 2026-04712"
    assert mail.text == (
        "Your invoice 2026-04712\n"
        "=======================\n"
        "\n"
        "Dear Maren Küstermann,\n"
        "\n"
        "Thank you for staying with us. We charge your Visa ending 4242 on the\n"
        "day below; there is nothing for you to do.\n"
        "\n"
        "Due: 3 Dec 2026\n"
        "kontor-nord.example: 14.00 €\n"
        "Total with tax: 14.00 €\n"
        "\n"
        "See the invoice:\n"
        "https://nordlicht.example/styleguide/invoices\n"
        "\n"
        "! Your card expires this month. Please enter the new one.\n"
        "\n"
        "This is the code for the change:\n"
        "\n"
        "    482 913\n"
        "\n"
        "You get this mail because you are a billing contact of Kontor Nord GmbH.\n"
        "\n"
        "--\n"
        "Nordlicht\n"
        "Nordlicht Hosting GmbH\n"
        "Hafenstraße 12\n"
        "20457 Hamburg\n"
        "https://nordlicht.example\n"
        "Imprint: https://nordlicht.example/imprint\n"
    )


def test_the_html_needs_nothing_from_elsewhere_but_the_logo(company: Tenant) -> None:
    html = sample(company).html
    assert '<html lang="en">' in html
    assert 'href="https://nordlicht.example/styleguide/invoices"' in html
    assert 'src="https://nordlicht.example/files/logo.png"' in html
    assert "prefers-color-scheme: dark" in html
    assert "<script" not in html
    assert "<link" not in html
    assert html.count("https://") == html.count("https://nordlicht.example")


def test_what_people_wrote_is_text_in_both_forms(company: Tenant) -> None:
    mail = sample(company, name='<b>Max & "Söhne"</b>')
    assert 'Dear <b>Max & "Söhne"</b>,' in mail.text
    assert "Dear &lt;b&gt;Max &amp; &quot;Söhne&quot;&lt;/b&gt;," in mail.html


@pytest.mark.parametrize(
    "block",
    [
        "{% paragraph %}{{ evil }}{% endparagraph %}",
        "{% heading %}{{ evil }}{% endheading %}",
        "{% small %}{{ evil }}{% endsmall %}",
        "{% code %}{{ evil }}{% endcode %}",
        "{% callout %}{{ evil }}{% endcallout %}",
        "{% facts %}{% fact evil evil %}{% total evil evil %}{% endfacts %}",
        '{% button "https://x.example" evil %}',
        "{% preview %}{{ evil }}{% endpreview %}",
    ],
)
def test_no_block_lets_markup_through(of_source: Callable[[str], RenderedMail], block: str) -> None:
    mail = of_source("{% subject %}S{% endsubject %}" + block)
    assert "<img src=x" not in mail.html
    assert "&lt;img src=x" in mail.html


def test_a_subject_is_not_escaped_twice(company: Tenant) -> None:
    mail = sample(company, number="1 & 2")
    assert mail.subject == "Your invoice 1 & 2"
    assert "<title>Your invoice 1 &amp; 2</title>" in mail.html


def test_a_subject_is_one_line(company: Tenant) -> None:
    mail = sample(company, number="1\r\nBcc: everyone@evil.example")
    assert mail.subject == "Your invoice 1 Bcc: everyone@evil.example"


def test_a_mail_without_a_subject_is_refused(
    of_source: Callable[[str], RenderedMail],
) -> None:
    with pytest.raises(ValueError, match="no subject"):
        of_source("{% paragraph %}x{% endparagraph %}")


@pytest.mark.parametrize("url", ["javascript:alert(1)", "/relative", "https://x.example/a b"])
def test_a_button_leads_to_a_whole_address(company: Tenant, url: str) -> None:
    with pytest.raises(ValueError, match="no address"):
        sample(company, url=url)
