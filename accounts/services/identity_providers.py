"""Identity providers: set up, changed, tested, switched off, deleted; identities taken away.

Whoever sets up a provider decides who is whom, so it takes somebody who may do everything.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from accounts.choices import IdentityChange
from accounts.errors import IdentityProviderTrouble
from accounts.events import IdentityLinkChanged
from accounts.models import IdentityLink, IdentityProvider, Membership, Session
from accounts.providers.openid import OpenIdProvider, is_loopback_allowed
from accounts.rules.identity_providers import MOST_DOMAINS, issuer_trouble, normal_domains
from accounts.services.grants import grants_check
from accounts.services.sessions import sessions_end
from ispplatform.core.actors import EVERYTHING, Actor
from ispplatform.core.api.versions import check_version
from ispplatform.core.audit import audit
from ispplatform.core.clock import system_now
from ispplatform.core.errors import DuplicateResource, InvalidInput, NotFound
from ispplatform.core.events import publish
from ispplatform.core.models import ConnectionState
from ispplatform.core.subjects import subject_of

MANAGE = "identity_providers:manage"
MOST_LEVELS = 20
LONGEST_SECRET = 1000
ENDED = "The identity behind it is no longer accepted."
_FIELDS = (
    "name",
    "issuer",
    "client_id",
    "domains",
    "is_required",
    "is_factor_trusted",
    "factor_acr_values",
    "is_active",
)
_LONGEST = {"name": 60, "issuer": 300, "client_id": 255}
_OF_ACCESS = ("issuer", "client_id", "client_secret")


def identity_provider_create(
    *, actor: Actor, client_secret: str, provider_id: UUID | None = None, **values: Any
) -> IdentityProvider:
    """Keep an identity provider, untested; its secret is encrypted.

    Args:
        values: ``name``, ``issuer``, ``client_id``, ``domains``, and where wanted
            ``is_required``, ``is_factor_trusted``, ``factor_acr_values``, ``is_active``.
        provider_id: for one whose address was registered at the provider beforehand.

    Raises:
        NotPermitted: the actor may not.
        GrantExceedsOwn: the actor may not do everything, which a provider can be made to give.
        InvalidInput: an issuer, a domain or a secret that cannot be one.
        DuplicateResource: there is one of this name, or with this issuer and client.
    """
    may_decide_who_is_whom(actor)
    with transaction.atomic():
        row = IdentityProvider(pk=provider_id) if provider_id else IdentityProvider()
        _take(row, {**values, "client_secret": client_secret})
        _save(row, is_new=True)
        audit(
            "accounts.identity_provider_create",
            actor=actor,
            subject=subject_of(row),
            after=_told(row),
        )
    return row


def identity_provider_update(
    *,
    actor: Actor,
    provider_id: UUID,
    changes: Mapping[str, Any],
    expected: int | frozenset[int] | None = None,
) -> IdentityProvider:
    """Change an identity provider; names that are left out stay.

    With another issuer the identities of the earlier one and their log-ins end. Switched off, the
    log-ins that came by it end, and the identities stay.

    Args:
        changes: as when one is made, and ``client_secret``; an empty secret is left out.

    Raises:
        NotPermitted, GrantExceedsOwn, DuplicateResource: as when one is made.
        InvalidInput: also when issuer or client ID change without the secret: the kept one is
            never shown to another.
        StaleObject: it changed since the caller read it.
    """
    may_decide_who_is_whom(actor)
    with transaction.atomic():
        row = _locked(provider_id)
        check_version(row, expected)
        before = _told(row)
        given = {name: value for name, value in changes.items() if value not in (None, "")}
        _take(row, given)
        after = _told(row)
        is_elsewhere = row.issuer != before["issuer"]
        is_new_client = is_elsewhere or row.client_id != before["client_id"]
        if is_new_client and "client_secret" not in given:
            raise InvalidInput("Write the secret of the new client, too.", field="client_secret")
        if set(given) & set(_OF_ACCESS) and (is_new_client or "client_secret" in given):
            row.state, row.state_sentence = ConnectionState.UNTESTED, ""
        _save(row)
        audit(
            "accounts.identity_provider_update",
            actor=actor,
            subject=subject_of(row),
            before=before,
            after={**after, "client_secret_replaced": "client_secret" in given},
        )
        if is_elsewhere or (before["is_active"] and not row.is_active):
            _log_ins_end(actor, row.links.all())
        if is_elsewhere:
            row.links.all().delete()
    return row


def identity_provider_switch_off(*, actor: Actor, provider_id: UUID) -> IdentityProvider:
    """Let nobody come in by a provider any more, and end the log-ins that came by it.

    Raises:
        NotPermitted: the actor may not.
    """
    actor.require(MANAGE)
    with transaction.atomic():
        row = _locked(provider_id)
        if not row.is_active:
            return row
        row.is_active = False
        row.save(update_fields=["is_active"])
        audit(
            "accounts.identity_provider_update",
            actor=actor,
            subject=subject_of(row),
            before={"is_active": True},
            after={"is_active": False},
        )
        _log_ins_end(actor, row.links.all())
    return row


def identity_provider_delete(
    *, actor: Actor, provider_id: UUID, expected: int | frozenset[int] | None = None
) -> None:
    """Delete a provider with the identities at it, and end the log-ins that came by it.

    Raises:
        NotPermitted: the actor may not.
        StaleObject: it changed since the caller read it.
    """
    actor.require(MANAGE)
    with transaction.atomic():
        row = _locked(provider_id)
        check_version(row, expected)
        subject, before = subject_of(row), {**_told(row), "identities": row.links.count()}
        _log_ins_end(actor, row.links.all())
        row.delete()
        audit("accounts.identity_provider_delete", actor=actor, subject=subject, before=before)


def identity_provider_test(*, actor: Actor, provider_id: UUID) -> IdentityProvider:
    """Read what the provider says of itself and its keys, and keep what came of it.

    Takes up to 10 seconds; never call it inside a transaction.

    Returns:
        The provider, ``working`` or ``failing`` with a sentence and the time.

    Raises:
        NotPermitted: the actor may not.
        NotFound: there is no such provider.
    """
    actor.require(MANAGE)
    row = IdentityProvider.objects.filter(pk=provider_id).first()
    if row is None:
        raise NotFound("There is no such identity provider.")
    state, sentence = _probed(row)
    with transaction.atomic():
        kept = _locked(provider_id)
        before, kept.state = kept.state, state
        kept.state_sentence, kept.tested_at = sentence[:500], system_now()
        kept.save(update_fields=["state", "state_sentence", "tested_at"])
        audit(
            "accounts.identity_provider_test",
            actor=actor,
            subject=subject_of(kept),
            before={"state": before},
            after={"state": kept.state, "sentence": kept.state_sentence},
        )
    return kept


def identity_unlink(*, actor: Actor, link_id: UUID, user_id: UUID, reason: str = "") -> None:
    """Take an identity away from a colleague, who is told; the log-ins that came by it end.

    Without another, the next log-in by the provider looks for the colleague by e-mail address.

    Args:
        user_id: whose it is; the person themselves needs no permission.

    Raises:
        NotPermitted: the actor is somebody else who may not.
        NotFound: there is no such identity.
    """
    if actor.id != str(user_id) or actor.client_id:
        actor.require("users:update")
    with transaction.atomic():
        mine = IdentityLink.objects.select_for_update().select_related("membership__user")
        link = mine.filter(pk=link_id, membership__user_id=user_id).first()
        if link is None:
            raise NotFound("There is no such identity.")
        link_tell(actor=actor, link=link, change=IdentityChange.UNLINKED, reason=reason)
        _log_ins_end(actor, IdentityLink.objects.filter(pk=link.pk))
        link.delete()


def identities_end(*, actor: Actor, membership: Membership, reason: str) -> None:
    """Forget as whom a colleague who leaves was known at providers; inside that transaction."""
    mine = IdentityLink.objects.filter(membership=membership)
    for link in mine.select_related("provider", "membership__user"):
        _note(actor=actor, link=link, change=IdentityChange.UNLINKED, reason=reason)
    mine.delete()


def link_tell(
    *, actor: Actor, link: IdentityLink, change: IdentityChange, reason: str = ""
) -> None:
    """Note that an identity came or went and ask for the mail; inside that transaction."""
    _note(actor=actor, link=link, change=change, reason=reason)
    user = link.membership.user
    publish(
        IdentityLinkChanged(
            user_id=user.pk, email=user.email, change=change, provider=link.provider.name
        ),
        subject=subject_of(user),
    )


def may_decide_who_is_whom(actor: Actor) -> None:
    """Return when the actor may set up who is whom: a provider can be made to open every log-in.

    Raises:
        NotPermitted: without the permission.
        GrantExceedsOwn: with less than everything.
    """
    actor.require(MANAGE)
    grants_check(actor=actor, grants=[EVERYTHING], field="issuer")


def _note(*, actor: Actor, link: IdentityLink, change: IdentityChange, reason: str) -> None:
    user = link.membership.user
    facts = {"provider": link.provider.name, "issuer": link.issuer, "subject": link.subject}
    is_new = change == IdentityChange.LINKED
    audit(
        f"accounts.identity_{'link' if is_new else 'unlink'}",
        actor=actor,
        subject=subject_of(user),
        reason=reason,
        before={} if is_new else facts,
        after=facts if is_new else {},
    )


def _probed(row: IdentityProvider) -> tuple[ConnectionState, str]:
    provider = OpenIdProvider(row.issuer)
    try:
        metadata = provider.metadata(anew=True)
        keys = provider.keys(metadata, anew=True)
    except IdentityProviderTrouble as error:
        return ConnectionState.FAILING, error.message
    return (
        ConnectionState.WORKING,
        f"It answers and shows {len(keys)} usable key{'' if len(keys) == 1 else 's'}. Client ID "
        "and secret show at the first log-in whether they are right.",
    )


def _take(row: IdentityProvider, values: Mapping[str, Any]) -> None:
    """Put checked values into a row."""
    for name, value in values.items():
        if name == "domains":
            row.domains = _domains(value)
        elif name == "factor_acr_values":
            row.factor_acr_values = _levels(value)
        elif name == "client_secret":
            row.client_secret = _line(str(value), name, LONGEST_SECRET)
        elif name in _LONGEST:
            setattr(row, name, _line(str(value), name, _LONGEST[name]))
        else:
            setattr(row, name, bool(value))
    if trouble := issuer_trouble(row.issuer, is_loopback_allowed=is_loopback_allowed()):
        raise InvalidInput(trouble, field="issuer")
    for name in ("name", "client_id", "client_secret", "domains"):
        if not getattr(row, name):
            raise InvalidInput("This is missing.", field=name)


def _line(text: str, field: str, longest: int) -> str:
    value = text.strip()
    if len(value) > longest or not value.isprintable():
        raise InvalidInput(f"Write one line of at most {longest} characters.", field=field)
    return value


def _domains(values: Iterable[str]) -> list[str]:
    names, wrong = normal_domains(values)
    if wrong:
        raise InvalidInput(f"{wrong[:100]} is no e-mail domain.", field="domains")
    if len(names) > MOST_DOMAINS:
        raise InvalidInput(f"Name at most {MOST_DOMAINS} domains.", field="domains")
    return names


def _levels(values: Iterable[str]) -> list[str]:
    levels = sorted({_line(one, "factor_acr_values", 200) for one in values} - {""})
    if len(levels) > MOST_LEVELS or any(" " in one for one in levels):
        raise InvalidInput(f"Name at most {MOST_LEVELS} levels.", field="factor_acr_values")
    return levels


def _locked(provider_id: UUID) -> IdentityProvider:
    row = IdentityProvider.objects.select_for_update().filter(pk=provider_id).first()
    if row is None:
        raise NotFound("There is no such identity provider.")
    return row


def _save(row: IdentityProvider, *, is_new: bool = False) -> None:
    try:
        with transaction.atomic():
            row.save(force_insert=is_new)
    except IntegrityError:
        raise DuplicateResource(
            "There is a provider of this name, or with this issuer and client ID.", field="name"
        ) from None


def _told(row: IdentityProvider) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _FIELDS}


def _log_ins_end(actor: Actor, links: QuerySet[IdentityLink]) -> None:
    keys = list(links.values_list("pk", flat=True))
    came = Session.objects.filter(identity_link_id__in=keys)
    sessions_end(actor=actor, sessions=came, reason=ENDED)
