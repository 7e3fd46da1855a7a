"""Shorthand for tests of OAuth: a browser with a person in it, and a program."""

from base64 import b64encode
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.test import Client

from accounts.choices import SessionChannel, SessionKind
from accounts.models import Membership, OAuthClient, PortalAccount, User
from accounts.services.sessions import Device, session_begin
from accounts.tokens.encoding import base64url, sha256
from tests.factories.accounts import CLIENT_SECRET, REDIRECT_URI

AUTHORIZE = "/api/v1/oauth/authorize"
TOKEN = "/api/v1/oauth/token"
REVOKE = "/api/v1/oauth/revoke"
INTROSPECT = "/api/v1/oauth/introspect"
VERIFIER = "a-verifier-of-more-than-forty-three-characters-0123"
CHALLENGE = base64url(sha256(VERIFIER.encode()))
FORM = "application/x-www-form-urlencoded"


def browser_of(account: Membership | PortalAccount) -> Client:
    """Return a browser in which this person is logged in, second factor and all."""
    user: User = account.user
    session = session_begin(
        user=user, account=account, channel=SessionChannel.BROWSER, device=Device()
    )
    is_staff = isinstance(account, Membership)
    slot = "staff_session" if is_staff else "portal_session"
    client = Client(HTTP_HOST="northwind.localhost")
    stored = client.session
    stored[slot] = {"tenant": str(session.tenant_id), "session": str(session.pk)}
    stored.save()
    return client


def wish(client: OAuthClient, **changes: Any) -> dict[str, str]:
    """Return the query of an authorization request; None takes a name out."""
    values = {
        "response_type": "code",
        "client_id": client.client_id,
        "redirect_uri": REDIRECT_URI,
        "scope": " ".join(client.scopes),
        "state": "xyz",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **changes,
    }
    return {name: value for name, value in values.items() if value is not None}


def page_of(client: OAuthClient, **changes: Any) -> str:
    """Return the address of the consent page that a wish leads to."""
    path = "/admin/authorize/" if client.side == SessionKind.STAFF else "/account/authorize"
    return f"{path}?{urlencode(wish(client, **changes))}"


def agreed(browser: Client, client: OAuthClient, **changes: Any) -> dict[str, str]:
    """Let a person agree; return what the browser carries back to the program."""
    answer = browser.post(page_of(client, **changes), {"decision": "allow"})
    assert answer.status_code == 302, answer.content.decode()
    assert answer["Location"].startswith(REDIRECT_URI + "?")
    return dict(parse_qsl(urlsplit(answer["Location"]).query))


def basic(client: OAuthClient, secret: str = CLIENT_SECRET) -> str:
    """Return the header by which a client shows its secret."""
    return "Basic " + b64encode(f"{client.client_id}:{secret}".encode()).decode()


def form(path: str, client: OAuthClient | None, secret: str = CLIENT_SECRET, **values: Any) -> Any:
    """Send a form to an endpoint, with the client's secret in the head."""
    headers = {"Authorization": basic(client, secret)} if client is not None else {}
    return Client(HTTP_HOST="northwind.localhost").post(
        path, urlencode(values), content_type=FORM, headers=headers
    )


def exchanged(client: OAuthClient, code: str, **changes: Any) -> Any:
    """Exchange a code for tokens."""
    values = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": REDIRECT_URI,
        "code_verifier": VERIFIER,
        **changes,
    }
    return form(TOKEN, client, **values)
