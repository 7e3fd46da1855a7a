"""Notes about a customer: for staff, never for the customer."""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction

from customers.models import Customer, Note
from customers.services.recording import customer_locked
from ispplatform.core.actors import Actor, ActorType
from ispplatform.core.audit import audit
from ispplatform.core.errors import InvalidInput
from ispplatform.core.subjects import subject_of

TEXT_CHARACTERS = 10_000


def note_add(*, actor: Actor, customer: Customer, text: str, is_pinned: bool = False) -> Note:
    """Write a note; a pinned one takes the place of the one pinned before.

    Raises:
        NotPermitted.
        InvalidInput: the text is empty or longer than 10,000 characters.
        CustomerNotFound: the customer was deleted.
    """
    actor.require("notes:create")
    text = _text(text)
    with transaction.atomic():
        customer = customer_locked(customer)
        if is_pinned:
            _unpin_all(customer)
        note = Note.objects.create(
            customer=customer,
            author_id=UUID(actor.id) if actor.type == ActorType.USER else None,
            author_label=actor.label[:200],
            text=text,
            is_pinned=is_pinned,
        )
        after = {"text": text, "is_pinned": is_pinned}
        _audit("customers.note_add", actor, note, {}, after)
    return note


def note_update(*, actor: Actor, note: Note, text: str) -> Note:
    """Write a note anew; the audit trail keeps the old text.

    Raises:
        NotPermitted, InvalidInput.
    """
    actor.require("notes:update")
    text = _text(text)
    with transaction.atomic():
        before = {"text": note.text}
        note.text = text
        note.save(update_fields=["text"])
        _audit("customers.note_update", actor, note, before, {"text": text})
    return note


def note_pin(*, actor: Actor, note: Note) -> Note:
    """Put a note at the head of the customer page, in place of the one there.

    Raises:
        NotPermitted, CustomerNotFound.
    """
    actor.require("notes:update")
    with transaction.atomic():
        customer = customer_locked(note.customer)
        _unpin_all(customer)
        note.is_pinned = True
        note.save(update_fields=["is_pinned"])
        _audit("customers.note_pin", actor, note, {"is_pinned": False}, {"is_pinned": True})
    return note


def note_unpin(*, actor: Actor, note: Note) -> Note:
    """Take a note from the head of the customer page; it stays among the notes.

    Raises:
        NotPermitted.
    """
    actor.require("notes:update")
    with transaction.atomic():
        note.is_pinned = False
        note.save(update_fields=["is_pinned"])
        _audit("customers.note_unpin", actor, note, {"is_pinned": True}, {"is_pinned": False})
    return note


def note_change(
    *, actor: Actor, note: Note, text: str | None = None, is_pinned: bool | None = None
) -> Note:
    """Write a note anew, pin or unpin it; what is None stays as it is.

    Raises:
        NotPermitted, InvalidInput, CustomerNotFound.
    """
    with transaction.atomic():
        if text is not None and text.strip() != note.text:
            note_update(actor=actor, note=note, text=text)
        if is_pinned is not None and is_pinned != note.is_pinned:
            (note_pin if is_pinned else note_unpin)(actor=actor, note=note)
    return note


def pinned_note_write(*, actor: Actor, customer: Customer, text: str) -> None:
    """Make ``text`` the note at the head of the customer page; an empty one unpins what is there.

    Raises:
        NotPermitted, InvalidInput, CustomerNotFound.
    """
    present = Note.objects.filter(customer=customer, is_pinned=True).first()
    text = text.strip()
    if present is not None and not text:
        note_unpin(actor=actor, note=present)
    elif text and (present is None or present.text != text):
        note_add(actor=actor, customer=customer, text=text, is_pinned=True)


def note_remove(*, actor: Actor, note: Note) -> None:
    """Delete a note; the audit trail keeps its text.

    Raises:
        NotPermitted.
    """
    actor.require("notes:delete")
    with transaction.atomic():
        before = {"text": note.text, "is_pinned": note.is_pinned}
        _audit("customers.note_remove", actor, note, before, {})
        note.delete()


def _unpin_all(customer: Customer) -> None:
    Note.objects.filter(customer=customer, is_pinned=True).update(is_pinned=False)


def _text(value: str) -> str:
    text = value.strip()
    if not text:
        raise InvalidInput("Write what is to be noted.", field="text")
    if len(text) > TEXT_CHARACTERS:
        raise InvalidInput(f"A note has at most {TEXT_CHARACTERS} characters.", field="text")
    return text


def _audit(
    act: str, actor: Actor, note: Note, before: Mapping[str, object], after: Mapping[str, object]
) -> None:
    audit(
        act,
        actor=actor,
        subject=subject_of(note),
        before=before,
        after=after,
        customer_id=note.customer_id,
    )
