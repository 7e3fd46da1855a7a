import pytest

from customers.errors import CustomerNotFound
from customers.models import Note
from customers.services import note_add, note_pin, note_remove, note_unpin, note_update
from ispplatform.core.actors import Actor, ActorType
from ispplatform.core.clock import system_now
from ispplatform.core.errors import InvalidInput, NotPermitted
from ispplatform.core.models import AuditEntry
from tests.actors import portal, staff
from tests.factories.accounts import UserFactory
from tests.factories.customers import CustomerFactory, NoteFactory


@pytest.fixture
def author(tenant):
    user = UserFactory(email="grace@northwind.example")
    return Actor(
        type=ActorType.USER,
        id=str(user.pk),
        label=user.email,
        permissions=frozenset({"notes:*"}),
    )


def test_a_note_keeps_author_and_text(author):
    note = note_add(actor=author, customer=CustomerFactory(), text="  Call before noon. ")
    assert (note.text, note.author_label) == ("Call before noon.", "grace@northwind.example")
    assert str(note.author_id) == author.id
    assert AuditEntry.objects.get().act == "customers.note_add"


def test_the_note_pinned_last_is_the_one_at_the_head(author):
    customer = CustomerFactory()
    first = note_add(actor=author, customer=customer, text="first", is_pinned=True)
    second = note_add(actor=author, customer=customer, text="second", is_pinned=True)
    assert Note.objects.get(is_pinned=True) == second
    note_pin(actor=author, note=first)
    assert Note.objects.get(is_pinned=True) == first
    note_unpin(actor=author, note=first)
    assert not Note.objects.filter(is_pinned=True).exists()


def test_the_trail_keeps_what_a_changed_and_a_removed_note_said(author):
    note = NoteFactory(text="old")
    note_update(actor=author, note=note, text="new")
    note_remove(actor=author, note=note)
    told = [entry.values.before["text"] for entry in AuditEntry.objects.order_by("created_at")]
    assert told == ["old", "new"]
    assert not Note.objects.exists()


@pytest.mark.parametrize("text", ["", "  \n", "x" * 10_001])
def test_empty_and_endless_notes_are_refused(author, text):
    with pytest.raises(InvalidInput):
        note_add(actor=author, customer=CustomerFactory(), text=text)
    assert not Note.objects.exists()


def test_customers_and_readers_write_no_notes(tenant):
    customer = CustomerFactory()
    for actor in (staff("notes:read", "customers:*"), portal(customer.pk, "own_profile:update")):
        with pytest.raises(NotPermitted):
            note_add(actor=actor, customer=customer, text="x")
    assert not Note.objects.exists()


def test_a_deleted_customer_gets_no_note(author):
    with pytest.raises(CustomerNotFound):
        note_add(actor=author, customer=CustomerFactory(deleted_at=system_now()), text="x")
    assert not Note.objects.exists()
