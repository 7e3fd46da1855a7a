"""Mails in the back office."""

from notifications.admin.mails import MailAdmin

__all__ = ["MailAdmin"]
