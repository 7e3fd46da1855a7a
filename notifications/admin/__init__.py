"""Mails in the back office."""

from notifications.admin.mails import MailAdmin
from notifications.admin.sender import SenderPage

__all__ = ["MailAdmin", "SenderPage"]
