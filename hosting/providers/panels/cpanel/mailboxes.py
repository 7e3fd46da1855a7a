"""Mailboxes of an account, by UAPI's module Email."""

from typing import Any

from hosting.providers.panels.base import MailboxOrder, PanelMailbox
from hosting.providers.panels.cpanel.sizes import whole_megabytes, whole_number
from hosting.providers.panels.cpanel.transport import Whm
from ispplatform.core.errors import ProviderRejected, ProviderUnavailable

SUSPENSIONS = ("login", "incoming", "outgoing")


def create(whm: Whm, order: MailboxOrder) -> PanelMailbox:
    """Create the mailbox and return it as ordered."""
    values = {
        **_named(order.address),
        "password": order.password,
        "quota": whole_megabytes(order.quota_bytes),
        "send_welcome_email": 0,
    }
    whm.uapi_act(order.username, "add_pop", values)
    return PanelMailbox(
        address=order.address,
        quota_bytes=order.quota_bytes,
        used_bytes=0,
        is_suspended=False,
    )


def find(whm: Whm, username: str, address: str) -> PanelMailbox | None:
    """Return the mailbox; None when the account has none of this address."""
    row = _row(whm, username, address)
    if row is None:
        return None
    return PanelMailbox(
        address=address,
        quota_bytes=whole_number(row.get("_diskquota")) or None,
        used_bytes=whole_number(row.get("_diskused")),
        is_suspended=_is_on(row, "login") and _is_on(row, "incoming"),
    )


def set_password(whm: Whm, username: str, address: str, password: str) -> None:
    """Replace the mailbox's password."""
    whm.uapi_act(username, "passwd_pop", {**_named(address), "password": password})


def set_suspended(whm: Whm, username: str, address: str, *, suspended: bool) -> None:
    """Switch log-in, incoming and outgoing mail off or on, each unless it is so already.

    Raises:
        ProviderRejected: there is no such mailbox.
    """
    row = _held(whm, username, address)
    prefix = "suspend" if suspended else "unsuspend"
    for what in SUSPENSIONS:
        if _is_on(row, what) is not suspended:
            whm.uapi_act(username, f"{prefix}_{what}", {"email": address})


def set_quota(whm: Whm, username: str, address: str, quota_bytes: int | None) -> None:
    """Replace the mailbox's limit, in whole megabytes of cPanel; None for no limit."""
    quota = {"quota": whole_megabytes(quota_bytes)}
    whm.uapi_act(username, "edit_pop_quota", {**_named(address), **quota})


def delete(whm: Whm, username: str, address: str) -> None:
    """Delete the mailbox with its mail, unless it is gone already."""
    if _row(whm, username, address) is None:
        return
    try:
        whm.uapi_act(username, "delete_pop", _named(address))
    except ProviderRejected:
        if _row(whm, username, address) is not None:
            raise


def mailboxes_count(whm: Whm, username: str) -> int:
    """Return how many mailboxes the account has; its own main mailbox is not one."""
    return sum("@" in str(row.get("email")) for row in _listed(whm, username, {"no_disk": 1}))


def _held(whm: Whm, username: str, address: str) -> dict[str, Any]:
    row = _row(whm, username, address)
    if row is None:
        raise ProviderRejected(f"The account {username} has no mailbox {address}.")
    return row


def _row(whm: Whm, username: str, address: str) -> dict[str, Any] | None:
    rows = _listed(whm, username, _named(address))
    return next((row for row in rows if str(row.get("email")).lower() == address), None)


def _listed(whm: Whm, username: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    rows = whm.uapi_read(username, "list_pops_with_disk", values)
    if not isinstance(rows, list):
        raise ProviderUnavailable("The server told no list of mailboxes.")
    return [row for row in rows if isinstance(row, dict)]


def _named(address: str) -> dict[str, Any]:
    local, _, domain = address.partition("@")
    return {"email": local, "domain": domain}


def _is_on(row: dict[str, Any], what: str) -> bool:
    return str(row.get(f"suspended_{what}")) == "1"
