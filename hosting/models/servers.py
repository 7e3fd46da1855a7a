"""A panel server and what the world is told about it."""

from django.db import models

from ispplatform.core.tenancy.base import TenantModel


class HostingServer(TenantModel):
    """A server that hosting accounts live on, reached through a connection of kind ``panel``.

    Its addresses and host names go into the zones of those who are hosted there.
    """

    connection = models.OneToOneField(
        "core.ProviderConnection", on_delete=models.PROTECT, related_name="hosting_server"
    )
    name = models.CharField(max_length=80)
    hostname = models.CharField(max_length=253)
    ipv4 = models.GenericIPAddressField(protocol="IPv4")
    ipv6 = models.GenericIPAddressField(protocol="IPv6", null=True, blank=True)
    mail_hostname = models.CharField(max_length=253)
    spf_include = models.CharField(max_length=253, blank=True)
    max_accounts = models.PositiveIntegerField(default=500)
    is_open = models.BooleanField(default=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "name"], name="hosting_one_server_per_name")
        ]

    def __str__(self) -> str:
        return self.name
