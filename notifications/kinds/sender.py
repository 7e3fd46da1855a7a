"""The mail by which staff see that mails arrive."""

from ispplatform.core.events import DeliveredEvent
from ispplatform.core.tenancy.lookup import tenant_by_id
from notifications.sender import TEST_MAIL
from notifications.slots import MailDraft, MailKind, Recipient


def _drafts(event: DeliveredEvent) -> list[MailDraft]:
    tenant = tenant_by_id(event.tenant_id)
    values = {"company": tenant.name, "url": f"{tenant.base_url}/admin/"}
    return [MailDraft(to=Recipient(email=event.payload["to_email"]), values=values)]


TRIAL_MAIL = MailKind(
    key=TEST_MAIL,
    event="notifications.test_mail_requested",
    template="email/test_mail.html",
    trigger="A colleague tries the sender out.",
    audience="the colleague",
    drafts=_drafts,
    is_internal=True,
)
