"""Who buys from us."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.choices import CustomerStatus, CustomerType
from customers.models.querysets import CustomerManager
from customers.models.tags import Tag
from customers.rules.names import display_name, search_text
from customers.rules.statuses import may_order
from ispplatform.core.money import CurrencyField
from ispplatform.core.tenancy.base import TenantModel

COMPUTED_FROM = {"customer_number", "first_name", "last_name", "company_name", "email", "phone"}


class Customer(TenantModel):
    """A person or a business that buys from the tenant.

    ``display_name`` and ``search_text`` follow the other columns whenever a row is saved.
    ``updated_at`` moves with every change of what belongs to the customer: addresses, contacts,
    tags, references; it is the version that callers send back.
    """

    customer_number = models.CharField(max_length=20, editable=False)
    customer_type = models.CharField(
        max_length=10, choices=CustomerType, default=CustomerType.PERSON
    )
    first_name = models.CharField(max_length=100, blank=True)
    last_name = models.CharField(max_length=100, blank=True)
    company_name = models.CharField(max_length=200, blank=True)
    display_name = models.CharField(max_length=254, editable=False)
    status = models.CharField(max_length=10, choices=CustomerStatus, default=CustomerStatus.ACTIVE)
    email = models.EmailField(max_length=254)
    phone = models.CharField(max_length=40, blank=True)
    language = models.CharField(
        max_length=10,
        blank=True,
        choices=settings.LANGUAGES,
        help_text=_("Empty: the company's language."),
    )
    time_zone = models.CharField(
        max_length=64, blank=True, help_text=_("Empty: the company's time zone.")
    )
    currency = CurrencyField(blank=True, help_text=_("Fixed by the first document."))
    vat_number = models.CharField(max_length=40, blank=True)
    vat_checked_at = models.DateTimeField(null=True, blank=True)
    industry = models.CharField(max_length=100, blank=True)
    size = models.CharField(max_length=40, blank=True)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="assigned_customers",
    )
    tags = models.ManyToManyField(Tag, through="CustomerTag", related_name="customers")
    custom_fields = models.JSONField(default=dict, blank=True)
    metadata = models.JSONField(default=dict, blank=True)
    search_text = models.TextField(editable=False, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar[CustomerManager] = CustomerManager()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "customer_number"], name="customers_one_customer_per_number"
            )
        ]
        indexes = [
            models.Index(fields=["tenant", "display_name", "id"]),
            models.Index(fields=["tenant", "updated_at", "id"]),
            models.Index(fields=["tenant", "created_at", "id"]),
            models.Index(fields=["tenant", "status", "id"]),
            models.Index(fields=["tenant", "email"]),
        ]

    def __str__(self) -> str:
        return f"{self.display_name} ({self.customer_number})"

    @property
    def short_name(self) -> str:
        """The name in lists of other things."""
        return self.display_name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.display_name = display_name(
            first_name=self.first_name,
            last_name=self.last_name,
            company_name=self.company_name,
            email=self.email,
        )
        self.search_text = search_text(
            self.customer_number,
            self.company_name,
            f"{self.first_name} {self.last_name}",
            self.email,
            self.phone,
        )
        named = kwargs.get("update_fields")
        if named is not None and COMPUTED_FROM & set(named):
            kwargs["update_fields"] = {*named, "display_name", "search_text"}
        super().save(*args, **kwargs)

    @property
    def is_business(self) -> bool:
        """Tell whether consumer law does not apply."""
        return self.customer_type == CustomerType.BUSINESS

    @property
    def may_order(self) -> bool:
        """Tell whether the customer may place an order at present."""
        return self.deleted_at is None and may_order(self.status)
