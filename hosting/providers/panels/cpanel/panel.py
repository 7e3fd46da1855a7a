"""The back end for cPanel & WHM."""

from collections.abc import Sequence
from typing import Any

from hosting.providers.panels.base import (
    AccountOrder,
    AccountUsage,
    MailboxOrder,
    PanelAccount,
    PanelLogin,
    PanelMailbox,
)
from hosting.providers.panels.cpanel import accounts, mailboxes
from hosting.providers.panels.cpanel.envelopes import NO_ACCESS
from hosting.providers.panels.cpanel.transport import Whm
from ispplatform.core.errors import ProviderRejected, ProviderUnavailable
from ispplatform.core.providers import ProbeReport, ProviderContext

FUNCTIONS = (
    "accountsummary",
    "changepackage",
    "createacct",
    "listaccts",
    "listpkgs",
    "passwd",
    "removeacct",
    "showbw",
    "suspendacct",
    "unsuspendacct",
)
LOGIN = "create_user_session"


class CpanelPanel:
    """A WHM server, reached with an API token of root or of a reseller."""

    has_logins = True

    def __init__(self, context: ProviderContext) -> None:
        self.context = context
        self.whm = Whm(context)

    def probe(self) -> ProbeReport:
        """Tell the server's version and load, after a look whether the token may do its work."""
        try:
            allowed = self._functions_allowed()
        except ProviderUnavailable as exc:
            if exc.params.get("because") == NO_ACCESS:
                raise ProviderRejected(exc.message) from exc
            raise
        missing = sorted({*FUNCTIONS, self.whm.bridge} - allowed)
        if missing:
            raise ProviderRejected(f"The token lacks privileges for: {', '.join(missing)}.")
        return ProbeReport(
            account=f"{self.whm.user} on {self.whm.host}",
            note=f"cPanel & WHM {self._told('version', 'version') or 'of unknown version'}, "
            f"load {self._told('systemloadavg', 'one') or 'not told'}"
            + ("" if LOGIN in allowed else f"; without {LOGIN} customers cannot open cPanel here"),
        )

    def packages(self) -> Sequence[str]:
        """Return the names of the packages that the token's user may give."""
        return accounts.package_names(self.whm)

    def create_account(self, order: AccountOrder) -> PanelAccount:
        """Create the account; the server may take minutes."""
        self.context.recorder.hide(order.password)  # the server's own words may repeat it
        return accounts.create(self.whm, order)

    def find_account(self, username: str) -> PanelAccount | None:
        """Return the account; None when the token's user has none of this name."""
        return accounts.find(self.whm, username)

    def suspend_account(self, username: str, reason: str) -> None:
        """Switch the account off, unless it is off already."""
        accounts.switch(self.whm, username, suspended=True, reason=reason)

    def resume_account(self, username: str) -> None:
        """Switch the account on, unless it is on already."""
        accounts.switch(self.whm, username, suspended=False)

    def change_package(self, username: str, package: str) -> None:
        """Give the account another package."""
        accounts.change_package(self.whm, username, package)

    def delete_account(self, username: str) -> None:
        """Delete the account with all its data."""
        accounts.delete(self.whm, username)

    def usage(self, username: str) -> AccountUsage:
        """Return what the account uses."""
        return accounts.usage(self.whm, username)

    def set_account_password(self, username: str, password: str) -> None:
        """Replace the account's password."""
        self.context.recorder.hide(password)
        accounts.set_password(self.whm, username, password)

    def login(self, username: str) -> PanelLogin:
        """Open a session in the account's cPanel; the address works once."""
        return accounts.login(self.whm, username)

    def create_mailbox(self, order: MailboxOrder) -> PanelMailbox:
        """Create the mailbox."""
        self.context.recorder.hide(order.password)
        return mailboxes.create(self.whm, order)

    def find_mailbox(self, username: str, address: str) -> PanelMailbox | None:
        """Return the mailbox; None when the account has none of this address."""
        return mailboxes.find(self.whm, username, address)

    def set_mailbox_password(self, username: str, address: str, password: str) -> None:
        """Replace the mailbox's password."""
        self.context.recorder.hide(password)
        mailboxes.set_password(self.whm, username, address, password)

    def set_mailbox_suspended(self, username: str, address: str, *, suspended: bool) -> None:
        """Switch log-in and mail of the mailbox off or on."""
        mailboxes.set_suspended(self.whm, username, address, suspended=suspended)

    def set_mailbox_quota(self, username: str, address: str, quota_bytes: int | None) -> None:
        """Replace the mailbox's limit."""
        mailboxes.set_quota(self.whm, username, address, quota_bytes)

    def delete_mailbox(self, username: str, address: str) -> None:
        """Delete the mailbox with its mail."""
        mailboxes.delete(self.whm, username, address)

    def _functions_allowed(self) -> set[str]:
        """Return what the token may call, by the server's own list."""
        listed: Any = self.whm.read("applist").get("app")
        return {
            str(entry.get("name") if isinstance(entry, dict) else entry) for entry in listed or ()
        }

    def _told(self, function: str, name: str) -> str:
        """Return what the server tells of itself; empty where this token may not ask."""
        try:
            return str(self.whm.read(function).get(name) or "")
        except (ProviderRejected, ProviderUnavailable):
            return ""
