"""Many people at once: taken out and in as files, and changed."""

from typing import Any

from django.http import HttpResponseBase, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.serializers.user_files import UserBulkInput, UserImportInput
from accounts.api.views.users import UserViewSet
from accounts.models import Membership
from accounts.services.exports import EXPORT, users_export
from accounts.services.imports import IMPORT, people_import
from accounts.services.roles import roles_by_code
from ispplatform.core.api.resources.bulk import BulkRunDetail, accepted_run
from ispplatform.core.api.views import STAFF, ApiView
from ispplatform.core.bulk import BULK_ACTS
from ispplatform.core.bulk.services import bulk_start
from ispplatform.core.errors import InvalidInput
from ispplatform.core.sheets import MEDIA_TYPES, SheetFormat, format_of_name

NAMED_MISSING = 10
SPELLED = {"excel": SheetFormat.XLSX}
TAGS = ["users"]
# A byte more than any company allows, so that the service sees that it is too much.
LARGEST_READ = 20_000_001


class UserExportViewSet(UserViewSet):
    """``/users/export``: the list, with its filters and its search, as a file."""

    permissions_required = {"export": EXPORT}
    throttle_scope = "bulk"
    file_media_types = tuple(media.partition(";")[0] for media in MEDIA_TYPES.values())
    own_params = frozenset({"format"})

    @extend_schema(
        operation_id="users_export",
        parameters=[
            OpenApiParameter(
                "format",
                str,
                enum=[*SheetFormat.values, *SPELLED],
                description="`csv` if not said.",
            )
        ],
        responses={(200, media): OpenApiTypes.BINARY for media in file_media_types},
        tags=TAGS,
    )
    def export(self, request: Request) -> HttpResponseBase:
        """Return the people that the filters let through as a file.

        Needs a log-in of the last half hour (`accounts.export_login_minutes`); keys and clients
        need the permission alone. Nothing in CSV or XLSX runs as a formula.
        """
        form = self._form()
        people = self.filtered(self.get_queryset())
        asked = {name: values for name, values in request.query_params.lists() if name != "format"}
        pieces = users_export(
            actor=self.actor, tenant=request.tenant, people=people, form=form, filters=asked
        )
        answer = StreamingHttpResponse(pieces, content_type=MEDIA_TYPES[form])
        answer["Content-Disposition"] = f'attachment; filename="users.{form}"'
        answer["Cache-Control"] = "no-store"
        answer["X-Content-Type-Options"] = "nosniff"
        return answer

    def _form(self) -> SheetFormat:
        said = self.request.query_params.get("format", SheetFormat.CSV)
        named = SPELLED.get(said, said)
        if named not in SheetFormat.values:
            sentence = f"Use one of: {', '.join(SheetFormat.values)}."
            raise ValidationError({"format": [ErrorDetail(sentence, "invalid_choice")]})
        return SheetFormat(named)


class UserImportView(ApiView):
    """``/users/import``."""

    audience = STAFF
    parser_classes = (MultiPartParser,)
    permissions_required = {"post": IMPORT}
    throttle_scope = "bulk"
    own_transactions = frozenset({"post"})

    @extend_schema(
        operation_id="users_import",
        request={"multipart/form-data": UserImportInput},
        responses={202: BulkRunDetail},
        tags=TAGS,
    )
    def post(self, request: Request) -> Response:
        """Plan invitations of the people of a CSV, JSON or XLSX file; each row has its own result.

        Nobody is invited before the run is confirmed. `GET /bulk-runs/{id}/rows` is the report:
        what becomes of each row, or why it is left out, such as people who work here already.
        """
        values = self.body(UserImportInput)
        file = values["file"]
        form = values.get("format") or format_of_name(file.name)
        if form is None:
            raise InvalidInput("Name the format: csv, json or xlsx.", field="format")
        run = people_import(
            actor=self.actor,
            tenant=request.tenant,
            file_name=file.name,
            content=file.read(LARGEST_READ),
            form=SheetFormat(form),
            at_once=values["is_confirmed"],
        )
        return accepted_run(run)


class UserBulkView(ApiView):
    """``/users/bulk-update``."""

    audience = STAFF
    permissions_required = {"post": "users:update"}
    throttle_scope = "bulk"

    @extend_schema(
        operation_id="users_bulk_update",
        request=UserBulkInput,
        responses={202: BulkRunDetail},
        tags=TAGS,
    )
    def post(self, request: Request) -> Response:
        """Change state and roles of many colleagues, in the background.

        `GET /bulk-runs/{id}` tells what became of each. Roles need `roles:assign` as well, and all
        that they allow. Who is refused stops no other.
        """
        values = self.body(UserBulkInput)
        act = BULK_ACTS.get("accounts.update")
        if act is None:
            raise LookupError("No app declares the bulk act accounts.update.")
        fields: dict[str, Any] = dict(values["update"])
        roles_by_code(
            code for name in ("roles", "add_roles", "remove_roles") for code in fields.get(name, ())
        )
        people = Membership.objects.filter(user_id__in=values["ids"])
        found = dict(people.values_list("user_id", "pk"))
        if missing := [str(one) for one in values["ids"] if one not in found]:
            raise InvalidInput(
                f"{len(missing)} of these ids name no colleague.",
                field="ids",
                missing=missing[:NAMED_MISSING],
            )
        run = bulk_start(
            actor=self.actor,
            act=act,
            ids=[found[one] for one in values["ids"]],
            values={"fields": fields},
            reason=values["reason"],
            selection="Named by a program",
        )
        return accepted_run(run)
