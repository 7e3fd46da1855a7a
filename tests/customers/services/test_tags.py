import pytest

from customers.errors import TagTaken
from customers.models import CustomerTag, Tag
from customers.services import tag_create, tag_delete, tag_update
from ispplatform.core.errors import InvalidInput, NotPermitted
from ispplatform.core.models import AuditEntry
from tests.actors import staff
from tests.factories.customers import CustomerTagFactory, TagFactory

SALES = staff("customers:update")


def test_a_tag_has_a_name_and_a_colour(tenant):
    tag = tag_create(actor=SALES, name="  Key  account ", color="#1D4ED8")
    assert (tag.name, tag.color) == ("Key account", "#1d4ed8")


def test_two_spellings_of_one_word_are_one_tag(tenant):
    tag = tag_create(actor=SALES, name="Straße")
    with pytest.raises(TagTaken) as refusal:
        tag_create(actor=SALES, name="STRASSE")
    assert refusal.value.params["existing_id"] == tag.pk
    assert Tag.objects.count() == 1


def test_a_tag_may_change_its_own_spelling_but_not_take_anothers(tenant):
    tag, other = TagFactory(name="vip"), TagFactory(name="press")
    assert tag_update(actor=SALES, tag=tag, name="VIP").name == "VIP"
    with pytest.raises(TagTaken):
        tag_update(actor=SALES, tag=tag, name="Press")
    other.refresh_from_db()
    assert other.name == "press"


@pytest.mark.parametrize(("name", "color"), [("", "#000000"), ("x" * 41, "#000000"), ("a", "red")])
def test_malformed_tags_are_refused(tenant, name, color):
    with pytest.raises(InvalidInput):
        tag_create(actor=SALES, name=name, color=color)
    assert not Tag.objects.exists()


def test_a_deleted_tag_is_gone_from_everywhere(tenant):
    carried = CustomerTagFactory()
    tag_delete(actor=SALES, tag=carried.tag)
    assert not CustomerTag.objects.exists()
    assert AuditEntry.objects.get().values.before["customers"] == 1


def test_tags_need_the_permission(tenant):
    with pytest.raises(NotPermitted):
        tag_create(actor=staff("customers:read"), name="x")
    assert not Tag.objects.exists()
