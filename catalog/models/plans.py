"""What is for sale."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.choices import DomainOffer, PlanType
from customers.choices import CustomerType
from ispplatform.core.tenancy.base import TenantModel


class Plan(TenantModel):
    """A product of the catalogue. Its prices are rows of their own, with a life of their own.

    ``parameters`` hold what the provisioner needs (``package``, ``disk_mb``, ``mailboxes``,
    ``bandwidth_mbit_s``). ``features`` are the short sentences that customers read.
    """

    code = models.SlugField(max_length=60)
    name = models.CharField(max_length=120)
    description = models.TextField(max_length=2000, blank=True)
    features = models.JSONField(default=list, blank=True)
    type = models.CharField(max_length=10, choices=PlanType)
    tld = models.CharField(
        _("ending"),
        max_length=100,
        blank=True,
        help_text=_("Domains only: the ending, for example de."),
    )
    parameters = models.JSONField(default=dict, blank=True)
    domain_offers = models.JSONField(default=list, blank=True)
    customer_type = models.CharField(
        _("for"),
        max_length=10,
        choices=CustomerType,
        blank=True,
        help_text=_("Empty: for everybody."),
    )
    is_public = models.BooleanField(
        _("in the shop"), default=True, help_text=_("Shown in the shop; staff sell the others too.")
    )
    is_active = models.BooleanField(_("for sale"), default=True, help_text=_("May be sold."))
    sort_order = models.PositiveSmallIntegerField(default=100)

    class Meta(TenantModel.Meta):
        ordering = ["sort_order", "name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "code"], name="catalog_one_plan_per_code"),
            models.UniqueConstraint(
                fields=["tenant", "tld"],
                condition=Q(is_active=True, is_public=True) & ~Q(tld=""),
                name="catalog_one_plan_for_sale_per_tld",
            ),
            models.CheckConstraint(
                condition=Q(type="domain") & ~Q(tld="") | ~Q(type="domain") & Q(tld=""),
                name="catalog_domains_have_an_ending_and_others_none",
            ),
        ]
        indexes = [models.Index(fields=["tenant", "type", "sort_order"])]

    def __str__(self) -> str:
        return self.name

    @property
    def customer_types(self) -> list[str]:
        """Who may buy it."""
        return [self.customer_type] if self.customer_type else list(CustomerType.values)

    @property
    def offers(self) -> list[str]:
        """How an order of this plan comes to its domain, in the order in which it is shown."""
        return [offer for offer in DomainOffer.values if offer in self.domain_offers]
