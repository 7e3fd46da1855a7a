"""Reading references, and finding rows by them."""

from collections.abc import Iterable
from typing import TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet

from ispplatform.core.external_refs.values import ExternalRefData
from ispplatform.core.models.external_refs import ExternalRef
from ispplatform.core.subjects import Subject

M = TypeVar("M", bound=Model)


def external_refs_of(subject: Subject) -> list[ExternalRefData]:
    """Return the references of one row, by system."""
    return external_refs_by_id(subject.type, [subject.id]).get(subject.id, [])


def external_refs_by_id(
    subject_type: str, ids: Iterable[UUID]
) -> dict[UUID, list[ExternalRefData]]:
    """Return the references of several rows of one type in one query; rows without any lack."""
    found: dict[UUID, list[ExternalRefData]] = {}
    rows = ExternalRef.objects.filter(subject_type=subject_type, subject_id__in=list(ids))
    for row in rows.order_by("system", "ref"):
        data = ExternalRefData(system=row.system, id=row.ref)
        found.setdefault(row.subject_id, []).append(data)
    return found


def subject_id_of_external_ref(subject_type: str, ref: ExternalRefData) -> UUID | None:
    """Return the id of the row that carries the reference, or None."""
    rows = ExternalRef.objects.filter(subject_type=subject_type, system=ref.system, ref=ref.id)
    found: UUID | None = rows.values_list("subject_id", flat=True).first()
    return found


def with_external_ref(rows: QuerySet[M], *, system: str, ref: str | None = None) -> QuerySet[M]:
    """Narrow ``rows`` to those known to ``system``, or to the one that it calls ``ref``."""
    subject_type = rows.model._meta.label_lower
    refs = ExternalRef.objects.filter(subject_type=subject_type, system=system)
    if ref is not None:
        refs = refs.filter(ref=ref)
    return rows.filter(pk__in=refs.values("subject_id"))
