"""What is done about unpaid invoices, why it stands still, and what was done."""

from django.db import models
from django.db.models import Q

from billing.choices import DunningOutcome, HoldKind, PlanState, StepState
from billing.models.invoices import Invoice
from billing.models.payments import Payment
from billing.rules.dunning import StepKind
from ispplatform.core.tenancy.base import TenantModel

STEP_KINDS = [(kind.value, kind.value) for kind in StepKind]


class SuspensionPlan(TenantModel):
    """Suspensions of one day that are so many that a person sees the list first.

    ``version`` counts its changes, so that nobody confirms another list than the one on the screen.
    """

    state = models.CharField(max_length=10, choices=PlanState, default=PlanState.WAITING)
    made_at = models.DateTimeField()
    services_count = models.PositiveIntegerField(default=0)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant"],
                condition=Q(state="waiting"),
                name="billing_one_suspension_plan_waits",
            )
        ]

    def __str__(self) -> str:
        return f"{self.services_count} suspensions"


class DunningCase(TenantModel):
    """What is done about one open invoice.

    ``due_on`` and ``expires_on`` are what its days count from; ``next_*`` is the step that the
    calendar has next, whether or not something holds it up. Times are business time.
    """

    invoice = models.OneToOneField(Invoice, on_delete=models.CASCADE, related_name="dunning")
    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, related_name="dunning_cases"
    )
    due_on = models.DateField(null=True, blank=True)
    expires_on = models.DateField(null=True, blank=True)
    next_key = models.CharField(max_length=24, blank=True)
    next_kind = models.CharField(max_length=16, choices=STEP_KINDS, blank=True)
    next_at = models.DateTimeField(null=True, blank=True)
    notice_event_id = models.UUIDField(null=True, blank=True)
    notice_accepted_at = models.DateTimeField(null=True, blank=True)
    suspended_at = models.DateTimeField(null=True, blank=True)
    suspensions = models.PositiveSmallIntegerField(default=0)
    plan = models.ForeignKey(
        SuspensionPlan, on_delete=models.SET_NULL, null=True, blank=True, related_name="cases"
    )
    trouble = models.CharField(max_length=500, blank=True)
    troubles = models.PositiveSmallIntegerField(default=0)
    closed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=DunningOutcome, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at=None, outcome="")
                | (Q(closed_at__isnull=False) & ~Q(outcome="")),
                name="billing_a_closed_case_says_how_it_ended",
            )
        ]
        indexes = [
            models.Index(fields=["tenant", "next_at", "id"]),
            models.Index(fields=["tenant", "customer", "id"]),
            models.Index(
                fields=["tenant", "next_at"],
                condition=Q(closed_at__isnull=True),
                name="billing_dunning_cases_due",
            ),
            models.Index(fields=["tenant", "notice_event_id"]),
        ]

    def __str__(self) -> str:
        return str(self.invoice)


class DunningStep(TenantModel):
    """One step that was taken, or left out, and why. A step has one row, so it is taken once."""

    case = models.ForeignKey(DunningCase, on_delete=models.CASCADE, related_name="steps")
    key = models.CharField(max_length=24)
    kind = models.CharField(max_length=16, choices=STEP_KINDS)
    state = models.CharField(max_length=12, choices=StepState)
    taken_at = models.DateTimeField()
    taken_by = models.CharField(max_length=200)
    reason = models.CharField(max_length=500, blank=True)
    services_count = models.PositiveSmallIntegerField(default=0)
    payment = models.ForeignKey(
        Payment, on_delete=models.PROTECT, null=True, blank=True, related_name="dunning_steps"
    )

    class Meta(TenantModel.Meta):
        ordering = ["taken_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "case", "key"], name="billing_one_row_per_dunning_step"
            )
        ]
        indexes = [models.Index(fields=["tenant", "kind", "taken_at"])]

    def __str__(self) -> str:
        return self.key


class DunningHold(TenantModel):
    """Why dunning of a customer, or of one of its invoices, stands still.

    ``since`` is the first day of an unbroken promise; ``until`` the day on which it goes on by
    itself. ``connection`` and ``code`` name the trouble of a gateway.
    """

    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, related_name="dunning_holds"
    )
    invoice = models.ForeignKey(
        Invoice, on_delete=models.PROTECT, null=True, blank=True, related_name="dunning_holds"
    )
    kind = models.CharField(max_length=10, choices=HoldKind)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=500)
    connection = models.ForeignKey(
        "core.ProviderConnection",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    code = models.CharField(max_length=60, blank=True)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=200)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=200, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "customer", "kind"],
                condition=Q(closed_at=None, invoice=None),
                name="billing_one_hold_of_a_kind_per_customer",
            ),
            models.UniqueConstraint(
                fields=["tenant", "invoice", "kind"],
                condition=Q(closed_at=None, invoice__isnull=False),
                name="billing_one_hold_of_a_kind_per_invoice",
            ),
            models.CheckConstraint(
                condition=~Q(kind="promise") | Q(until__isnull=False, invoice=None),
                name="billing_a_promise_ends",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "id"]),
            models.Index(fields=["tenant", "customer", "id"]),
            models.Index(
                fields=["tenant", "until"],
                condition=Q(closed_at__isnull=True),
                name="billing_dunning_holds_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.reason}"
