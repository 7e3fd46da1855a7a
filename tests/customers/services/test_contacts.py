import pytest

from customers.models import Contact
from customers.selectors import recipients_for
from customers.services import ContactData, contact_add, contact_remove, contact_update
from ispplatform.core.errors import DuplicateResource, InvalidInput, NotPermitted
from ispplatform.core.models import AuditEntry
from tests.actors import staff
from tests.factories.customers import ContactFactory, CustomerFactory

SUPPORT = staff("contacts:*")
GRACE = ContactData(name="Grace Hopper", email="grace@x.example", purposes=("billing", "abuse"))


def test_a_contact_is_added_with_its_purposes(tenant):
    customer = CustomerFactory()
    contact = contact_add(actor=SUPPORT, customer=customer, contact=GRACE)
    assert contact.purposes == ["billing", "abuse"]
    before = customer.updated_at
    customer.refresh_from_db()
    assert customer.updated_at > before
    assert AuditEntry.objects.get().act == "customers.contact_add"


def test_one_address_makes_one_contact(tenant):
    present = ContactFactory(email="grace@x.example")
    with pytest.raises(DuplicateResource) as refusal:
        contact_add(actor=SUPPORT, customer=present.customer, contact=GRACE)
    assert refusal.value.params["existing_id"] == present.pk
    assert Contact.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " "}, "name"),
        ({"email": "grace"}, "email"),
        ({"phone": "call me"}, "phone"),
        ({"purposes": ("billing", "gossip")}, "purposes"),
    ],
)
def test_malformed_contacts_are_refused(tenant, change, field):
    values = {"name": "Grace", "email": "grace@x.example", **change}
    with pytest.raises(InvalidInput) as refusal:
        contact_add(actor=SUPPORT, customer=CustomerFactory(), contact=ContactData(**values))
    assert refusal.value.params["field"] == field
    assert not Contact.objects.exists()


def test_a_contact_is_replaced_and_removed(tenant):
    contact = ContactFactory()
    contact_update(actor=SUPPORT, contact=contact, data=GRACE)
    contact.refresh_from_db()
    assert (contact.name, contact.search_text) == ("Grace Hopper", "grace hopper grace@x.example")
    contact_remove(actor=SUPPORT, contact=contact)
    assert not Contact.objects.exists()


def test_contacts_need_the_permission(tenant):
    contact = ContactFactory()
    reader = staff("contacts:read", "customers:*")
    for act in (
        lambda: contact_add(actor=reader, customer=contact.customer, contact=GRACE),
        lambda: contact_update(actor=reader, contact=contact, data=GRACE),
        lambda: contact_remove(actor=reader, contact=contact),
    ):
        with pytest.raises(NotPermitted):
            act()
    assert Contact.objects.get().name == contact.name


def test_mail_goes_to_all_contacts_of_the_purpose_else_to_the_customer(tenant):
    customer = CustomerFactory(first_name="Ada", last_name="Lovelace", email="ada@x.example")
    for name in ("Bill", "Cora"):
        ContactFactory(customer=customer, name=name, email=f"{name}@x.example", is_billing=True)
    billing = [recipient.name for recipient in recipients_for(customer.pk, "billing")]
    assert billing == ["Bill", "Cora"]
    for purpose in ("abuse", "", "gossip"):
        (only,) = recipients_for(customer.pk, purpose)
        assert (only.name, only.email) == ("Ada Lovelace", "ada@x.example")


def test_nobody_is_written_to_about_a_customer_who_does_not_exist(tenant, other_tenant):
    assert recipients_for(other_tenant.pk, "billing") == []
