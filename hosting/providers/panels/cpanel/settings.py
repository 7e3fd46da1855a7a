"""What an operator enters for a WHM server."""

import re

from ispplatform.core.errors import ProviderRejected
from ispplatform.core.providers import SettingField
from ispplatform.core.providers.fields import FieldKind

UAPI_CPANEL = "uapi_cpanel"
OLD_BRIDGE = "cpanel"
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")

CONFIG_FIELDS = (
    SettingField(
        name="host",
        label="Host name",
        required=True,
        help="The server's own name, such as web1.example.net: without https:// and port.",
    ),
    SettingField(
        name="port",
        label="Port",
        kind=FieldKind.NUMBER,
        default=2087,
        help="Of WHM over TLS; 2087 unless the server's owner changed it.",
    ),
    SettingField(
        name="user",
        label="WHM user",
        required=True,
        default="root",
        help="root, or the reseller that the token belongs to.",
    ),
    SettingField(
        name="ca_file",
        label="Authority file",
        help=(
            "Path of a PEM file on this machine, for a server whose certificate no public "
            "authority signed. The certificate is always checked."
        ),
    ),
    SettingField(
        name="bridge",
        label="Mail calls go through",
        kind=FieldKind.CHOICE,
        default=UAPI_CPANEL,
        choices=((UAPI_CPANEL, "uapi_cpanel"), (OLD_BRIDGE, "cpanel (older servers)")),
        help="Use the older way only when the test of the connection says uapi_cpanel is missing.",
    ),
)
CREDENTIAL_FIELDS = (
    SettingField(
        name="token",
        label="API token",
        required=True,
        help="Made in WHM under Manage API Tokens; it is shown there once.",
    ),
)


def checked_host(host: str) -> str:
    """Return the host name when it is one.

    Raises:
        ProviderRejected: it is an address with scheme, port or path.
    """
    if not _HOST.fullmatch(host):
        raise ProviderRejected("The host name of the server is written without https:// and port.")
    return host.lower()
