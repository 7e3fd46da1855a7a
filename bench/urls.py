"""The house's addresses, and two views that do nothing: what every other is measured against."""

from collections.abc import Sequence

from django.urls import path
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import AllowAny
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.authentication import BearerAuthentication
from ispplatform.urls import handler400, handler403, handler404, handler500
from ispplatform.urls import urlpatterns as house

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


class BareView(APIView):
    """A plain DRF view behind the same authentication."""

    authentication_classes: Sequence[type[BaseAuthentication]] = (BearerAuthentication,)
    permission_classes = (AllowAny,)
    renderer_classes = (JSONRenderer,)
    throttle_classes = ()

    def get(self, request: Request) -> Response:
        """Answer at once."""
        return Response({"ok": True})


class OpenView(BareView):
    """The same without authentication."""

    authentication_classes = ()


urlpatterns = [
    path("api/v1/bench/bare", BareView.as_view()),
    path("api/v1/bench/open", OpenView.as_view()),
    *house,
]
