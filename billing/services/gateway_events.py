"""Notices of payment gateways: kept as they came, then acted on by what the gateway says anew."""

from uuid import UUID

from django.db import transaction

from billing.choices import GatewayEventState
from billing.errors import GatewayEventNotFound, GatewayNoticeRefused
from billing.models import GatewayEvent
from billing.providers.payments.base import PAYMENTS
from billing.providers.payments.stripe.access import (
    ACCOUNT,
    STRIPE,
    is_live_account,
    webhook_secrets,
)
from billing.providers.payments.stripe.notices import Notice, NoticeRefused, notice_of
from billing.services.mirror import mirror_request
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import system_now
from ispplatform.core.errors import NotFound
from ispplatform.core.models.connections import ProviderConnection
from ispplatform.core.operations import operation_start
from ispplatform.core.subjects import subject_of
from ispplatform.core.tenancy.context import across_tenants, tenant_context

GATEWAY_EVENT = "billing.gateway_event"
GATEWAY = Actor.system("payment gateway")
RETRY = "operations:manage"


def stripe_event_receive(*, connection_id: UUID, body: bytes, signature: str) -> GatewayEvent:
    """Keep a notice of Stripe's and have it acted on; one that is known changes nothing.

    The connection in the address decides the company; its signing secrets decide whether the
    notice is believed to be Stripe's. Nothing in it is believed beyond that.

    Args:
        body: as it came, before anybody parsed it.
        signature: the header ``Stripe-Signature``.

    Raises:
        NotFound: no company has this connection to Stripe.
        GatewayNoticeRefused: none of its secrets signed this, or too long ago.
    """
    connection = _connection(connection_id)
    secrets = webhook_secrets(connection.credentials)
    try:
        notice = notice_of(body, signature, secrets=secrets, now=system_now())
    except NoticeRefused as refused:
        raise GatewayNoticeRefused(f"The notice is refused. {refused}") from refused
    with tenant_context(connection.tenant_id), transaction.atomic():
        return _kept(connection, notice)


def _connection(connection_id: UUID) -> ProviderConnection:
    with across_tenants("a gateway names its connection, and that names the company"):
        row = ProviderConnection.objects.filter(
            pk=connection_id, kind=PAYMENTS, backend=STRIPE
        ).first()
    if row is None:
        raise NotFound("There is no such connection.")
    return row


def _kept(connection: ProviderConnection, notice: Notice) -> GatewayEvent:
    foreign = _foreign(connection, notice)
    is_ours = notice.topic is not None and not foreign and bool(notice.reference)
    event, is_new = GatewayEvent.objects.get_or_create(
        connection=connection,
        event_id=notice.event_id[:120],
        defaults={
            "kind": notice.kind[:120],
            "topic": notice.topic or "",
            "reference": notice.reference[:120],
            "payload": notice.text,
            "state": GatewayEventState.RECEIVED if is_ours else GatewayEventState.IGNORED,
            "sentence": foreign,
        },
    )
    if is_new and is_ours:
        _begin(event, actor=GATEWAY)
    elif is_new and not foreign:
        mirror_request(event=event)
    return event


def _foreign(connection: ProviderConnection, notice: Notice) -> str:
    """Return why a notice is about an account that is not the connection's; empty when it is."""
    if notice.account != (connection.config.get(ACCOUNT) or ""):
        return "It is about another account."
    if notice.is_live != bool(is_live_account(connection.credentials)):
        return "It is live and the connection is for tests, or the other way about."
    return ""


def _begin(event: GatewayEvent, *, actor: Actor) -> None:
    operation_start(
        kind=GATEWAY_EVENT,
        key=f"{event.pk}:{event.retries_count}",
        subject=subject_of(event),
        actor=actor,
        connection=event.connection,
    )


def gateway_event_retry(*, actor: Actor, event_id: UUID) -> GatewayEvent:
    """Act on a notice once more; what it is about is read from the gateway as it stands now.

    Raises:
        NotPermitted, GatewayEventNotFound.
    """
    actor.require(RETRY)
    with transaction.atomic():
        rows = GatewayEvent.objects.select_for_update(of=("self",)).select_related("connection")
        event = rows.filter(pk=event_id).first()
        if event is None:
            raise GatewayEventNotFound("There is no such notice.")
        before = event.state
        event.retries_count += 1
        event.state, event.sentence, event.processed_at = GatewayEventState.RECEIVED, "", None
        event.save(update_fields=["retries_count", "state", "sentence", "processed_at"])
        audit(
            "billing.gateway_event_retry",
            actor=actor,
            subject=subject_of(event),
            before={"state": before},
            after={"state": event.state},
        )
        _begin(event, actor=actor)
    return event


def gateway_event_note(*, event_id: UUID, state: GatewayEventState, sentence: str) -> None:
    """Keep what became of a notice, in the caller's transaction."""
    GatewayEvent.objects.filter(pk=event_id).update(
        state=state, sentence=sentence[:300], processed_at=system_now()
    )
