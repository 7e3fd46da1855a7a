"""localstripe as a process of its own, started once for a session of tests."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from ispplatform.core.clock import monotonic_seconds
from tests.ports import free_port

SERVER = Path(__file__).with_name("localstripe_server.py")
SECONDS_TO_START = 120
SECONDS_TO_ANSWER = 60
KEY = "sk_test_localstripe"
CARDS = {
    "succeeds": "4242424242424242",
    "declined": "4000000000000341",
    "authenticates": "4000002760003184",
}


class LocalStripe:
    """What a test does there beside our gateway: play the browser, ask for events."""

    def __init__(self, base: str) -> None:
        self.base = base

    def post(self, path: str, **data: Any) -> Any:
        answer = httpx.post(
            f"{self.base}{path}",
            json=data,
            headers={"Authorization": f"Bearer {KEY}"},
            timeout=SECONDS_TO_ANSWER,
        )
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def card(self, behavior: str = "succeeds") -> str:
        """Enter a card into the form, as the customer does, and return its token."""
        card = {"number": CARDS[behavior], "exp_month": 12, "exp_year": 2030, "cvc": "123"}
        return str(self.post("/v1/payment_methods", type="card", card=card)["id"])

    def answer_bank(self, url: str, *, answer: str = "yes") -> str:
        """Answer on the bank's page; return where the browser is sent."""
        given = httpx.get(url, params={"answer": answer}, timeout=SECONDS_TO_ANSWER)
        return given.headers["location"]

    def forget(self) -> None:
        address = f"{self.base}/_config/data"
        httpx.delete(address, timeout=SECONDS_TO_ANSWER).raise_for_status()


@contextmanager
def localstripe_running() -> Iterator[LocalStripe]:
    """Run it on a free port until the block ends."""
    port = free_port()
    process = subprocess.Popen([sys.executable, str(SERVER), str(port)])
    try:
        base = f"http://127.0.0.1:{port}"
        _wait_for(f"{base}/_config/alive", process)
        yield LocalStripe(base)
    finally:
        process.terminate()
        process.wait(60)


def _wait_for(url: str, process: "subprocess.Popen[bytes]") -> None:
    ends = monotonic_seconds() + SECONDS_TO_START
    transport = httpx.HTTPTransport(retries=8)  # waits between tries, twice as long each time
    with httpx.Client(transport=transport, timeout=SECONDS_TO_ANSWER) as client:
        while process.poll() is None and monotonic_seconds() < ends:
            try:
                client.get(url).raise_for_status()
            except httpx.ConnectError:
                continue
            return
    raise RuntimeError("localstripe did not start.")
