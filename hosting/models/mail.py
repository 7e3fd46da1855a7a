"""Mail domains and their mailboxes."""

from typing import ClassVar

from django.db import models

from hosting.choices import LIVE_MAILBOX_STATUSES, MailboxStatus
from hosting.models.accounts import HostingAccount
from hosting.models.querysets import MailboxManager
from ispplatform.core.secrets import EncryptedTextField
from ispplatform.core.tenancy.base import TenantModel


class MailDomain(TenantModel):
    """A name under which an account has mailboxes."""

    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, related_name="mail_domains"
    )
    account = models.ForeignKey(
        HostingAccount, on_delete=models.PROTECT, related_name="mail_domains"
    )
    name = models.CharField(max_length=253)
    unicode_name = models.CharField(max_length=253)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "account", "name"], name="hosting_one_mail_domain_per_account"
            )
        ]
        indexes = [
            models.Index(fields=["tenant", "id"]),
            models.Index(fields=["tenant", "customer", "id"]),
            models.Index(fields=["tenant", "name", "id"]),
        ]

    def __str__(self) -> str:
        return self.unicode_name


class Mailbox(TenantModel):
    """A mailbox. Its password is never kept: the panel alone knows it.

    ``service`` is set where the mailbox was ordered by itself (an e-mail plan). ``requested_at``:
    since when the panel may have it from us. It had none of this address right before our request;
    empty before that and after a definite no.
    """

    mail_domain = models.ForeignKey(MailDomain, on_delete=models.PROTECT, related_name="mailboxes")
    service = models.ForeignKey(
        "provisioning.Service",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="mailboxes",
    )
    local_part = models.CharField(max_length=64)
    address = models.CharField(max_length=254)
    quota_mb = models.PositiveIntegerField(null=True, blank=True)
    used_bytes = models.PositiveBigIntegerField(default=0)
    status = models.CharField(max_length=12, choices=MailboxStatus, default=MailboxStatus.PENDING)
    has_own_password = models.BooleanField(default=False)
    requested_at = models.DateTimeField(null=True, blank=True, editable=False)
    read_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[MailboxManager] = MailboxManager()

    class Meta(TenantModel.Meta):
        verbose_name_plural = "mailboxes"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "address"],
                condition=models.Q(status__in=[status.value for status in LIVE_MAILBOX_STATUSES]),
                name="hosting_one_live_mailbox_per_address",
            )
        ]
        indexes = [
            models.Index(fields=["tenant", "id"]),
            models.Index(fields=["tenant", "status", "id"]),
            models.Index(fields=["tenant", "mail_domain", "id"]),
            models.Index(fields=["tenant", "created_at", "id"]),
            models.Index(fields=["tenant", "updated_at", "id"]),
        ]

    def __str__(self) -> str:
        return self.address

    @property
    def shown_address(self) -> str:
        """The address as people read it; needs the mail domain."""
        return f"{self.local_part}@{self.mail_domain.unicode_name}"


class PasswordTicket(TenantModel):
    """A password on its way to the panel: encrypted, and gone as soon as it has arrived.

    Swept after an hour whatever became of it, so none stays.
    """

    mailbox = models.ForeignKey(
        Mailbox, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    account = models.ForeignKey(
        HostingAccount, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    password = EncryptedTextField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=models.Q(mailbox__isnull=False, account__isnull=True)
                | models.Q(mailbox__isnull=True, account__isnull=False),
                name="hosting_a_ticket_is_for_one",
            )
        ]

    def __str__(self) -> str:
        return f"password for {self.mailbox_id or self.account_id}"
