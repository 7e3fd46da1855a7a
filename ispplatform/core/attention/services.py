"""Opening, taking, snoozing and settling rows of *Needs a person*."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from ispplatform.core.actors import Actor
from ispplatform.core.attention.errors import AttentionAlreadyResolved
from ispplatform.core.attention.events import AttentionOpened
from ispplatform.core.attention.gathering import is_mailed_at_once
from ispplatform.core.attention.kinds import attention_kinds
from ispplatform.core.attention.selectors import attention_item_by_id
from ispplatform.core.attention.stakes import stake_of
from ispplatform.core.audit import audit
from ispplatform.core.clock import system_now
from ispplatform.core.errors import InvalidInput
from ispplatform.core.events import publish
from ispplatform.core.models.attention import AttentionItem
from ispplatform.core.money import Money
from ispplatform.core.subjects import Subject, subject_of

MANAGE = "attention:manage"


def attention_open(
    *,
    kind: str,
    subject: Subject,
    sentence: str,
    money: Money | None = None,
    customer_id: UUID | None = None,
) -> AttentionItem:
    """Put a row before staff; one that is open already for this kind and subject is renewed.

    Call it in the transaction that gives up.

    Args:
        kind: name of a declared ``AttentionKind``.
        sentence: what happened and what it means, for staff; 500 characters are kept.
        money: what is at stake; None: what the slot ``money_at_stake`` knows of the subject.

    Raises:
        ValueError: the kind is not declared.
    """
    declared = attention_kinds.get(kind)
    if declared is None:
        raise ValueError(f"The attention kind {kind!r} is not declared.")
    money = money if money is not None else stake_of(subject)
    stake: dict[str, Any] = {
        "sentence": sentence[:500],
        "currency": money.currency if money else "",
        "money_at_stake": money.amount if money else None,
    }
    with transaction.atomic():
        item = _renewed(kind, subject, stake)
        if item is not None:
            return item
        now = system_now()
        is_told = declared.is_urgent and is_mailed_at_once(now)
        told_at = now if is_told else None
        item = _inserted(kind, subject, {**stake, "told_at": told_at}, customer_id)
        if item is None:  # another transaction was faster
            return AttentionItem.objects.get(kind=kind, subject_id=subject.id, resolved_at=None)
        publish(
            AttentionOpened(
                item_id=item.pk,
                kind=kind,
                sentence=item.sentence,
                is_urgent=declared.is_urgent,
                is_told=is_told,
                subject_type=subject.type,
                subject_id=subject.id,
                money_at_stake=money.amount if money else None,
                currency=money.currency if money else "",
            ),
            subject=subject_of(item),
            customer_id=customer_id,
        )
    return item


def _renewed(kind: str, subject: Subject, stake: dict[str, Any]) -> AttentionItem | None:
    item = AttentionItem.objects.filter(kind=kind, subject_id=subject.id, resolved_at=None).first()
    if item is not None:
        for name, value in stake.items():
            setattr(item, name, value)
        item.save(update_fields=list(stake))
    return item


def _inserted(
    kind: str, subject: Subject, values: dict[str, Any], customer_id: UUID | None
) -> AttentionItem | None:
    try:
        with transaction.atomic():
            return AttentionItem.objects.create(
                kind=kind,
                subject_type=subject.type,
                subject_id=subject.id,
                subject_label=subject.label[:200],
                customer_id=customer_id,
                **values,
            )
    except IntegrityError:
        return None


def attention_take(*, actor: Actor, item_id: UUID) -> AttentionItem:
    """Note that ``actor`` looks after a row; whoever takes it later replaces the one before.

    Raises:
        NotPermitted, NotFound, AttentionAlreadyResolved.
    """
    return _change(
        "core.attention_take",
        actor=actor,
        item_id=item_id,
        taken_by=actor.label[:200],
        taken_by_id=actor.id,
        taken_at=system_now(),
    )


def attention_snooze(*, actor: Actor, item_id: UUID, until: datetime) -> AttentionItem:
    """Hide a row until a moment of real time.

    Raises:
        NotPermitted, NotFound, AttentionAlreadyResolved.
        InvalidInput: the moment is past.
    """
    if until <= system_now():
        raise InvalidInput("Choose a time that is still to come.", field="until")
    return _change("core.attention_snooze", actor=actor, item_id=item_id, snoozed_until=until)


def attention_resolve(*, actor: Actor, item_id: UUID, resolution: str) -> AttentionItem:
    """Close a row by hand.

    Args:
        resolution: what was done, in the person's words.

    Raises:
        NotPermitted, NotFound, AttentionAlreadyResolved.
        InvalidInput: nothing is said about what was done.
    """
    if not resolution.strip():
        raise InvalidInput("Say what was done.", field="resolution")
    return _change(
        "core.attention_resolve",
        actor=actor,
        item_id=item_id,
        resolved_at=system_now(),
        resolved_by=actor.label[:200],
        resolution=resolution[:500],
    )


def attention_settled(*, kind: str, subject: Subject, resolution: str) -> bool:
    """Close the open row of this kind and subject because its cause is gone; tell if there was one.

    Call it in the transaction that removes the cause.
    """
    rows = AttentionItem.objects.filter(kind=kind, subject_id=subject.id, resolved_at=None)
    changed = rows.update(
        resolved_at=system_now(), resolved_by="automation", resolution=resolution[:500]
    )
    return bool(changed)


def _change(act: str, *, actor: Actor, item_id: UUID, **change: Any) -> AttentionItem:
    actor.require(MANAGE)
    with transaction.atomic():
        item = attention_item_by_id(item_id)
        if not AttentionItem.objects.filter(pk=item_id, resolved_at=None).update(**change):
            raise AttentionAlreadyResolved("This is settled already.")
        audit(
            act,
            actor=actor,
            subject=subject_of(item),
            before={name: getattr(item, name) for name in change},
            after=change,
            customer_id=item.customer_id,
        )
    return attention_item_by_id(item_id)
