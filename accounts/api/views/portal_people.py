"""The people who act for a customer, for that customer's own log-ins."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from accounts.api.serializers.people import (
    AreasInput,
    OpenInput,
    PeopleAnswer,
    PersonInput,
    PersonRow,
)
from accounts.api.views.portal import AccountView
from accounts.selectors.people import people_of
from accounts.services.people import (
    MANAGE,
    person_invite,
    person_invite_again,
    person_set_areas,
    person_set_status,
)
from ispplatform.core.api.responses import ApiResponse

TAGS = ["portal account"]


class PeopleAnswerView(AccountView):
    """The base: every answer shows everybody as they are now."""

    def shown(self) -> ApiResponse:
        """Return who acts for the customer, at most a hundred."""
        rows = PersonRow.rows(people_of(self.actor.customer_id))
        return ApiResponse({"people": rows, "total": len(rows)})


class PeopleView(PeopleAnswerView):
    """``/account/people``."""

    permissions_required = {"get": MANAGE, "post": MANAGE}

    @extend_schema(operation_id="portal_people", responses=PeopleAnswer, tags=TAGS)
    def get(self, request: Request) -> ApiResponse:
        """Return who acts for the customer, at most a hundred."""
        return self.shown()

    @extend_schema(
        operation_id="portal_person_invite",
        request=PersonInput,
        responses=PeopleAnswer,
        tags=TAGS,
    )
    def post(self, request: Request) -> ApiResponse:
        """Give a colleague a log-in and mail them a link to a password."""
        person_invite(actor=self.actor, tenant=request.tenant, **self.body(PersonInput))
        return self.shown()


class PersonAreasView(PeopleAnswerView):
    """``/account/people/{id}/areas``."""

    permissions_required = {"put": MANAGE}

    @extend_schema(
        operation_id="portal_person_areas", request=AreasInput, responses=PeopleAnswer, tags=TAGS
    )
    def put(self, request: Request, id: UUID) -> ApiResponse:
        """Choose what a colleague may do, from the next request on."""
        person_set_areas(actor=self.actor, account_id=id, **self.body(AreasInput))
        return self.shown()


class PersonOpenView(PeopleAnswerView):
    """``/account/people/{id}/open``."""

    permissions_required = {"put": MANAGE}

    @extend_schema(
        operation_id="portal_person_open", request=OpenInput, responses=PeopleAnswer, tags=TAGS
    )
    def put(self, request: Request, id: UUID) -> ApiResponse:
        """Shut a colleague out within a second, or let them in again."""
        person_set_status(actor=self.actor, account_id=id, **self.body(OpenInput))
        return self.shown()


class PersonInviteView(PeopleAnswerView):
    """``/account/people/{id}/invite``."""

    permissions_required = {"post": MANAGE}
    throttle_scope = "portal_auth"

    @extend_schema(
        operation_id="portal_person_invite_again",
        request=None,
        responses=PeopleAnswer,
        tags=TAGS,
    )
    def post(self, request: Request, id: UUID) -> ApiResponse:
        """Mail the invitation once more to somebody who has not followed it."""
        person_invite_again(actor=self.actor, tenant=request.tenant, account_id=id)
        return self.shown()
