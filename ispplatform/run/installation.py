"""Where an embedded installation lives, what it listens on and what its programs are told."""

import os
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import ip_address
from pathlib import Path

from ispplatform.run.keys import Keys

BASE_DIR = Path(__file__).resolve().parent.parent.parent
LOOPBACK = "127.0.0.1"
LOCAL_HOSTS = ["localhost", "127.0.0.1", "[::1]", ".localhost"]
HIGHEST_FIRST_PORT = 65_533  # two more follow it


class StartRefused(Exception):
    """The installation cannot start; the message is the sentence for the person who started it."""


@dataclass(frozen=True)
class Installation:
    """One installation on this machine. Ports: ``port`` web, then broker, then mail."""

    data_dir: Path
    port: int = 8000
    bind: str = LOOPBACK
    outside: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Installation":
        """Read ``DATA_DIR``, ``PORT`` and ``BIND``; all other variables reach the programs as is.

        Raises:
            StartRefused: ``PORT`` or ``BIND`` cannot be used.
        """
        port_text = environment.get("PORT") or "8000"
        if not port_text.isdecimal() or not 1 <= int(port_text) <= HIGHEST_FIRST_PORT:
            raise StartRefused(
                f"PORT={port_text} cannot be used: give a number from 1 to {HIGHEST_FIRST_PORT}."
            )
        bind = environment.get("BIND") or LOOPBACK
        try:
            ip_address(bind)
        except ValueError:
            raise StartRefused(
                f"BIND={bind} is not an address: give one of this machine, or 0.0.0.0 for all."
            ) from None
        data_dir = Path(environment.get("DATA_DIR") or BASE_DIR / "var").resolve()
        return cls(data_dir=data_dir, port=int(port_text), bind=bind, outside=environment)

    @property
    def broker_port(self) -> int:
        """Port of the embedded broker, on loopback."""
        return self.port + 1

    @property
    def mail_port(self) -> int:
        """Port of the mail catcher's SMTP, on loopback."""
        return self.port + 2

    @property
    def has_own_broker(self) -> bool:
        """Whether the embedded broker is started: no ``REDIS_URL`` names another one."""
        return not self.outside.get("REDIS_URL")

    @property
    def has_own_mail(self) -> bool:
        """Whether the mail catcher is started: no ``EMAIL_HOST`` names a real mail server."""
        return not self.outside.get("EMAIL_HOST")

    @property
    def broker_dir(self) -> Path:
        """Directory of the embedded broker."""
        return self.data_dir / "broker"

    @property
    def mail_dir(self) -> Path:
        """Directory in which the mail catcher keeps one file for each message."""
        return self.data_dir / "mail"

    @property
    def static_dir(self) -> Path:
        """Directory of collected static files; it may be empty, the apps' own are served too."""
        return self.data_dir / "static"

    @property
    def address(self) -> str:
        """The address to open in a browser on this machine, without a final slash."""
        return f"http://{self._host_for_people}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the web server."""
        return ip_address(self.bind).is_loopback

    @property
    def keys_dir(self) -> Path:
        """Directory of the secrets, away from what a copy of the database would hold."""
        return Path(self.outside.get("KEYS_DIR") or self.data_dir / "keys")

    @cached_property
    def keys(self) -> Keys:
        """The secrets, made when they are read for the first time."""
        return Keys.kept_in(self.keys_dir)

    @property
    def _host_for_people(self) -> str:
        bind = ip_address(self.bind)
        if bind.is_unspecified or bind.is_loopback:
            return "localhost"
        return f"[{bind}]" if bind.version == 6 else str(bind)

    def environment(self) -> dict[str, str]:
        """Return the variables of every program; what was set outside wins, except the place."""
        own = {
            "SECRET_KEY": self.keys.secret_key,
            "FIELD_ENCRYPTION_KEYS": self.keys.field_encryption_key,
            "KEYS_DIR": str(self.keys_dir),
            "STATIC_ROOT": str(self.static_dir),
            "SITE_ADDRESS": self.address,
            "DJANGO_SETTINGS_MODULE": "ispplatform.settings",
        }
        if self.has_own_broker:
            broker = f"redis://:{self.keys.broker_password}@{LOOPBACK}:{self.broker_port}"
            own |= {"REDIS_URL": f"{broker}/0", "CELERY_BROKER_URL": f"{broker}/1"}
        if self.has_own_mail:
            own |= {"EMAIL_HOST": LOOPBACK, "EMAIL_PORT": str(self.mail_port)}
        if not self.is_loopback:
            own["ALLOWED_HOSTS"] = ",".join([*LOCAL_HOSTS, *self._names_of_this_machine()])
        return {
            **own,
            **{name: value for name, value in self.outside.items() if value},
            "DATA_DIR": str(self.data_dir),
            "PORT": str(self.port),
            "BIND": self.bind,
            "PYTHONUNBUFFERED": "1",
        }

    def manage(self, *arguments: str) -> list[str]:
        """Return the command line of a management command."""
        return [sys.executable, str(BASE_DIR / "manage.py"), *arguments]

    def _names_of_this_machine(self) -> list[str]:
        name = socket.gethostname()
        names = {name, socket.getfqdn(name), self.bind}
        for family, target in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
            # Connecting a datagram socket sends nothing; it tells which own address would be used.
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                if probe.connect_ex((target, 9)) == 0:
                    names.add(probe.getsockname()[0])
        return sorted(f"[{name}]" if ":" in name else name for name in names)


def own_environment() -> Installation:
    """Return the installation that this process's environment describes."""
    return Installation.from_environment(os.environ)
