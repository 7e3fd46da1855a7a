"""What happens next to an unpaid invoice, in the API."""

from datetime import UTC
from typing import Any

from rest_framework import serializers

from billing.choices import StepState
from billing.models import DunningStep, Invoice
from billing.rules.dunning import StepKind
from billing.selectors.dunning import forecast_of
from billing.words_dunning import staff_sentence, standstill_sentence

STEP_KINDS = [(kind.value, kind.value) for kind in StepKind]


class DunningSubject(serializers.Serializer):
    """What is suspended, or would be."""

    type = serializers.CharField()
    id = serializers.UUIDField()
    label = serializers.CharField()


class DunningStepTaken(serializers.Serializer):
    """One step that was taken, or left out, and why."""

    key = serializers.CharField()
    kind = serializers.ChoiceField(choices=STEP_KINDS)
    state = serializers.ChoiceField(choices=StepState.choices)
    taken_at = serializers.DateTimeField(default_timezone=UTC)
    taken_by = serializers.CharField()
    reason = serializers.CharField()
    payment_id = serializers.UUIDField(allow_null=True)


class DunningStandstill(serializers.Serializer):
    """Why nothing happens at present."""

    kind = serializers.CharField()
    reason = serializers.CharField()
    until = serializers.DateField(allow_null=True)
    sentence = serializers.CharField()


class DunningAnswer(serializers.Serializer):
    """What happens next to an invoice, why it stands still, and what was done."""

    invoice_id = serializers.UUIDField()
    next_step = serializers.ChoiceField(choices=STEP_KINDS, allow_null=True)
    next_at = serializers.DateTimeField(default_timezone=UTC, allow_null=True)
    sentence = serializers.CharField()
    standstill = DunningStandstill(allow_null=True)
    suspend_at = serializers.DateTimeField(default_timezone=UTC, allow_null=True)
    suspended_at = serializers.DateTimeField(default_timezone=UTC, allow_null=True)
    subjects = DunningSubject(many=True)
    steps = DunningStepTaken(many=True)


def dunning_shown(invoice: Invoice) -> dict[str, Any]:
    """Return the values of the answer about an invoice; one that is over has its history only."""
    forecast = forecast_of(invoice)
    stopped = forecast.standstill if forecast is not None else None
    case = forecast.case if forecast is not None else None
    return {
        "invoice_id": invoice.pk,
        "next_step": forecast.next_step if forecast is not None else None,
        "next_at": forecast.next_at if forecast is not None else None,
        "sentence": staff_sentence(forecast) if forecast is not None else "",
        "standstill": None
        if forecast is None or stopped is None
        else {
            "kind": stopped.kind,
            "reason": stopped.reason,
            "until": stopped.until,
            "sentence": standstill_sentence(forecast),
        },
        "suspend_at": forecast.suspend_at if forecast is not None else None,
        "suspended_at": case.suspended_at if case is not None else None,
        "subjects": list(forecast.subjects) if forecast is not None else [],
        "steps": list(DunningStep.objects.filter(case__invoice=invoice)),
    }
