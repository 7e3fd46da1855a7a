"""Giving references to rows. The caller's service audits them with the rest of its change."""

from collections.abc import Sequence

from django.db import IntegrityError, transaction

from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import system_now
from ispplatform.core.errors import InvalidInput
from ispplatform.core.external_refs.selectors import external_refs_of, subject_id_of_external_ref
from ispplatform.core.external_refs.values import (
    REFS_PER_ROW,
    ExternalRefData,
    ExternalRefTaken,
)
from ispplatform.core.models.external_refs import ExternalRef
from ispplatform.core.subjects import Subject, subject_of
from ispplatform.core.tenancy.base import TenantModel


def external_refs_set(*, subject: Subject, refs: Sequence[ExternalRefData]) -> None:
    """Make ``refs`` the references of the row: adds, keeps and removes; inside a transaction.

    Raises:
        ExternalRefTaken: another row of this type carries one of them.
        InvalidInput: more than 20 references.
    """
    if len(set(refs)) > REFS_PER_ROW:
        raise InvalidInput(
            f"A row keeps at most {REFS_PER_ROW} external references.", field="external_refs"
        )
    present = set(external_refs_of(subject))
    for gone in present - set(refs):
        ExternalRef.objects.filter(
            subject_type=subject.type, subject_id=subject.id, system=gone.system, ref=gone.id
        ).delete()
    for new in dict.fromkeys(refs):
        if new not in present:
            _create(subject, new)


def external_refs_add(*, subject: Subject, refs: Sequence[ExternalRefData]) -> None:
    """Give the row further references; one that it has already stays as it is.

    Raises:
        ExternalRefTaken: another row of this type carries one of them.
        InvalidInput: more than 20 references in all.
    """
    if refs:
        external_refs_set(subject=subject, refs=[*external_refs_of(subject), *refs])


def _create(subject: Subject, ref: ExternalRefData) -> None:
    _refuse_taken(subject, ref)
    try:
        with transaction.atomic():
            ExternalRef.objects.create(
                subject_type=subject.type, subject_id=subject.id, system=ref.system, ref=ref.id
            )
    except IntegrityError:
        _refuse_taken(subject, ref)
        raise


def _refuse_taken(subject: Subject, ref: ExternalRefData) -> None:
    owner = subject_id_of_external_ref(subject.type, ref)
    if owner is not None:
        raise ExternalRefTaken(
            f"{ref.system} calls another row {ref.id} already.",
            field="external_refs",
            existing_id=owner,
        )


def external_refs_replace(
    *, actor: Actor, permission: str, row: TenantModel, refs: Sequence[ExternalRefData]
) -> None:
    """Make ``refs`` the references of a row that is there already: audited, a change of the row.

    For rows that the platform makes itself, such as a renewal's invoice.

    Raises:
        NotPermitted: without ``permission``.
        ExternalRefTaken, InvalidInput: as ``external_refs_set``.
    """
    actor.require(permission)
    subject = subject_of(row)
    with transaction.atomic():
        locked = type(row).objects.select_for_update().get(pk=row.pk)
        before = external_refs_of(subject)
        if set(before) == set(refs):
            return
        external_refs_set(subject=subject, refs=refs)
        # Whoever follows the changes of rows has to see this one.
        type(row).objects.filter(pk=row.pk).update(updated_at=system_now())
        audit(
            "core.external_refs_change",
            actor=actor,
            subject=subject,
            before={"external_refs": _told(before)},
            after={"external_refs": _told(refs)},
            customer_id=getattr(locked, "customer_id", None),
        )


def _told(refs: Sequence[ExternalRefData]) -> list[str]:
    return [f"{ref.system}:{ref.id}" for ref in refs]
