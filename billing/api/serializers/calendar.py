"""*What happens next* to a customer, in the API."""

from datetime import UTC
from typing import Any

from rest_framework import serializers

from billing.api.serializers.dunning import (
    STEP_KINDS,
    DunningStandstill,
    DunningStepTaken,
    DunningSubject,
)
from billing.office_calendar import ending_why
from billing.rules.foretelling import Delay, Fate, Foretold
from billing.selectors.dunning import Standstill
from billing.selectors.foretelling import Course, CustomerCalendar, Ending
from billing.selectors.parties import present_tenant
from billing.words_dunning import standstill_words
from customers.models import Customer
from ispplatform.core.api.fields import MoneyAmountField
from ispplatform.core.subjects import subject_of


class ForetoldDelay(serializers.Serializer):
    """Why a step comes later than its day."""

    kind = serializers.ChoiceField(choices=[one.value for one in Delay])
    on = serializers.DateField(allow_null=True, help_text="The day that is passed by.")


class ForetoldStep(serializers.Serializer):
    """One step that is to come, if nobody pays."""

    key = serializers.CharField()
    kind = serializers.ChoiceField(choices=STEP_KINDS)
    day = serializers.IntegerField(help_text="Counted from what the calendar goes by.")
    at = serializers.DateTimeField(
        default_timezone=UTC, allow_null=True, help_text="Null where no working day lies ahead."
    )
    fate = serializers.ChoiceField(choices=[one.value for one in Fate])
    delays = ForetoldDelay(many=True)


class CalendarPeriod(serializers.Serializer):
    """A period that a coming invoice bills: a renewal."""

    subscription_id = serializers.UUIDField()
    label = serializers.CharField()
    period_start = serializers.DateField()
    period_end = serializers.DateField(help_text="The first day after it.")
    gross = MoneyAmountField(help_text="With the customer's tax of today.")
    currency = serializers.CharField()


class CalendarInvoice(serializers.Serializer):
    """An invoice that is open, or comes, and what happens to it."""

    invoice_id = serializers.UUIDField(allow_null=True, help_text="Null for one to come.")
    number = serializers.CharField(help_text="Empty for one to come.")
    issued_at = serializers.DateTimeField(
        default_timezone=UTC, allow_null=True, help_text="When one to come is issued."
    )
    amount = MoneyAmountField(help_text="What is due, less the credit that pays it at once.")
    currency = serializers.CharField()
    due_on = serializers.DateField(allow_null=True)
    expires_on = serializers.DateField(
        allow_null=True, help_text="Where its days count from the expiry of a name."
    )
    renews = CalendarPeriod(many=True)
    subjects = DunningSubject(many=True)
    charge_refusal = serializers.CharField(help_text="Why no card is charged; empty where one is.")
    standstill = DunningStandstill(allow_null=True)
    steps_taken = DunningStepTaken(many=True)
    steps = ForetoldStep(many=True)


class CalendarEnding(serializers.Serializer):
    """What ends by itself."""

    at = serializers.DateTimeField(default_timezone=UTC)
    subject = DunningSubject()
    sentence = serializers.CharField()
    why = serializers.CharField()


class CalendarHold(serializers.Serializer):
    """Why dunning of the customer, or of one invoice, stands still."""

    kind = serializers.CharField()
    reason = serializers.CharField()
    until = serializers.DateField(allow_null=True)
    invoice_id = serializers.UUIDField(allow_null=True)


class CalendarAnswer(serializers.Serializer):
    """Everything that happens to a customer by itself while nobody pays."""

    customer_id = serializers.UUIDField()
    time_zone = serializers.CharField(help_text="In which days begin.")
    holds = CalendarHold(many=True)
    open = CalendarInvoice(many=True)
    coming = CalendarInvoice(many=True, help_text="Renewals, as invoices that will be issued.")
    endings = CalendarEnding(
        many=True, help_text="Subscriptions that end and names that nothing bills."
    )
    has_more = serializers.BooleanField(help_text="There is more than this answer holds.")


def calendar_shown(customer: Customer, calendar: CustomerCalendar) -> dict[str, Any]:
    """Return the values of the answer."""
    endings = [
        *(_ending(one) for one in calendar.endings),
        *(
            {"at": one.at, "subject": one.subject, "sentence": one.sentence, "why": one.why}
            for one in calendar.others
        ),
    ]
    return {
        "customer_id": customer.pk,
        "time_zone": present_tenant().time_zone,
        "holds": calendar.holds,
        "open": [_course(course) for course in calendar.open],
        "coming": [_course(course) for course in calendar.coming],
        "endings": sorted(endings, key=lambda one: one["at"]),
        "has_more": calendar.has_more,
    }


def _ending(ending: Ending) -> dict[str, Any]:
    return {
        "at": ending.at,
        "subject": subject_of(ending.subscription),
        "sentence": f"{ending.subscription.label} ends",
        "why": ending_why(ending),
    }


def _course(course: Course) -> dict[str, Any]:
    return {
        "invoice_id": course.invoice_id,
        "number": course.invoice.number if course.invoice is not None else "",
        "issued_at": course.issued_at,
        "amount": course.amount,
        "currency": course.currency,
        "due_on": course.anchors.due_on,
        "expires_on": course.anchors.expires_on,
        "renews": [
            {
                "subscription_id": one.subscription.pk,
                "label": one.subscription.label,
                "period_start": one.period.start,
                "period_end": one.period.end,
                "gross": one.gross,
                "currency": one.currency,
            }
            for one in course.upcoming
        ],
        "subjects": course.subjects,
        "charge_refusal": course.charge_refusal,
        "standstill": _standstill(course.standstill),
        "steps_taken": course.past,
        "steps": [_step(one) for one in course.steps],
    }


def _standstill(stopped: Standstill | None) -> dict[str, Any] | None:
    if stopped is None:
        return None
    return {
        "kind": stopped.kind,
        "reason": stopped.reason,
        "until": stopped.until,
        "sentence": standstill_words(stopped),
    }


def _step(one: Foretold) -> dict[str, Any]:
    return {
        "key": one.step.key,
        "kind": one.step.kind,
        "day": one.step.day,
        "at": one.at,
        "fate": one.fate.value,
        "delays": [{"kind": delay.value, "on": on} for delay, on in one.delays],
    }
