"""What a person shows once more before a credential of theirs changes."""

from django.db import transaction

from accounts.errors import InvalidCredentials, PasswordWrong, SecondFactorWrong
from accounts.models import User
from accounts.rules.passwords import LONGEST, normal_password
from accounts.selectors.second_factors import is_protected
from accounts.services.lockouts import (
    account_digest,
    failure_record,
    failures_clear,
    lockout_check,
)
from accounts.services.passkeys import PasskeyAnswer, passkey_show
from accounts.services.second_factors import factor_check
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.models import Tenant
from ispplatform.core.subjects import subject_of


def password_prove(*, actor: Actor, tenant: Tenant, user: User, password: str, field: str) -> None:
    """Return when this is the person's password.

    Whoever holds a stolen session shall not find the password out here: a wrong one counts as a
    failed log-in and is noted in the audit trail.

    Args:
        field: the input field that an error names.

    Raises:
        PasswordWrong: it is not.
        AccountLocked: too many failures.
    """
    lockout_check(digest=account_digest(str(user.pk)))
    if not user.check_password(normal_password(password[: LONGEST + 1])):
        _refused(actor, tenant, user, InvalidCredentials.code)
        raise PasswordWrong("The password is not correct.", field=field)


def identity_prove(
    *,
    actor: Actor,
    tenant: Tenant,
    user: User,
    password: str,
    code: str = "",
    passkey: PasskeyAnswer | None = None,
    field: str = "password",
) -> None:
    """Return when the person showed the password and, where they have one, a second factor.

    Args:
        code: of the authenticator app, or a recovery code; it is used up.
        passkey: shown in the session at hand, instead of a code.

    Raises:
        PasswordWrong, SecondFactorWrong: they did not; it counts as a failed log-in.
        AccountLocked: too many failures.
    """
    password_prove(actor=actor, tenant=tenant, user=user, password=password, field=field)
    if passkey is not None and actor.session_id is not None:
        passkey_show(user=user, session_id=actor.session_id, answer=passkey)
    elif is_protected(user) and not factor_check(user=user, code=code):
        _refused(actor, tenant, user, SecondFactorWrong.code)
        raise SecondFactorWrong(field="code")
    failures_clear(digest=account_digest(str(user.pk)))


def _refused(actor: Actor, tenant: Tenant, user: User, reason: str) -> None:
    with transaction.atomic():
        failure_record(digest=account_digest(str(user.pk)), tenant=tenant)
        audit(
            "accounts.proof_refused",
            actor=actor,
            subject=subject_of(user),
            reason=reason,
            customer_id=actor.customer_id,
        )
