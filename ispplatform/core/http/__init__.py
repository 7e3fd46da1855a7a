"""Outgoing HTTP: a total deadline, honest errors, a redacted record. See ``docs/mechanisms``."""

from ispplatform.core.http.client import HttpAnswer, OutgoingHttp
from ispplatform.core.http.deadline import Deadline
from ispplatform.core.http.exchanges import Exchange, ExchangeRecorder
from ispplatform.core.http.network import AddressRefused

__all__ = [
    "AddressRefused",
    "Deadline",
    "Exchange",
    "ExchangeRecorder",
    "HttpAnswer",
    "OutgoingHttp",
]
