"""What of an invoice is unpaid: which lines, what they bill, and what their days count from."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from billing.models import Document, DocumentLine
from billing.rules.dunning import Anchors
from billing.selectors.invoices import credited_of_lines
from billing.selectors.renewal_anchors import Anchored, anchored_subjects
from billing.slots import suspendable_subjects
from ispplatform.core.models.tenants import Tenant
from ispplatform.core.subjects import Subject

Unpaid = Mapping[UUID, Sequence[DocumentLine]]


def unpaid_lines_of(documents: Collection[Document]) -> dict[UUID, list[DocumentLine]]:
    """Return the lines of documents that cost something and were not taken back. Two queries."""
    rows = DocumentLine.objects.filter(document__in=documents).order_by("document_id", "position")
    lines = [line for line in rows if line.gross > 0]
    credited = credited_of_lines(lines)
    found: dict[UUID, list[DocumentLine]] = {document.pk: [] for document in documents}
    for line in lines:
        if line.gross > credited[line.pk].gross:
            found[line.document_id].append(line)
    return found


def unpaid_lines(document: Document) -> list[DocumentLine]:
    """Return the lines that cost something and were not taken back by credit notes."""
    return unpaid_lines_of([document])[document.pk]


def anchors_of(document: Document, *, tenant: Tenant) -> Anchors:
    """Return what the days of an invoice's calendar count from."""
    return anchors_of_each([document], unpaid_lines_of([document]), tenant=tenant)[document.pk]


def anchors_of_each(
    documents: Collection[Document], unpaid: Unpaid, *, tenant: Tenant
) -> dict[UUID, Anchors]:
    """Return what the days of each invoice's calendar count from. Two queries for each slot.

    What was ordered and is not paid yet is no renewal: no expiry is near.
    """
    renewing = [document for document in documents if document.made_from_id is None]
    subjects = [
        (line.subject_type, line.subject_id)
        for document in renewing
        for line in unpaid[document.pk]
    ]
    anchored = anchored_subjects(subjects, tenant=tenant)
    found = {
        document.pk: Anchors(due_on=document.due_on, expires_on=None) for document in documents
    }
    for document in renewing:
        found[document.pk] = _anchors(document, unpaid[document.pk], anchored)
    return found


def _anchors(
    document: Document, lines: Sequence[DocumentLine], anchored: Mapping[UUID, Anchored]
) -> Anchors:
    subject_ids = [line.subject_id for line in lines]
    own = [anchored[one] for one in subject_ids if one is not None and one in anchored]
    expiries = [one.on for one in own if one.on is not None]
    return Anchors(
        due_on=document.due_on if len(own) < len(lines) or not expiries else None,
        expires_on=min(expiries, default=None),
    )


def suspendable_of(document: Document) -> list[Subject]:
    """Return what the unpaid lines of an invoice bill and can stand still."""
    return suspendable_of_each(unpaid_lines_of([document]))[document.pk]


def suspendable_of_each(unpaid: Unpaid) -> dict[UUID, list[Subject]]:
    """Return the same for some documents. The slots are asked once each."""
    pairs = [(line.subject_type, line.subject_id) for lines in unpaid.values() for line in lines]
    known = suspendable_among(pairs)
    found: dict[UUID, list[Subject]] = {}
    for document_id, lines in unpaid.items():
        own = {
            line.subject_id: known[line.subject_id] for line in lines if line.subject_id in known
        }
        found[document_id] = sorted(own.values(), key=lambda one: (one.type, one.id))
    return found


def suspendable_among(pairs: Iterable[tuple[str, UUID | None]]) -> dict[UUID | None, Subject]:
    """Return those of the subjects, by type and id, that can stand still; by their id."""
    by_type: dict[str, set[UUID]] = {}
    for subject_type, subject_id in pairs:
        if subject_id is not None:
            by_type.setdefault(subject_type, set()).add(subject_id)
    found: dict[UUID | None, Subject] = {}
    for kind, ids in by_type.items():
        slot = suspendable_subjects.get(kind)
        names: Mapping[UUID, str] = slot.suspendable(ids) if slot is not None else {}
        found.update({one: Subject(type=kind, id=one, label=names[one]) for one in names})
    return found
