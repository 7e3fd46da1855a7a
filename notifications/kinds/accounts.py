"""Mails about log-ins. Codes and links are in no row: they come from accounts when one is sent."""

from typing import Any

from accounts.models import User
from accounts.rules.devices import device_name
from accounts.selectors.mails import (
    COME_BACK_PATH,
    MailSecret,
    invitation_mail,
    mail_secret,
)
from ispplatform.core.events import DeliveredEvent
from ispplatform.core.tenancy.context import current_tenant_id
from ispplatform.core.tenancy.lookup import tenant_by_id
from notifications.slots import MailDraft, MailKind, Recipient, Values, covered_link

COVERED_CODE = "••• •••"


def _covered() -> dict[str, Any]:
    return {
        "code": COVERED_CODE,
        "link": covered_link(),
        "minutes_left": 0,
    }


def _drafts(event: DeliveredEvent) -> list[MailDraft]:
    secret = mail_secret(event.payload)
    if secret is None:
        return []
    values = {
        **event.payload,
        "purpose": secret.purpose,
        "has_account_already": secret.has_account_already,
        **_covered(),
        "minutes_left": secret.minutes_left,
    }
    to = Recipient(email=secret.email, name=secret.full_name, language=secret.language)
    return [MailDraft(to=to, values=values)]


def _secrets(values: Values) -> Values | None:
    secret = mail_secret(values)
    if secret is None:
        return None
    return {
        "code": _spaced(secret),
        "link": secret.link,
        "minutes_left": secret.minutes_left,
    }


def _spaced(secret: MailSecret) -> str:
    return f"{secret.code[:3]} {secret.code[3:]}" if len(secret.code) == 6 else secret.code


def _invited(event: DeliveredEvent) -> list[MailDraft]:
    mail = invitation_mail(event.payload)
    if mail is None:
        return []
    values = {
        **event.payload,
        "inviter": mail.inviter,
        "link": covered_link(),
        "hours_left": mail.hours_left,
    }
    return [MailDraft(to=Recipient(email=mail.email, name=mail.full_name), values=values)]


def _invitation_secrets(values: Values) -> Values | None:
    mail = invitation_mail(values)
    if mail is None:
        return None
    return {"link": mail.link, "hours_left": mail.hours_left}


def _person(event: DeliveredEvent) -> list[MailDraft]:
    user = User.objects.filter(pk=event.payload["user_id"]).first()
    if user is None:
        return []
    to = Recipient(
        email=user.email,
        name=user.get_full_name(),
        language=str(user.preferences.get("language") or ""),
        time_zone=str(user.preferences.get("timezone") or ""),
    )
    values = {**event.payload, "occurred_at": event.occurred_at}
    values["device"] = device_name(values.get("user_agent", ""))
    return [MailDraft(to=to, values=values)]


def _old_address(event: DeliveredEvent) -> list[MailDraft]:
    return [
        MailDraft(
            to=Recipient(
                email=event.payload["old_email"],
                name=draft.to.name,
                language=draft.to.language,
                time_zone=draft.to.time_zone,
            ),
            values=draft.values,
        )
        for draft in _person(event)
    ]


def _closed(event: DeliveredEvent) -> list[MailDraft]:
    payload = event.payload
    to = Recipient(email=payload["email"], name=payload["full_name"], language=payload["language"])
    told = {name: payload[name] for name in ("what", "erase_at")}
    url = f"{tenant_by_id(current_tenant_id()).base_url}{COME_BACK_PATH}"
    values = {**told, "occurred_at": event.occurred_at, "come_back_url": url}
    return [MailDraft(to=to, values=values)]


ACCOUNT_MAILS = (
    MailKind(
        key="accounts.email_code",
        event="accounts.email_code_requested",
        template="email/email_code.html",
        trigger="Somebody signs up, checks out for the first time, or changes an e-mail address.",
        audience="the address that is to be proved",
        drafts=_drafts,
        secrets=_secrets,
    ),
    MailKind(
        key="accounts.password_link",
        event="accounts.password_reset_requested",
        template="email/password_link.html",
        trigger="A password was forgotten, staff made a log-in, or a company was set up.",
        audience="the person whose log-in it is",
        drafts=_drafts,
        secrets=_secrets,
    ),
    MailKind(
        key="accounts.colleague_invited",
        event="accounts.colleague_invited",
        template="email/colleague_invited.html",
        trigger="Somebody was invited to work here, or the invitation is sent again.",
        audience="the invited address",
        drafts=_invited,
        secrets=_invitation_secrets,
    ),
    MailKind(
        key="accounts.password_changed",
        event="accounts.password_changed",
        template="email/password_changed.html",
        trigger="A password was changed.",
        audience="the person whose password it is",
        drafts=_person,
    ),
    MailKind(
        key="accounts.second_factor_changed",
        event="accounts.second_factor_changed",
        template="email/second_factor_changed.html",
        trigger="A second factor was switched on or off, or a recovery code made or used.",
        audience="the person whose log-in it is",
        drafts=_person,
    ),
    MailKind(
        key="accounts.identity_link_changed",
        event="accounts.identity_link_changed",
        template="email/identity_link_changed.html",
        trigger="A colleague comes in by an identity provider for the first time, or no longer.",
        audience="the colleague",
        drafts=_person,
    ),
    MailKind(
        key="accounts.email_changed",
        event="accounts.email_changed",
        template="email/email_changed.html",
        trigger="The e-mail address of a log-in was changed and proved.",
        audience="the address that it had before",
        drafts=_old_address,
    ),
    MailKind(
        key="accounts.new_device",
        event="accounts.new_device_login",
        template="email/new_device.html",
        trigger="Somebody logged in on a device that was not seen before.",
        audience="the person who logged in",
        drafts=_person,
    ),
    MailKind(
        key="accounts.login_closed",
        event="accounts.login_closed",
        template="email/login_closed.html",
        trigger="Somebody closed their own log-in, came back, or a deletion became final.",
        audience="the person whose log-in it is, or was",
        drafts=_closed,
    ),
)
