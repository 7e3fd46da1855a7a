"""The content security policy: one for our pages, a wider one for the admin only."""

from typing import Any

from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase


class PagePolicyMiddleware(CSPMiddleware):
    """Sends ``CONTENT_SECURITY_POLICY``, and under ``/admin/`` ``ADMIN_CONTENT_SECURITY_POLICY``.

    A view that takes cards adds its gateway's hosts by ``csp.decorators.csp_update``.
    """

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts: PolicyParts = super().get_policy_parts(request, response, report_only)
        if not report_only and parts.config is None and request.path.startswith("/admin/"):
            directives: dict[str, Any] = settings.ADMIN_CONTENT_SECURITY_POLICY["DIRECTIVES"]
            parts.config = directives
            # A nonce would switch 'unsafe-inline' off, which the admin's widgets rely on.
            parts.nonce = None
        return parts
