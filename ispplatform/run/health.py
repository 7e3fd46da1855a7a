"""Whether the installation answers, asked the way a load balancer asks."""

import http.client
from ipaddress import ip_address

from ispplatform.run.installation import LOOPBACK, Installation

HEALTH_PATH = "/api/v1/health"
TIMEOUT_SECONDS = 5.0


def health_status(installation: Installation) -> int | None:
    """Return the HTTP status of the health address, or None when nothing answers."""
    host = LOOPBACK if ip_address(installation.bind).is_unspecified else installation.bind
    connection = http.client.HTTPConnection(host, installation.port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("GET", HEALTH_PATH, headers={"Host": "localhost"})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
