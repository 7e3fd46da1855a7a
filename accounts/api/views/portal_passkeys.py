"""Passkeys over the API, for web clients at the company's own host names."""

from typing import Any

from django.utils.translation import gettext_noop as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from accounts.api.answers import device_of, portal_shown, token_answer
from accounts.api.serializers.auth import PortalTokenAnswer
from accounts.api.serializers.passkeys import (
    PasskeyLogInInput,
    PasskeyMadeAnswer,
    PasskeyNameInput,
    PasskeyNewInput,
    PasskeyProofInput,
    PasskeyQuestionAnswer,
    PasskeysAnswer,
    rows,
)
from accounts.api.views.portal import AccountView, PortalCredentialView
from accounts.api.views.portal_factors import FactorView
from accounts.choices import PasskeyPurpose, SessionChannel
from accounts.errors import PasskeyRefused
from accounts.pages import relying_party
from accounts.rules.passkeys import LONGEST_ANSWER
from accounts.selectors.second_factors import factor_state
from accounts.services.fresh_proofs import identity_prove
from accounts.services.passkey_logins import portal_log_in_by_passkey
from accounts.services.passkeys import (
    PasskeyAnswer,
    PasskeyQuestion,
    passkey_ask,
    passkey_register,
    passkey_remove,
    passkey_rename,
)
from accounts.services.token_pairs import token_pair
from ispplatform.core.api.responses import ApiResponse

TAGS = ["portal account"]


class PasskeyLogInQuestionView(PortalCredentialView):
    """``POST /auth/passkey/question``."""

    @extend_schema(
        operation_id="portal_auth_passkey_question",
        request=None,
        responses=PasskeyQuestionAnswer,
        tags=["portal auth"],
    )
    def post(self, request: Request) -> ApiResponse:
        """Return a question for the browser of somebody who logs in without a password."""
        party = relying_party(request._request)
        return _question(passkey_ask(purpose=PasskeyPurpose.LOG_IN, party=party))


class PasskeyLogInView(PortalCredentialView):
    """``POST /auth/passkey``."""

    @extend_schema(
        operation_id="portal_auth_passkey",
        request=PasskeyLogInInput,
        responses=PortalTokenAnswer,
        tags=["portal auth"],
    )
    def post(self, request: Request) -> ApiResponse:
        """Log a customer in by a passkey and return a token pair; it is both factors.

        The device has to make sure who holds it. An answer counts once, at the host name that
        its question was asked at; else 401 `PASSKEY_REFUSED`.
        """
        values = self.body(PasskeyLogInInput)
        entry = portal_log_in_by_passkey(
            tenant=request.tenant,
            answer=_answer(request, values),
            device=device_of(request._request, values["device_fingerprint"]),
            channel=SessionChannel.API,
            is_remembered=values["remember_me"],
        ).entry
        return token_answer(token_pair(entry=entry), portal_shown(entry), "Login successful")


class PasskeyQuestionView(FactorView):
    """``POST /account/passkeys/question``."""

    @extend_schema(
        operation_id="portal_passkeys_question",
        request=PasskeyProofInput,
        responses=PasskeyQuestionAnswer,
        tags=TAGS,
    )
    def post(self, request: Request) -> ApiResponse:
        """Return a question for a new passkey, after password and second factor."""
        party = relying_party(request._request)
        user = self.person()
        values = self.body(PasskeyProofInput)
        identity_prove(actor=self.actor, tenant=request.tenant, user=user, **values)
        question = passkey_ask(
            purpose=PasskeyPurpose.REGISTER,
            party=party,
            user=user,
            session_id=self.entry.session_id,
        )
        return _question(question)


class PasskeysView(FactorView):
    """``GET`` and ``POST /account/passkeys``."""

    permissions_required = {"get": "own_profile:read", "post": "own_profile:update"}
    throttle_scope = {"post": "portal_auth"}

    @extend_schema(operation_id="portal_passkeys_list", responses=PasskeysAnswer, tags=TAGS)
    def get(self, request: Request) -> ApiResponse:
        """Return the passkeys of this person."""
        return ApiResponse({"passkeys": rows(factor_state(self.entry.user_id).passkeys)})

    @extend_schema(
        operation_id="portal_passkeys_create",
        request=PasskeyNewInput,
        responses=PasskeyMadeAnswer,
        tags=TAGS,
    )
    def post(self, request: Request) -> ApiResponse:
        """Keep a passkey that the browser has just made."""
        values = self.body(PasskeyNewInput)
        _row, codes = passkey_register(
            actor=self.actor,
            user=self.person(),
            session_id=self.entry.session_id,
            answer=_answer(request, values),
            name=values["name"],
        )
        passkeys = rows(factor_state(self.entry.user_id).passkeys)
        return ApiResponse({"passkeys": passkeys, "recovery_codes": codes}, 201)


class PasskeyView(AccountView):
    """``PATCH /account/passkeys/{id}``."""

    permissions_required = {"patch": "own_profile:update"}

    @extend_schema(
        operation_id="portal_passkeys_update",
        request=PasskeyNameInput,
        responses=PasskeysAnswer,
        tags=TAGS,
    )
    def patch(self, request: Request, id: int) -> ApiResponse:
        """Give a passkey another name."""
        user = self.person()
        name = self.body(PasskeyNameInput)["name"]
        passkey_rename(actor=self.actor, user=user, passkey_id=id, name=name)
        return ApiResponse({"passkeys": rows(factor_state(user.pk).passkeys)})


class PasskeyRemoveView(FactorView):
    """``POST /account/passkeys/{id}/remove``."""

    @extend_schema(
        operation_id="portal_passkeys_remove",
        request=PasskeyProofInput,
        responses=None,
        tags=TAGS,
    )
    def post(self, request: Request, id: int) -> ApiResponse:
        """Remove a passkey, after password and code."""
        user = self.person()
        values = self.body(PasskeyProofInput)
        identity_prove(actor=self.actor, tenant=request.tenant, user=user, **values)
        passkey_remove(actor=self.actor, user=user, passkey_id=id)
        return ApiResponse(None, message=_("The passkey is removed."))


def _question(question: PasskeyQuestion) -> ApiResponse:
    return ApiResponse({"challenge_id": question.challenge_id, "options": _plain(question.options)})


def _plain(value: Any) -> Any:
    """Return the library's mappings as dictionaries, at every depth."""
    if hasattr(value, "items"):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value


def _answer(request: Request, values: dict[str, Any]) -> PasskeyAnswer:
    if len(str(values["credential"])) > LONGEST_ANSWER:
        raise PasskeyRefused
    return PasskeyAnswer(
        challenge_id=values["challenge_id"],
        credential=values["credential"],
        party=relying_party(request._request),
    )
