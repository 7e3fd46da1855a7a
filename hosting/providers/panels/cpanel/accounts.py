"""Accounts on a WHM server.

cPanel keeps no mark of ours. Its own id of an account is made of user name and time of creation,
so an account that was deleted and made again under the same name is told apart.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from hosting.providers.panels.base import AccountOrder, AccountUsage, PanelAccount, PanelLogin
from hosting.providers.panels.cpanel.mailboxes import mailboxes_count
from hosting.providers.panels.cpanel.sizes import limit_bytes, size_bytes, whole_number
from hosting.providers.panels.cpanel.transport import Whm
from ispplatform.core.errors import (
    ProviderError,
    ProviderOutcomeUnknown,
    ProviderRejected,
    ProviderUnavailable,
)

_USERNAME = re.compile(r"[a-z][a-z0-9]{0,15}")
_RESERVED_STARTS, _RESERVED_ENDS = ("test",), ("assword",)
_LICENCE = re.compile(r"licen[cs]e", re.IGNORECASE)


def package_names(whm: Whm) -> Sequence[str]:
    """Return the packages' names, a reseller's own ones without the reseller's name in front."""
    names = [_own(whm, name) for name in _packages(whm)]
    return list(dict.fromkeys(names))


def create(whm: Whm, order: AccountOrder) -> PanelAccount:
    """Create the account and return it as the server then shows it.

    Raises:
        ProviderRejected: the server refuses it, or the name cannot be one.
        ProviderOutcomeUnknown: it is made but not shown yet.
    """
    check_username(order.username)
    plan = _package(whm, order.package)
    values = {
        "username": order.username,
        "domain": order.domain,
        "plan": plan,
        "contactemail": order.contact_email,
        "password": order.password,
    }
    try:
        whm.act("createacct", values)
    except ProviderRejected as refusal:
        if _LICENCE.search(refusal.message):
            sentence = f"The server's cPanel licence stands in the way: {refusal.message}"
            raise ProviderRejected(sentence, **refusal.params) from refusal
        raise
    try:
        made = find(whm, order.username)
    except ProviderError as exc:  # it is made: no answer to the look-up takes that back
        raise ProviderOutcomeUnknown(exc.message) from exc
    if made is None:
        raise ProviderOutcomeUnknown(f"The server does not show {order.username} yet.")
    return made


def find(whm: Whm, username: str) -> PanelAccount | None:
    """Return the account; None when the token's user has none of this name.

    An empty list proves that; a refused ``accountsummary`` could mean anything.
    """
    found = [row for row in _listed(whm, username) if row.get("user") == username]
    return _account(whm, found[0]) if found else None


def switch(whm: Whm, username: str, *, suspended: bool, reason: str = "") -> None:
    """Suspend or resume, unless it is so already.

    Raises:
        ProviderRejected: there is no such account, or it is locked against resuming.
    """
    if _held(whm, username).is_suspended is suspended:
        return
    try:
        if suspended:
            whm.act("suspendacct", {"user": username, "reason": reason})
        else:
            whm.act("unsuspendacct", {"user": username})
    except ProviderRejected:
        if _held(whm, username).is_suspended is not suspended:
            raise


def change_package(whm: Whm, username: str, package: str) -> None:
    """Give the account the limits of another package."""
    whm.act("changepackage", {"user": username, "pkg": _package(whm, package)})


def set_password(whm: Whm, username: str, password: str) -> None:
    """Replace the account's password; that of its database user stays, as web sites use it."""
    whm.act("passwd", {"user": username, "password": password, "db_pass_update": 0})


def login(whm: Whm, username: str) -> PanelLogin:
    """Open a session in cPanel. It counts as reading: a session that nobody uses ends by itself.

    Raises:
        ProviderRejected: there is no such account, or it is suspended.
    """
    told = whm.read("create_user_session", {"user": username, "service": "cpaneld"})
    url = str(told.get("url") or "")
    if not url.startswith("https://"):
        raise ProviderUnavailable("The server told no address to log in at.")
    expires = whole_number(told.get("expires"))
    return PanelLogin(url=url, expires_at=datetime.fromtimestamp(expires, UTC) if expires else None)


def delete(whm: Whm, username: str) -> None:
    """Delete the account with all its data, unless it is gone already."""
    if find(whm, username) is None:
        return
    try:
        whm.act("removeacct", {"user": username, "keepdns": 0})
    except ProviderRejected:
        if find(whm, username) is not None:
            raise


def usage(whm: Whm, username: str) -> AccountUsage:
    """Return what the account uses now, and its traffic of this month.

    Raises:
        ProviderRejected: there is no such account.
    """
    rows = _rows(whm.read("accountsummary", {"user": username}), "acct")
    if not rows:
        raise ProviderRejected(f"The server has no account {username}.")
    told = rows[0]
    traffic = _traffic(whm, username)
    return AccountUsage(
        disk_used_bytes=size_bytes(told.get("diskused")),
        disk_limit_bytes=limit_bytes(told.get("disklimit")),
        bandwidth_used_bytes=whole_number(traffic.get("totalbytes")),
        bandwidth_limit_bytes=whole_number(traffic.get("limit")) or None,
        mailboxes_count=None if _is_on(told.get("suspended")) else mailboxes_count(whm, username),
    )


def check_username(username: str) -> None:
    """Return when WHM can take the name; its list of reserved words is its own to say.

    Raises:
        ProviderRejected: it cannot.
    """
    is_form = _USERNAME.fullmatch(username)
    if not is_form or username.startswith(_RESERVED_STARTS) or username.endswith(_RESERVED_ENDS):
        raise ProviderRejected(f"cPanel takes no account with the name “{username}”.")


def _held(whm: Whm, username: str) -> PanelAccount:
    found = find(whm, username)
    if found is None:
        raise ProviderRejected(f"The server has no account {username}.")
    return found


def _listed(whm: Whm, username: str) -> list[dict[str, Any]]:
    pattern = f"^{re.escape(username)}$"  # the server takes it as a regular expression
    return _rows(whm.read("listaccts", {"searchtype": "user", "search": pattern}), "acct")


def _traffic(whm: Whm, username: str) -> dict[str, Any]:
    pattern = f"^{re.escape(username)}$"
    rows = _rows(whm.read("showbw", {"searchtype": "user", "search": pattern}), "acct")
    return next((row for row in rows if row.get("user") == username), {})


def _packages(whm: Whm) -> list[str]:
    return [str(row["name"]) for row in _rows(whm.read("listpkgs"), "pkg") if row.get("name")]


def _package(whm: Whm, package: str) -> str:
    """Return the package's name on this server: a reseller's packages carry its name in front."""
    known = _packages(whm)
    for name in (package, f"{whm.user}_{package}"):
        if name in known:
            return name
    raise ProviderRejected(f"The server has no package {package} that {whm.user} may use.")


def _own(whm: Whm, package: str) -> str:
    return package.removeprefix(f"{whm.user}_")


def _account(whm: Whm, row: dict[str, Any]) -> PanelAccount:
    username = str(row["user"])
    return PanelAccount(
        reference=f"{username}@{row.get('unix_startdate') or ''}",
        username=username,
        domain=str(row.get("domain") or "").lower(),
        package=_own(whm, str(row.get("plan") or "")),
        owner_mark="",
        is_suspended=_is_on(row.get("suspended")),
        disk_limit_bytes=limit_bytes(row.get("disklimit")),
    )


def _rows(data: dict[str, Any], name: str) -> list[dict[str, Any]]:
    rows = data.get(name)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _is_on(flag: Any) -> bool:
    return str(flag) == "1"
