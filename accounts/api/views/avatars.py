"""Pictures of people: one's own, a colleague's, a customer's own."""

from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request

from accounts.api.serializers.avatars import AvatarAnswer, AvatarInput
from accounts.api.views.leaving import ColleagueView
from accounts.api.views.me import OwnView
from accounts.api.views.portal import AccountView
from accounts.errors import UserUnknown
from accounts.rules.avatars import OWN_AT_PORTAL, avatar_address, own_avatar_address
from accounts.selectors.avatars import avatar_of
from accounts.selectors.users import users_of_tenant
from accounts.services.avatars import (
    avatar_change,
    avatar_remove,
    colleague_avatar_change,
    colleague_avatar_remove,
)
from ispplatform.core.api.permissions import LOGGED_IN
from ispplatform.core.api.responses import ApiResponse
from ispplatform.core.api.views import ApiView
from ispplatform.core.pages.pictures import PHOTO_BYTES
from ispplatform.core.uploads import upload_check

PNG = "image/png"
AROUND = 65_536  # bytes of a form beside the file
SHOWN = {(200, PNG): OpenApiTypes.BINARY}
SENT = {"multipart/form-data": AvatarInput}


class PictureView(ApiView):
    """The base: takes and shows pictures."""

    parser_classes = (MultiPartParser,)
    file_media_types = (PNG,)
    own_transactions = frozenset({"post"})

    def sent(self) -> bytes:
        """Return the picture of the body, or a byte more than is allowed.

        Raises:
            RequestDataTooBig: the request is larger than any picture; nothing of it was read.
            ValidationError: there is none.
        """
        length = str(self.request.META.get("CONTENT_LENGTH") or "")
        upload_check(int(length) if length.isdecimal() else 0, PHOTO_BYTES + AROUND)
        content: bytes = self.body(AvatarInput)["picture"].read(PHOTO_BYTES + 1)
        return content

    def picture(self, user_id: UUID) -> HttpResponseBase:
        """Return the picture of a person; browsers ask each time whether it is still the one."""
        row = avatar_of(user_id)
        tag = f'"{row.sha256}"'
        answer = HttpResponse(bytes(row.png), content_type=PNG)
        answer["ETag"] = tag
        answer["Cache-Control"] = "private, no-cache"
        answer["X-Content-Type-Options"] = "nosniff"
        answer["Content-Disposition"] = 'inline; filename="picture.png"'
        found: HttpResponseBase = get_conditional_response(
            self.request._request, etag=tag, response=answer
        )
        return found


class OwnAvatarView(PictureView, OwnView):
    """``/users/me/avatar``."""

    permissions_required = {"get": LOGGED_IN, "post": LOGGED_IN, "delete": LOGGED_IN}

    @extend_schema(operation_id="users_me_avatar_get", responses=SHOWN, tags=["own account"])
    def get(self, request: Request) -> HttpResponseBase:
        """Return one's own picture: a square PNG of 256 pixels."""
        return self.picture(self.entry.user_id)

    @extend_schema(
        operation_id="users_me_avatar_change",
        request=SENT,
        responses=AvatarAnswer,
        tags=["own account"],
    )
    def post(self, request: Request) -> ApiResponse:
        """Show this picture of oneself: its middle, as a square, and nothing else of the file."""
        digest = avatar_change(actor=self.actor, user=self.person(), content=self.sent())
        return ApiResponse({"avatar": own_avatar_address(digest)})

    @extend_schema(
        operation_id="users_me_avatar_remove", responses=AvatarAnswer, tags=["own account"]
    )
    def delete(self, request: Request) -> ApiResponse:
        """Show no picture of oneself."""
        avatar_remove(actor=self.actor, user=self.person())
        return ApiResponse({"avatar": None})


class AvatarView(PictureView, ColleagueView):
    """``/users/{id}/avatar``."""

    permissions_required = {"get": "users:read", "post": "users:update", "delete": "users:update"}

    @extend_schema(operation_id="users_avatar_get", responses=SHOWN, tags=["users"])
    def get(self, request: Request, id: UUID) -> HttpResponseBase:
        """Return the picture of a person of this company: a square PNG of 256 pixels."""
        if not users_of_tenant().filter(pk=id).exists():
            raise UserUnknown("There is no such user.")
        return self.picture(id)

    @extend_schema(
        operation_id="users_avatar_change", request=SENT, responses=AvatarAnswer, tags=["users"]
    )
    def post(self, request: Request, id: UUID) -> ApiResponse:
        """Show this picture of a colleague: its middle, as a square, nothing else of the file."""
        digest = colleague_avatar_change(
            actor=self.actor, membership=self.colleague(id), content=self.sent()
        )
        return ApiResponse({"avatar": avatar_address(id, digest)})

    @extend_schema(operation_id="users_avatar_remove", responses=AvatarAnswer, tags=["users"])
    def delete(self, request: Request, id: UUID) -> ApiResponse:
        """Show no picture of a colleague."""
        colleague_avatar_remove(actor=self.actor, membership=self.colleague(id))
        return ApiResponse({"avatar": None})


class PortalAvatarView(PictureView, AccountView):
    """``/account/avatar``."""

    permissions_required = {
        "get": "own_profile:read",
        "post": "own_profile:update",
        "delete": "own_profile:update",
    }
    for_programs = True

    @extend_schema(operation_id="portal_avatar_get", responses=SHOWN, tags=["portal account"])
    def get(self, request: Request) -> HttpResponseBase:
        """Return one's own picture: a square PNG of 256 pixels."""
        return self.picture(self.person().pk)

    @extend_schema(
        operation_id="portal_avatar_change",
        request=SENT,
        responses=AvatarAnswer,
        tags=["portal account"],
    )
    def post(self, request: Request) -> ApiResponse:
        """Show this picture of oneself: its middle, as a square, and nothing else of the file."""
        avatar_change(actor=self.actor, user=self.person(), content=self.sent())
        return ApiResponse({"avatar": OWN_AT_PORTAL})

    @extend_schema(
        operation_id="portal_avatar_remove", responses=AvatarAnswer, tags=["portal account"]
    )
    def delete(self, request: Request) -> ApiResponse:
        """Show no picture of oneself."""
        avatar_remove(actor=self.actor, user=self.person())
        return ApiResponse({"avatar": None})
