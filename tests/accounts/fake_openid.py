"""A strict OpenID Connect provider on loopback, held against the standards, that can also lie.

It refuses what a real one refuses: an address that is not registered, a request without PKCE, a
wrong verifier, a code used twice, a wrong secret (OpenID Connect Core and Discovery 1.0, RFC 6749,
RFC 7636, RFC 9207). Whatever comes in another form than they ask for is kept in ``violations``,
and the test fails. It signs with joserfc, so that the product, which reads with PyJWT, is not
tested by itself.
"""

import base64
import hashlib
import hmac
import json
import re
import secrets
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote_plus, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

REALM = "/realms/harbour"
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


def b64(value: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


@dataclass
class Registered:
    """A client as the provider knows it."""

    secret: str
    redirect_uris: set[str] = field(default_factory=set)


@dataclass
class Lies:
    """How the provider misbehaves.

    Args:
        claims: put over the true ones; None takes one away.
        algorithm: ``none``, or ``HS256`` with the public key as the secret.
        foreign_key: sign with a key that the JWKS does not show, under the name of one it shows.
        answer: put over the true answer of the authorization endpoint; None takes a name away.
        metadata: put over what it says of itself; None takes a name away.
        token: put over the answer of the token endpoint; None takes a name away.
        userinfo: put over the claims of the UserInfo endpoint.
        tampered: change the claims after signing.
    """

    claims: dict[str, Any] = field(default_factory=dict)
    algorithm: str = ""
    foreign_key: bool = False
    answer: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    token: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    tampered: bool = False


def over(true: dict[str, Any], lies: dict[str, Any]) -> dict[str, Any]:
    """Return values with lies put over them."""
    return {name: value for name, value in {**true, **lies}.items() if value is not None}


class FakeOpenId(ThreadingHTTPServer):
    """The server. ``person`` is who is logged in there; None means that they do not agree."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Door)
        self.issuer = f"http://127.0.0.1:{self.server_address[1]}{REALM}"
        self.clients: dict[str, Registered] = {}
        self.person: dict[str, Any] | None = {}
        self.lies = Lies()
        self.lean_tokens = False  # claims of the person at the UserInfo endpoint only
        self.key_kind = "RSA"
        self.violations: list[str] = []
        self.calls: list[str] = []
        self.codes: dict[str, dict[str, Any]] = {}
        self.access_tokens: dict[str, dict[str, Any]] = {}
        self.rotate()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def rotate(self) -> None:
        """Sign with a new key from now on; the earlier one is no longer shown."""
        options = {"kid": secrets.token_hex(8), "use": "sig"}
        self.key: Any = (
            RSAKey.generate_key(2048, options)
            if self.key_kind == "RSA"
            else ECKey.generate_key("P-256", options)
        )

    @property
    def algorithm(self) -> str:
        """What it signs with, when it does not lie."""
        return "RS256" if self.key_kind == "RSA" else "ES256"

    def register(self, client_id: str, secret: str, *redirect_uris: str) -> None:
        """Know a client from now on."""
        self.clients[client_id] = Registered(secret, set(redirect_uris))

    # ------------------------------------------------------------------------------- answers

    def metadata(self) -> dict[str, Any]:
        """What it says of itself. Source: Discovery s. 3, RFC 8414, RFC 9207."""
        return over(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "userinfo_endpoint": f"{self.issuer}/person",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256", "ES256"],
                "code_challenge_methods_supported": ["S256"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic"],
                "authorization_response_iss_parameter_supported": True,
            },
            self.lies.metadata,
        )

    def jwks(self) -> dict[str, Any]:
        """Its public keys."""
        shown = self.key.as_dict(private=False)
        return {"keys": [{**shown, "alg": self.algorithm}]}

    def authorize(self, query: list[tuple[str, str]]) -> tuple[int, str]:
        """Return a status, and an address or a sentence. Source: Core s. 3.1.2."""
        values = dict(query)
        if len(values) != len(query):
            return self._violated("a name came twice")
        client = self.clients.get(values.get("client_id", ""))
        if client is None:
            return self._violated("unknown client")
        redirect_uri = values.get("redirect_uri", "")
        if redirect_uri not in client.redirect_uris:
            return self._violated(f"redirect_uri {redirect_uri} is not registered")
        back = {"state": values["state"]} if "state" in values else {}
        wrong = [
            name
            for name, is_right in (
                ("response_type", values.get("response_type") == "code"),
                ("scope", "openid" in values.get("scope", "").split()),
                ("state", len(values.get("state", "")) >= 32),
                ("nonce", len(values.get("nonce", "")) >= 32),
                ("code_challenge", _CHALLENGE.fullmatch(values.get("code_challenge", ""))),
                ("code_challenge_method", values.get("code_challenge_method") == "S256"),
            )
            if not is_right
        ]
        if wrong:
            self._violated(f"wrong in the request: {wrong}")
            return self._back(redirect_uri, {**back, "error": "invalid_request"})
        if self.person is None:
            return self._back(redirect_uri, {**back, "error": "access_denied"})
        code = secrets.token_urlsafe(24)
        self.codes[code] = {**values, "person": dict(self.person), "used": False}
        return self._back(redirect_uri, {**back, "code": code})

    def token(
        self, head: dict[str, str], form: list[tuple[str, str]]
    ) -> tuple[int, dict[str, Any]]:
        """Return a status and an answer. Source: RFC 6749 s. 4.1.3, 5.2; RFC 7636 s. 4.6."""
        values = dict(form)
        if len(values) != len(form):
            return 400, {"error": "invalid_request"}
        client_id = self._authenticated(head, values)
        if client_id is None:
            return 401, {"error": "invalid_client"}
        if values.get("grant_type") != "authorization_code":
            return 400, {"error": "unsupported_grant_type"}
        kept = self.codes.get(values.get("code", ""))
        if kept is None or kept["client_id"] != client_id:
            return 400, {"error": "invalid_grant"}
        if kept["used"]:
            self.access_tokens.clear()
            return 400, {"error": "invalid_grant"}
        kept["used"] = True
        verifier = values.get("code_verifier", "")
        challenge = b64(hashlib.sha256(verifier.encode()).digest())
        if values.get("redirect_uri") != kept["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        if not _VERIFIER.fullmatch(verifier) or challenge != kept["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        access_token = secrets.token_urlsafe(24)
        self.access_tokens[access_token] = kept["person"]
        answer = {
            "access_token": access_token,
            "token_type": "Bearer",
            "expires_in": 300,
            "id_token": self._id_token(kept, client_id, access_token),
        }
        return 200, over(answer, self.lies.token)

    def _authenticated(self, head: dict[str, str], values: dict[str, str]) -> str | None:
        ways = self.metadata()["token_endpoint_auth_methods_supported"]
        kind, _blank, shown = head.get("authorization", "").partition(" ")
        if kind.lower() == "basic" and "client_secret_basic" in ways:
            if "client_secret" in values:
                self._violated("the secret came twice")
            pair = base64.b64decode(shown).decode().partition(":")
            client_id, secret = unquote_plus(pair[0]), unquote_plus(pair[2])
        elif "client_secret_post" in ways:
            client_id, secret = values.get("client_id", ""), values.get("client_secret", "")
        else:
            return None
        client = self.clients.get(client_id)
        return client_id if client is not None and client.secret == secret else None

    def _id_token(self, kept: dict[str, Any], client_id: str, access_token: str) -> str:
        now = int(time.time())
        person = kept["person"]
        told = {"sub": person["sub"]} if self.lean_tokens else person
        claims = over(
            {
                "iss": self.issuer,
                "aud": client_id,
                "exp": now + 300,
                "iat": now,
                "nonce": kept["nonce"],
                "at_hash": b64(hashlib.sha256(access_token.encode()).digest()[:16]),
                **told,
            },
            self.lies.claims,
        )
        header = {"alg": self.algorithm, "kid": self.key.kid, "typ": "JWT"}
        if self.lies.algorithm == "none":
            return f"{_part({**header, 'alg': 'none'})}.{_part(claims)}."
        if self.lies.algorithm == "HS256":
            signed = f"{_part({**header, 'alg': 'HS256'})}.{_part(claims)}"
            public = self.key.as_pem(private=False)
            return f"{signed}.{b64(hmac.digest(public, signed.encode(), 'sha256'))}"
        key = self.key
        if self.lies.foreign_key:
            key = RSAKey.generate_key(2048, {"kid": self.key.kid})
        token = jwt.encode(header, claims, key, algorithms=[header["alg"]])
        if self.lies.tampered:
            first, _middle, last = token.split(".")
            return f"{first}.{_part({**claims, 'email': 'owner@northwind.example'})}.{last}"
        return token

    def userinfo(self, head: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """Return what it tells of a person. Source: Core s. 5.3."""
        kind, _blank, shown = head.get("authorization", "").partition(" ")
        person = self.access_tokens.get(shown) if kind == "Bearer" else None
        if person is None:
            return 401, {"error": "invalid_token"}
        return 200, over(person, self.lies.userinfo)

    def _back(self, redirect_uri: str, values: dict[str, Any]) -> tuple[int, str]:
        named = over({"iss": self.issuer, **values}, self.lies.answer)
        joint = "&" if urlsplit(redirect_uri).query else "?"
        return 302, f"{redirect_uri}{joint}{urlencode(named)}"

    def _violated(self, sentence: str) -> tuple[int, str]:
        self.violations.append(sentence)
        return 400, sentence


def _part(value: dict[str, Any]) -> str:
    return b64(json.dumps(value).encode())


class _Door(BaseHTTPRequestHandler):
    """Reads requests and writes answers."""

    server: FakeOpenId
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        path, query = urlsplit(self.path).path, urlsplit(self.path).query
        self.server.calls.append(path.removeprefix(REALM))
        if path == f"{REALM}/.well-known/openid-configuration":
            self._json(200, self.server.metadata())
        elif path == f"{REALM}/keys":
            self._json(200, self.server.jwks())
        elif path == f"{REALM}/person":
            self._json(*self.server.userinfo(self._head()))
        elif path == f"{REALM}/authorize":
            status, told = self.server.authorize(parse_qsl(query, keep_blank_values=True))
            if status == 302:
                self.send_response(302)
                self.send_header("Location", told)
                self.send_header("Content-Length", "0")
                self.end_headers()
            else:
                self._json(status, {"error": told})
        else:
            self._json(404, {"error": "nothing here"})

    def do_POST(self) -> None:
        path = urlsplit(self.path).path
        self.server.calls.append(path.removeprefix(REALM))
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        kind = self.headers.get("Content-Type", "").partition(";")[0]
        if path != f"{REALM}/token":
            return self._json(404, {"error": "nothing here"})
        if kind != "application/x-www-form-urlencoded" or urlsplit(self.path).query:
            self.server.violations.append(f"token request as {self.path} {kind}")
        return self._json(*self.server.token(self._head(), parse_qsl(body)))

    def _head(self) -> dict[str, str]:
        return {name.lower(): value for name, value in self.headers.items()}

    def _json(self, status: int, said: dict[str, Any]) -> None:
        body = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Cache-Control", "no-store")
        if status == 401:
            self.send_header("WWW-Authenticate", "Basic")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
