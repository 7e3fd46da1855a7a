"""The sandbox panel: hosts any name offline, with the limits and refusals of a real one."""

import hashlib
from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from hosting.models.sandbox import SandboxPanelAccount, SandboxPanelMailbox
from hosting.providers.panels.base import (
    AccountOrder,
    AccountUsage,
    MailboxOrder,
    PanelAccount,
    PanelLogin,
    PanelMailbox,
)
from ispplatform.core.errors import ProviderRejected
from ispplatform.core.providers import ProbeReport, ProviderContext, SettingField
from ispplatform.core.providers.fields import FieldKind
from ispplatform.core.sandbox import sandbox_call

MEGABYTE = 1_000_000
CONFIG_FIELDS = (
    SettingField(
        name="packages",
        label="Packages",
        kind=FieldKind.TEXT,
        default="starter:10000, business:50000, pro:200000, mail:5000",
        help="Name and disk space in MB, separated by commas; 0 for no limit.",
    ),
    SettingField(
        name="max_accounts", label="Accounts at most", kind=FieldKind.NUMBER, default=5000
    ),
)


class SandboxPanel:
    """A panel whose counterpart is two tables of this installation; it has no pages."""

    has_logins = False

    def __init__(self, context: ProviderContext) -> None:
        self.context = context
        self._accounts = SandboxPanelAccount.objects.filter(connection_id=context.connection_id)

    def probe(self) -> ProbeReport:
        """Tell who the account is."""
        with sandbox_call(self.context, "probe", request={}, changes=False):
            return ProbeReport(
                account="Sandbox panel", is_live=False, note=f"{self._accounts.count()} accounts"
            )

    def packages(self) -> Sequence[str]:
        """Return the names of the packages."""
        with sandbox_call(self.context, "packages", request={}, changes=False):
            return list(self._packages())

    def create_account(self, order: AccountOrder) -> PanelAccount:
        """Create an account whose user name and domain are free."""
        request = {"username": order.username, "domain": order.domain, "package": order.package}
        with sandbox_call(self.context, "create_account", request=request) as call:
            self._check_package(order.package)
            if self._accounts.count() >= int(self.context.config["max_accounts"]):
                raise ProviderRejected("The server is full.")
            try:
                with transaction.atomic():
                    row = SandboxPanelAccount.objects.create(
                        connection_id=self.context.connection_id,
                        username=order.username,
                        domain=order.domain,
                        package=order.package,
                        owner_mark=order.owner_mark,
                        contact_email=order.contact_email,
                        password_digest=_digest(order.password),
                    )
            except IntegrityError:
                raise ProviderRejected(
                    f"The name “{order.username}” or the domain {order.domain} is already taken."
                ) from None
            call.answer = {"reference": row.pk}
            return self._account(row)

    def find_account(self, username: str) -> PanelAccount | None:
        """Return the account of this name."""
        request = {"username": username}
        with sandbox_call(self.context, "find_account", request=request, changes=False) as call:
            row = self._accounts.filter(username=username).first()
            call.answer = {"found": row is not None}
            return None if row is None else self._account(row)

    def suspend_account(self, username: str, reason: str) -> None:
        """Switch the account off."""
        request = {"username": username, "reason": reason}
        with sandbox_call(self.context, "suspend_account", request=request):
            row = self._held(username)
            row.is_suspended, row.suspend_reason = True, reason[:200]
            row.save(update_fields=["is_suspended", "suspend_reason"])

    def resume_account(self, username: str) -> None:
        """Switch the account on."""
        with sandbox_call(self.context, "resume_account", request={"username": username}):
            row = self._held(username)
            row.is_suspended, row.suspend_reason = False, ""
            row.save(update_fields=["is_suspended", "suspend_reason"])

    def change_package(self, username: str, package: str) -> None:
        """Give the account another package."""
        request = {"username": username, "package": package}
        with sandbox_call(self.context, "change_package", request=request):
            self._check_package(package)
            row = self._held(username)
            row.package = package
            row.save(update_fields=["package"])

    def delete_account(self, username: str) -> None:
        """Delete the account with its mailboxes."""
        with sandbox_call(self.context, "delete_account", request={"username": username}) as call:
            count, _ = self._accounts.filter(username=username).delete()
            call.answer = {"deleted": bool(count)}

    def usage(self, username: str) -> AccountUsage:
        """Return a usage that grows with the name's length, so that charts have something."""
        request = {"username": username}
        with sandbox_call(self.context, "usage", request=request, changes=False):
            row = self._held(username)
            draw = int.from_bytes(hashlib.sha256(row.username.encode()).digest()[:2], "big")
            limit = self._disk_limit(row.package)
            return AccountUsage(
                disk_used_bytes=draw * (limit or 50_000 * MEGABYTE) // 100_000,
                disk_limit_bytes=limit,
                bandwidth_used_bytes=draw * MEGABYTE,
                bandwidth_limit_bytes=None,
                mailboxes_count=row.mailboxes.count(),
            )

    def set_account_password(self, username: str, password: str) -> None:
        """Replace the account's password."""
        request = {"username": username, "password": password}
        with sandbox_call(self.context, "set_account_password", request=request):
            row = self._held(username)
            row.password_digest = _digest(password)
            row.save(update_fields=["password_digest"])

    def login(self, username: str) -> PanelLogin:
        """Refuse: there are no pages to go to."""
        request = {"username": username}
        with sandbox_call(self.context, "login", request=request, changes=False):
            raise ProviderRejected("The sandbox panel has no pages of its own.")

    def create_mailbox(self, order: MailboxOrder) -> PanelMailbox:
        """Create a mailbox whose address is free."""
        request = {"username": order.username, "address": order.address}
        with sandbox_call(self.context, "create_mailbox", request=request) as call:
            row = self._held(order.username)
            if order.address.partition("@")[2] != row.domain:
                raise ProviderRejected(f"{order.username} does not hold this mail domain.")
            try:
                with transaction.atomic():
                    box = SandboxPanelMailbox.objects.create(
                        account=row,
                        address=order.address,
                        quota_bytes=order.quota_bytes,
                        password_digest=_digest(order.password),
                    )
            except IntegrityError:
                raise ProviderRejected(f"The mailbox {order.address} exists already.") from None
            call.answer = {"address": box.address}
            return _mailbox(box)

    def find_mailbox(self, username: str, address: str) -> PanelMailbox | None:
        """Return the mailbox of this address."""
        request = {"username": username, "address": address}
        with sandbox_call(self.context, "find_mailbox", request=request, changes=False) as call:
            box = self._mailboxes(username, address).first()
            call.answer = {"found": box is not None}
            return None if box is None else _mailbox(box)

    def set_mailbox_password(self, username: str, address: str, password: str) -> None:
        """Replace the mailbox's password."""
        request = {"username": username, "address": address, "password": password}
        with sandbox_call(self.context, "set_mailbox_password", request=request):
            self._change_mailbox(username, address, password_digest=_digest(password))

    def set_mailbox_suspended(self, username: str, address: str, *, suspended: bool) -> None:
        """Switch the mailbox off or on."""
        request = {"username": username, "address": address, "suspended": suspended}
        with sandbox_call(self.context, "set_mailbox_suspended", request=request):
            self._change_mailbox(username, address, is_suspended=suspended)

    def set_mailbox_quota(self, username: str, address: str, quota_bytes: int | None) -> None:
        """Replace the mailbox's limit."""
        request = {"username": username, "address": address, "quota_bytes": quota_bytes}
        with sandbox_call(self.context, "set_mailbox_quota", request=request):
            self._change_mailbox(username, address, quota_bytes=quota_bytes)

    def delete_mailbox(self, username: str, address: str) -> None:
        """Delete the mailbox."""
        request = {"username": username, "address": address}
        with sandbox_call(self.context, "delete_mailbox", request=request) as call:
            count, _ = self._mailboxes(username, address).delete()
            call.answer = {"deleted": bool(count)}

    def _packages(self) -> dict[str, int]:
        pairs = (part.strip().partition(":") for part in self.context.config["packages"].split(","))
        return {name: int(size or 0) for name, _, size in pairs if name}

    def _check_package(self, package: str) -> None:
        if package not in self._packages():
            raise ProviderRejected(f"There is no package {package}.")

    def _disk_limit(self, package: str) -> int | None:
        return self._packages().get(package, 0) * MEGABYTE or None

    def _held(self, username: str) -> SandboxPanelAccount:
        row = self._accounts.filter(username=username).first()
        if row is None:
            raise ProviderRejected(f"There is no account {username}.")
        return row

    def _mailboxes(self, username: str, address: str) -> QuerySet[SandboxPanelMailbox]:
        return SandboxPanelMailbox.objects.filter(
            account__connection_id=self.context.connection_id,
            account__username=username,
            address=address,
        )

    def _change_mailbox(self, username: str, address: str, **values: object) -> None:
        if not self._mailboxes(username, address).update(**values):
            raise ProviderRejected(f"There is no mailbox {address}.")

    def _account(self, row: SandboxPanelAccount) -> PanelAccount:
        return PanelAccount(
            reference=str(row.pk),
            username=row.username,
            domain=row.domain,
            package=row.package,
            owner_mark=row.owner_mark,
            is_suspended=row.is_suspended,
            disk_limit_bytes=self._disk_limit(row.package),
        )


def _digest(password: str) -> str:
    return hashlib.sha256(password.encode()).hexdigest()


def _mailbox(box: SandboxPanelMailbox) -> PanelMailbox:
    return PanelMailbox(
        address=box.address,
        quota_bytes=box.quota_bytes,
        used_bytes=box.used_bytes,
        is_suspended=box.is_suspended or box.account.is_suspended,
    )
