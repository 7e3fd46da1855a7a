"""``/api/v1/bulk-runs``: acts on many rows, how far they are, what became of each row."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from ispplatform.core.api.fields import Beside, InstantField, MoneyAmountField, VersionField
from ispplatform.core.api.filter_kinds import ChoiceFilter, InstantFilter, TextFilter, UuidFilter
from ispplatform.core.api.listing import ListAction
from ispplatform.core.api.responses import ApiResponse
from ispplatform.core.api.rows import RowSerializer, read_rows
from ispplatform.core.api.serializers import StrictSerializer
from ispplatform.core.api.viewsets import RetrieveAction, StaffViewSet
from ispplatform.core.bulk.asking import bulk_run_asked
from ispplatform.core.bulk.selectors import SEE, bulk_counts, bulk_money, bulk_runs_for
from ispplatform.core.bulk.services import bulk_confirm, bulk_drop, bulk_stop, bulk_undo
from ispplatform.core.models.bulk import BulkRow, BulkRowState, BulkRun, BulkState

FIRST_ROWS = 100
IDS_MAX = 1000
COUNTED = ("total", "waiting", "done", "skipped", "refused", "failed")


class BulkRowRow(RowSerializer):
    """One row of a bulk act."""

    row_order = ("position",)

    position = serializers.IntegerField()
    subject_id = serializers.UUIDField()
    subject_label = serializers.CharField()
    state = serializers.ChoiceField(BulkRowState.choices)
    sentence = serializers.CharField(help_text="Why it was not done, or what was done.")
    money_at_stake = MoneyAmountField(allow_null=True)
    currency = serializers.CharField()
    decided_at = InstantField(allow_null=True)


class BulkCountsShown(serializers.Serializer):
    """How many rows there are of each sort."""

    total = serializers.IntegerField()
    waiting = serializers.IntegerField()
    done = serializers.IntegerField()
    skipped = serializers.IntegerField()
    refused = serializers.IntegerField()
    failed = serializers.IntegerField()


class BulkMoneyShown(serializers.Serializer):
    """A sum of one currency."""

    amount = serializers.DecimalField(max_digits=19, decimal_places=4)
    currency = serializers.CharField()


class OfRun(Beside):
    """What is read of each run by itself; only details show it."""

    def read(self, model: Any, ids: Sequence[Any]) -> dict[Any, Any]:
        return {run.pk: self.of(run) for run in BulkRun.objects.filter(pk__in=ids)}

    def of(self, run: BulkRun) -> Any:
        """Return the value for one run."""
        raise TypeError(f"{type(self).__name__} needs of().")


@extend_schema_field(BulkCountsShown)
class CountsField(OfRun):
    """The counts of this moment."""

    def of(self, run: BulkRun) -> dict[str, int]:
        counts = bulk_counts(run)
        return {name: getattr(counts, name) for name in COUNTED}


@extend_schema_field(BulkMoneyShown(many=True))
class MoneyField(OfRun):
    """What the rows of the plan stand for, one sum for each currency."""

    def of(self, run: BulkRun) -> list[dict[str, Any]]:
        return [{"amount": one.amount, "currency": one.currency} for one in bulk_money(run)]


@extend_schema_field(BulkRowRow(many=True))
class FirstRowsField(OfRun):
    """The first hundred rows; ``/bulk-runs/{id}/rows`` has them all."""

    def of(self, run: BulkRun) -> list[dict[str, Any]]:
        rows = BulkRow.objects.filter(run=run).order_by("position")
        return BulkRowRow.rows(rows[:FIRST_ROWS])


class BulkRunRow(RowSerializer):
    """One act on many rows."""

    id = serializers.UUIDField()
    act = serializers.CharField()
    label = serializers.CharField()
    state = serializers.ChoiceField(BulkState.choices)
    selection = serializers.CharField()
    reason = serializers.CharField()
    row_count = serializers.IntegerField()
    trouble = serializers.CharField(help_text="Why it stopped; empty while it did not.")
    undoes_id = serializers.UUIDField(allow_null=True)
    planned_by = serializers.CharField()
    confirmed_by = serializers.CharField()
    confirmed_at = InstantField(allow_null=True)
    finished_at = InstantField(allow_null=True)
    created_at = InstantField()
    updated_at = InstantField()
    version = VersionField()


class BulkRunDetail(BulkRunRow):
    """The same with counts, money and the first hundred rows."""

    counts = CountsField()
    money_at_stake = MoneyField()
    rows = FirstRowsField(help_text="The first hundred; `/bulk-runs/{id}/rows` has them all.")


class BulkStart(StrictSerializer):
    """Which act on which rows."""

    act = serializers.CharField(
        max_length=80, help_text="As runs name it, for example `core.operations_retry`."
    )
    ids = serializers.ListField(
        child=serializers.UUIDField(), allow_empty=False, max_length=IDS_MAX
    )
    values = serializers.DictField(
        child=serializers.CharField(max_length=1000),
        required=False,
        default=dict,
        help_text="What the act asks before its plan, for example `kind` of a suspension.",
    )
    is_confirmed = serializers.BooleanField(
        default=False,
        help_text="Carry it out as soon as it is planned, instead of waiting for `confirm`.",
    )
    reason = serializers.CharField(
        max_length=500,
        required=False,
        allow_blank=True,
        default="",
        help_text="Why; some acts ask for it. Only with `is_confirmed`.",
    )


class BulkReason(StrictSerializer):
    """Why."""

    reason = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class BulkNothing(StrictSerializer):
    """An empty body."""


class BulkRunViewSet(ListAction, RetrieveAction, StaffViewSet):
    """Acts on many rows, over rows that the caller may see."""

    resource_name = "bulk act"
    row_serializer = BulkRunRow
    detail_serializer = BulkRunDetail
    throttle_scope = {"create": "bulk"}
    input_serializers = {
        "create": BulkStart,
        "confirm": BulkReason,
        "undo": BulkReason,
        "stop": BulkNothing,
        "drop": BulkNothing,
    }
    permissions_required = {
        "list": SEE,
        "retrieve": SEE,
        "create": SEE,
        "confirm": SEE,
        "undo": SEE,
        "stop": SEE,
        "drop": SEE,
    }
    filter_fields = {
        "act": TextFilter(),
        "state": ChoiceFilter(BulkState),
        "created_at": InstantFilter(main=True),
    }
    sort_fields = ("created_at", "state")

    def get_queryset(self) -> QuerySet[BulkRun]:
        return bulk_runs_for(self.actor)

    @extend_schema(request=BulkStart, responses={202: BulkRunDetail})
    def create(self, request: Request) -> Response:
        """Plan an act that a list offers for rows by their ids; needs the act's own permission."""
        return accepted_run(bulk_run_asked(self.actor, self.valid()))

    @extend_schema(responses={202: BulkRunDetail})
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, id: UUID) -> Response:
        """Have a plan carried out; needs the act's own permission."""
        bulk_confirm(actor=self.actor, run_id=self.row().pk, **self.valid())
        return self.show(id, status=202, message="It runs in the background.")

    @extend_schema(responses={202: BulkRunDetail})
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, id: UUID) -> Response:
        """Take back what a finished run has done, where an inverse exists: as a run of its own."""
        undoing = bulk_undo(actor=self.actor, run_id=self.row().pk, at_once=True, **self.valid())
        return accepted_run(undoing)

    @action(detail=True, methods=["post"])
    def stop(self, request: Request, id: UUID) -> Response:
        """Stop a run; what is done stays done."""
        self.valid()
        bulk_stop(actor=self.actor, run_id=self.row().pk)
        return self.show(id, message="The bulk act is stopped.")

    @action(detail=True, methods=["post"])
    def drop(self, request: Request, id: UUID) -> Response:
        """Drop a plan that was not confirmed."""
        self.valid()
        bulk_drop(actor=self.actor, run_id=self.row().pk)
        return self.show(id, message="The plan is dropped.")


class BulkRowViewSet(ListAction, StaffViewSet):
    """The rows of one bulk act."""

    resource_name = "row"
    schema_tag = "bulk runs"
    row_serializer = BulkRowRow
    permissions_required = {"list": SEE}
    filter_fields = {"state": ChoiceFilter(BulkRowState), "subject_id": UuidFilter()}
    sort_fields = ("position",)
    default_sort = "position"

    def get_queryset(self) -> QuerySet[BulkRow]:
        run = bulk_runs_for(self.actor).filter(pk=self.kwargs["run_id"]).first()
        if run is None:
            raise self.not_found()
        return BulkRow.objects.filter(run=run)


def accepted_run(run: BulkRun) -> Response:
    """Return the answer to what is carried out in the background: 202 with the run's address."""
    shown = read_rows(BulkRunDetail, BulkRun.objects.filter(pk=run.pk), [])[0][0]
    where = {"Location": reverse("api:bulk-runs-detail", args=[run.pk])}
    return ApiResponse(shown, 202, message="It runs in the background.", headers=where)
