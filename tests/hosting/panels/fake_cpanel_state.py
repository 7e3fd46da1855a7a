"""What the fake WHM server has, and what its functions do to it.

A fake: written from documentation, never compared with a real server.
"""

import re
from dataclasses import dataclass, field
from typing import Any

MEBIBYTE = 1024 * 1024
START = 1_780_000_000
RESERVED = {"root", "nobody", "cpanel", "mysql", "admin", "daemon", "mail"}
Values = dict[str, str]
Rows = list[dict[str, Any]]


class Refused(Exception):
    """The function says no: ``result`` or ``status`` is 0."""


@dataclass
class FakeMailbox:
    """A mailbox: quota 0 is no limit."""

    address: str
    password: str
    quota_megabytes: int
    used_bytes: int = 483
    suspended: dict[str, bool] = field(
        default_factory=lambda: dict.fromkeys(("login", "incoming", "outgoing"), False)
    )


@dataclass
class FakeAccount:
    """An account; one that is not shown yet is still being made."""

    user: str
    domain: str
    plan: str
    owner: str
    email: str
    password: str
    started: int
    database_password: str = ""
    suspended: bool = False
    reason: str = "not suspended"
    locked: bool = False
    shown: bool = True
    disk_used: str = "14M"
    traffic_bytes: int = 3_000_000
    mailboxes: dict[str, FakeMailbox] = field(default_factory=dict)


class FakeState:
    """Accounts, packages and the functions of one server, as the token's user sees them."""

    def __init__(self, user: str) -> None:
        self.user = user
        own = "" if user == "root" else f"{user}_"
        self.packages = {f"{own}starter": 1024, f"{own}business": 5120, f"{own}mail": 0}
        self.accounts: dict[str, FakeAccount] = {}
        self.licensed = 100
        self.max_mailboxes = 50
        self.made: list[str] = []
        self.mailboxes_made: list[str] = []
        self.removed: list[str] = []
        self.sessions: list[str] = []

    def add(self, user: str, domain: str, **values: Any) -> FakeAccount:
        """Put an account on the server that somebody else made."""
        given = {"plan": next(iter(self.packages)), "owner": "root", "email": "", "password": "x"}
        account = FakeAccount(
            user=user, domain=domain, started=START + len(self.made), **{**given, **values}
        )
        self.accounts[user] = account
        return account

    # ------------------------------------------------------------------------------ functions

    def call(self, function: str, values: Values) -> dict[str, Any] | None:
        """Run a function of WHM API 1; None where it answers no ``data``."""
        data: dict[str, Any] | None = getattr(self, f"_{function}")(values)
        return data

    def _version(self, values: Values) -> dict[str, Any]:
        return {"version": "11.126.0.15"}

    def _systemloadavg(self, values: Values) -> dict[str, Any]:
        return {"one": "0.42", "five": "0.40", "fifteen": "0.38"}

    def _listpkgs(self, values: Values) -> dict[str, Any]:
        rows = [{"name": name, "QUOTA": str(size)} for name, size in self.packages.items()]
        return {"pkg": rows}

    def _createacct(self, values: Values) -> dict[str, Any]:
        user, domain, plan = values["username"].lower(), values["domain"], values.get("plan", "")
        if not re.fullmatch(r"[a-z][a-z0-9]{0,15}", user) or user.startswith("test"):
            raise Refused(f"“{user}” is not a valid username on this system.")
        if user in RESERVED or user.endswith("assword"):
            raise Refused(f"“{user}” is a reserved username on this system.")
        if any(one[:8] == user[:8] for one in self.accounts):
            raise Refused(f"This system already has an account named “{user}”.")
        if any(one.domain == domain for one in self.accounts.values()):
            raise Refused(f"Sorry, the domain {domain} is already set up.")
        if len(self.accounts) >= self.licensed:
            raise Refused("You have reached the maximum number of accounts of your license.")
        if plan not in self.packages:
            raise Refused(f"The package “{plan}” does not exist.")
        self.add(
            user,
            domain,
            plan=plan,
            owner=self.user,
            email=values.get("contactemail", ""),
            password=values.get("password", ""),
        )
        self.made.append(user)
        return {"ip": "192.0.2.80", "package": plan, "nameserver": "ns1.example", "options": {}}

    def _accountsummary(self, values: Values) -> dict[str, Any]:
        wanted = values.get("user")
        rows = [
            row for row in self._seen() if wanted == row.user or values.get("domain") == row.domain
        ]
        if not rows:
            raise Refused("Account does not exist.")
        return {"acct": [self._told(row) for row in rows]}

    def _listaccts(self, values: Values) -> dict[str, Any]:
        kind = values.get("searchtype", "user")
        pattern = re.compile(values.get("search", ""))
        names = {"user": "user", "domain": "domain", "owner": "owner", "package": "plan"}
        rows = [row for row in self._seen() if pattern.search(getattr(row, names[kind]))]
        return {"acct": [self._told(row) for row in rows]}

    def _showbw(self, values: Values) -> dict[str, Any]:
        pattern = re.compile(values.get("search", ""))
        rows = [row for row in self._seen() if pattern.search(row.user)]
        told = [
            {
                "user": row.user,
                "totalbytes": str(row.traffic_bytes),
                "limit": 1_048_576_000,
                "bwlimited": 0,
                "bwusage": [],
            }
            for row in rows
        ]
        return {"acct": told, "month": 3, "year": 2026}

    def _suspendacct(self, values: Values) -> None:
        account = self._held(values["user"])
        if account.suspended:
            raise Refused("Account Already Suspended")
        account.suspended, account.reason = True, values.get("reason", "Unknown")

    def _unsuspendacct(self, values: Values) -> None:
        account = self._held(values["user"])
        if account.locked and self.user != "root":
            raise Refused("This account is locked: only root may unsuspend it.")
        if not account.suspended:
            raise Refused("Account is not suspended")
        account.suspended, account.reason = False, "not suspended"

    def _removeacct(self, values: Values) -> None:
        user = self._held(values["user"]).user
        del self.accounts[user]
        self.removed.append(user)

    def _changepackage(self, values: Values) -> dict[str, Any]:
        account = self._held(values["user"])
        if values["pkg"] not in self.packages:
            raise Refused(f"The package “{values['pkg']}” does not exist.")
        account.plan = values["pkg"]
        return {}

    def _passwd(self, values: Values) -> dict[str, Any]:
        account = self._held(values["user"])
        if len(values["password"]) < 8:
            raise Refused("Sorry, the password is too weak.")
        account.password = values["password"]
        if values.get("db_pass_update", "1") == "1":
            account.database_password = values["password"]
        return {"app": ["system", "ftp", "mail"]}

    def _create_user_session(self, values: Values) -> dict[str, Any]:
        user = self._held(values["user"]).user
        if self.accounts[user].suspended:
            raise Refused(f"The account {user} is suspended.")
        key = f"{user}:K{len(self.sessions)}abcdefgh,0123456789"
        self.sessions.append(key)
        path = f"cpsess{1234567890 + len(self.sessions)}"
        return {
            "url": f"https://localhost:2083/{path}/login/?session={key}&locale=en",
            "session": key,
            "cp_security_token": f"/{path}",
            "expires": START + 900,
            "service": values["service"],
        }

    # ------------------------------------------------------------------------------ mailboxes

    def mail(self, user: str, function: str, values: Values) -> Any:
        """Run a function of UAPI's module Email as an account."""
        account = self._held(user)
        if account.suspended:
            raise Refused(f"The account {user} is suspended.")
        match = re.fullmatch(r"(un)?suspend_(login|incoming|outgoing)", function)
        if match:
            self._mailbox(account, values).suspended[match.group(2)] = not match.group(1)
            return None
        return getattr(self, f"_{function}")(account, values)

    def _add_pop(self, account: FakeAccount, values: Values) -> str:
        local, domain = values["email"], values.get("domain", account.domain)
        address = f"{local}@{domain}"
        if local == "cpanel":
            raise Refused("You cannot create an account named “cpanel”.")
        if domain != account.domain:
            raise Refused(f"You do not own the domain “{domain}”.")
        if address in account.mailboxes:
            raise Refused(f"The account {address} already exists!")
        if len(account.mailboxes) >= self.max_mailboxes:
            raise Refused("You have reached the maximum number of email accounts.")
        quota = values.get("quota", "0")
        account.mailboxes[address] = FakeMailbox(
            address, values["password"], 0 if quota == "unlimited" else int(quota)
        )
        self.mailboxes_made.append(address)
        return f"{local}+{domain}"

    def _delete_pop(self, account: FakeAccount, values: Values) -> None:
        del account.mailboxes[self._mailbox(account, values).address]

    def _passwd_pop(self, account: FakeAccount, values: Values) -> None:
        self._mailbox(account, values).password = values["password"]

    def _edit_pop_quota(self, account: FakeAccount, values: Values) -> None:
        quota = values.get("quota", "0")
        megabytes = 0 if quota == "unlimited" else int(quota)
        self._mailbox(account, values).quota_megabytes = megabytes

    def _list_pops_with_disk(self, account: FakeAccount, values: Values) -> Rows:
        local, domain = values.get("email"), values.get("domain")
        if domain and domain != account.domain:
            raise Refused(f"You do not own the domain “{domain}”.")
        boxes = [
            box
            for box in account.mailboxes.values()
            if local is None or box.address.partition("@")[0] == local
        ]
        main = [] if local else [{"email": "Main Account", "login": account.user, "_diskused": 0}]
        return [*main, *(self._told_mailbox(box) for box in boxes)]

    def _told_mailbox(self, box: FakeMailbox) -> dict[str, Any]:
        local, _, domain = box.address.partition("@")
        suspended = {f"suspended_{what}": int(is_on) for what, is_on in box.suspended.items()}
        return {
            "email": box.address,
            "login": box.address,
            "user": local,
            "domain": domain,
            "diskused": round(box.used_bytes / MEBIBYTE, 2),
            "_diskused": str(box.used_bytes),
            "diskquota": str(box.quota_megabytes or "unlimited"),
            "_diskquota": str(box.quota_megabytes * MEBIBYTE),
            "has_suspended": int(any(box.suspended.values())),
            **suspended,
        }

    def _mailbox(self, account: FakeAccount, values: Values) -> FakeMailbox:
        address = values["email"]
        if "@" not in address:
            address = f"{address}@{values.get('domain', account.domain)}"
        if address not in account.mailboxes:
            raise Refused(f"The account {address} does not exist.")
        return account.mailboxes[address]

    # ------------------------------------------------------------------------------ accounts

    def _seen(self) -> list[FakeAccount]:
        rows = self.accounts.values()
        return [row for row in rows if row.shown and self.user in ("root", row.owner)]

    def _held(self, user: str) -> FakeAccount:
        for row in self._seen():
            if row.user == user:
                return row
        raise Refused(f"The user “{user}” does not exist, or you do not own it.")

    def _told(self, row: FakeAccount) -> dict[str, Any]:
        size = self.packages.get(row.plan, 0)
        return {
            "user": row.user,
            "domain": row.domain,
            "ip": "192.0.2.80",
            "plan": row.plan,
            "owner": row.owner,
            "email": row.email,
            "suspended": int(row.suspended),
            "suspendreason": row.reason,
            "is_locked": int(row.locked),
            "disklimit": f"{size}M" if size else "unlimited",
            "diskused": row.disk_used,
            "unix_startdate": row.started,
        }
