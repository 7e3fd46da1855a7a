"""What the world was last found to see of a name."""

from django.db import models

from domains.choices import DelegationStatus
from domains.models.domains import Domain
from ispplatform.core.tenancy.base import TenantModel


class DelegationCheck(TenantModel):
    """The last look from outside at a name; one row a name, overwritten by the next look.

    ``findings`` are ``code``, ``hosts`` and ``wanted`` of each thing that is not as it should be,
    ``servers`` the answer of each name server, ``leads_to`` the name servers that the servers of
    the ending lead to (or a resolver's, where they could not be asked). ``elsewhere_since``: since
    when every look that got an answer found that they lead elsewhere; empty when they do not.
    """

    domain = models.OneToOneField(Domain, on_delete=models.CASCADE, related_name="delegation_check")
    status = models.CharField(
        max_length=10, choices=DelegationStatus, default=DelegationStatus.ASKED
    )
    findings = models.JSONField(default=list, blank=True)
    leads_to = models.JSONField(default=list, blank=True)
    servers = models.JSONField(default=list, blank=True)
    asked_at = models.DateTimeField()
    elsewhere_since = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["tenant", "asked_at", "id"])]

    def __str__(self) -> str:
        return self.domain.unicode_name

    @property
    def is_under_way(self) -> bool:
        """Tell whether the answer is still to come."""
        return self.status == DelegationStatus.ASKED
