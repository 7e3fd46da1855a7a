"""Colleagues who leave: what would end, the end itself, the way back, and the report."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from accounts.api.serializers.users import (
    AccessReportAnswer,
    EndAccessInput,
    EndedAccessAnswer,
    EndPlanAnswer,
    UserRolesInput,
)
from accounts.errors import UserUnknown
from accounts.models import Membership, User
from accounts.selectors.access_reports import AccessReport, ReportLine, access_report
from accounts.selectors.leaving import EndPlan, end_plan
from accounts.services.access_ends import END, EndedAccess, access_end, membership_return
from accounts.services.access_reports import REPORT, access_report_export
from accounts.services.fresh_proofs import identity_prove
from ispplatform.core.actors import ActorType
from ispplatform.core.api.responses import ApiResponse
from ispplatform.core.api.views import STAFF, ApiView
from ispplatform.core.errors import InsufficientScope

TAGS = ["users"]
_POST = frozenset({"post"})


class ColleagueView(ApiView):
    """The base of doors to one colleague."""

    audience = STAFF

    def colleague(self, id: UUID) -> Membership:
        """Return the colleague.

        Raises:
            UserUnknown: nobody who works, or worked, for this company.
        """
        membership = Membership.objects.select_related("user").filter(user_id=id).first()
        if membership is None:
            raise UserUnknown("There is no such colleague.")
        return membership


class EndAccessDoor(ColleagueView):
    """The base of what ends a colleague's access."""

    def end(self, id: UUID) -> EndedAccess:
        """End the access as the body says, after the caller's own password and code.

        A key or a client of its own shows nothing more: it is the credential, and holds no more
        than it was given. A program that acts for a person cannot show that person's password.
        """
        values = self.body(EndAccessInput)
        membership = self.colleague(id)
        if self.actor.type is ActorType.USER:
            if self.actor.client_id:
                raise InsufficientScope("A program does not end anybody's access for its person.")
            identity_prove(
                actor=self.actor,
                tenant=self.request.tenant,
                user=User.objects.get(pk=self.actor.id),
                password=values["password"],
                code=values["code"],
            )
        return access_end(
            actor=self.actor,
            membership=membership,
            reason=values["reason"],
            work_to=values["work_to"],
            followers={one["integration_id"]: one["user_id"] for one in values["followers"]},
        )


class EndAccessView(EndAccessDoor):
    """``/users/{id}/end-access``."""

    permissions_required = {"get": END, "post": END}
    throttle_scope = {"post": "auth"}
    own_transactions = _POST

    @extend_schema(operation_id="users_end_access_plan", responses=EndPlanAnswer, tags=TAGS)
    def get(self, request: Request, id: UUID) -> ApiResponse:
        """Return what ending this colleague's access would do; nothing is changed."""
        return ApiResponse(_plan_told(end_plan(self.colleague(id))))

    @extend_schema(
        operation_id="users_end_access",
        request=EndAccessInput,
        responses=EndedAccessAnswer,
        tags=TAGS,
    )
    def post(self, request: Request, id: UUID) -> ApiResponse:
        """End a colleague's access in one act, and hand their work over."""
        return ApiResponse(ended_told(self.end(id)), message="The access has ended.")


class ReturnView(ColleagueView):
    """``/users/{id}/return``."""

    permissions_required = {"post": "roles:assign"}

    @extend_schema(operation_id="users_return", request=UserRolesInput, responses=None, tags=TAGS)
    def post(self, request: Request, id: UUID) -> ApiResponse:
        """Let somebody whose access ended work here again, with these roles."""
        values = self.body(UserRolesInput)
        membership_return(actor=self.actor, membership=self.colleague(id), codes=values["roles"])
        return ApiResponse(None, message="They may log in again.")


class AccessReportView(ColleagueView):
    """``/users/{id}/access-report``."""

    permissions_required = {"get": REPORT}

    @extend_schema(operation_id="users_access_report", responses=AccessReportAnswer, tags=TAGS)
    def get(self, request: Request, id: UUID) -> ApiResponse:
        """Return what a colleague exported, refunded, entered, saw and made in 90 days."""
        return ApiResponse(_report_told(access_report(self.colleague(id).user_id)))


class AccessReportFileView(ColleagueView):
    """``/users/{id}/access-report/file``."""

    permissions_required = {"get": REPORT}
    file_media_types = ("text/csv",)

    @extend_schema(
        operation_id="users_access_report_file",
        responses={(200, "text/csv"): OpenApiTypes.STR},
        tags=TAGS,
    )
    def get(self, request: Request, id: UUID) -> HttpResponse:
        """Return the whole report as CSV; who took it stands in the audit trail."""
        text = access_report_export(actor=self.actor, membership=self.colleague(id))
        return csv_answer(text)


def csv_answer(text: str) -> HttpResponse:
    """Return a report as a file."""
    return HttpResponse(
        text,
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": 'attachment; filename="access-report.csv"',
            "Cache-Control": "no-store",
        },
    )


def _plan_told(plan: EndPlan) -> dict[str, Any]:
    return {
        "log_ins": plan.log_ins,
        "applications": plan.applications,
        "tokens": plan.tokens,
        "invitations": plan.invitations,
        "roles": plan.roles,
        "integrations": [
            {
                "id": one.pk,
                "name": one.name,
                "responsible": one.responsible.email,
                "deputy": one.deputy.email if one.deputy is not None else None,
            }
            for one in plan.integrations
        ],
        "work": [{"key": one.key, "count": one.count} for one in plan.work],
        "is_customer": plan.is_customer,
        "works_elsewhere": plan.works_elsewhere,
    }


def ended_told(done: EndedAccess) -> dict[str, Any]:
    """Return the answer that tells what ended."""
    return {
        "status": "ended",
        "log_ins": done.log_ins,
        "tokens": done.tokens,
        "invitations": done.invitations,
        "roles": list(done.roles),
        "integrations": done.integrations,
        "integrations_left": done.integrations_left,
        "work": [{"key": key, "count": count} for key, count in done.work.items()],
    }


def _report_told(report: AccessReport) -> dict[str, Any]:
    return {
        "since": report.since,
        "until": report.until,
        "counts": report.counts,
        "total": report.total,
        "lines": [_line_told(line) for line in report.lines],
    }


def _line_told(line: ReportLine) -> dict[str, Any]:
    return {
        "at": line.at,
        "kind": line.kind,
        "act": line.act,
        "subject_type": line.subject_type,
        "subject_id": line.subject_id,
        "subject": line.subject,
        "customer_id": line.customer_id,
        "reason": line.reason,
        "reference": line.reference,
    }
