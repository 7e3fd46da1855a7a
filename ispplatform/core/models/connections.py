"""Accounts at providers: registrars, panels, DNS servers, payment services, mail servers."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from ispplatform.core.secrets import EncryptedJSONField
from ispplatform.core.tenancy.base import TenantModel


class ConnectionState(models.TextChoices):
    """What the last test of a connection said, or its long silence."""

    UNTESTED = "untested", _("Untested")
    WORKING = "working", _("Working")
    FAILING = "failing", _("Failing")


def no_secrets() -> dict[str, Any]:
    """Return the credentials of a connection that has none."""
    return {}


class ProviderConnection(TenantModel):
    """One account at a provider; ``backend`` names a class in the registry of its kind.

    ``account_mode`` is what the provider calls the account: ``live``, ``test`` or, before the
    first test, nothing. The circuit opens after failures in a row: nothing is sent until
    ``circuit_open_until``, then one call goes first. ``circuit_opened_at`` is when it first opened.
    """

    kind = models.CharField(max_length=40)
    backend = models.CharField(max_length=40)
    name = models.CharField(max_length=80)
    config = models.JSONField(default=dict, blank=True)
    credentials: "models.Field[Any, Any]" = EncryptedJSONField(default=no_secrets, blank=True)
    is_active = models.BooleanField(default=True)
    is_sandbox = models.BooleanField(default=False, editable=False)
    state = models.CharField(
        max_length=10, choices=ConnectionState, default=ConnectionState.UNTESTED
    )
    state_sentence = models.CharField(max_length=500, blank=True)
    account_mode = models.CharField(max_length=4, blank=True)
    tested_at = models.DateTimeField(null=True, blank=True)
    circuit_failures = models.PositiveIntegerField(default=0, editable=False)
    circuit_opened_at = models.DateTimeField(null=True, blank=True, editable=False)
    circuit_open_until = models.DateTimeField(null=True, blank=True, editable=False)
    circuit_probe_until = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta(TenantModel.Meta):
        ordering = ["kind", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "kind", "name"], name="core_one_connection_per_name"
            )
        ]

    def __str__(self) -> str:
        return self.name
