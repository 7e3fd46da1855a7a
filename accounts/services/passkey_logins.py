"""Coming in by a passkey alone: the device has made sure who holds it, so it is both factors."""

from uuid import UUID

from accounts.choices import (
    MembershipStatus,
    PasskeyPurpose,
    PortalAccountStatus,
    SessionChannel,
)
from accounts.errors import PasskeyRefused
from accounts.models import Membership, PortalAccount, Session, User
from accounts.services.logins import Attempt, LoggedIn, log_in_enter
from accounts.services.passkeys import PasskeyAnswer, passkey_owner
from accounts.services.sessions import Device
from accounts.services.sign_on_checks import sign_on_check
from ispplatform.core.models import Tenant
from ispplatform.core.tenancy.context import across_tenants, tenant_context
from ispplatform.core.tenancy.lookup import tenant_by_id


def portal_log_in_by_passkey(
    *,
    tenant: Tenant,
    answer: PasskeyAnswer,
    device: Device,
    channel: SessionChannel,
    is_remembered: bool = False,
) -> LoggedIn:
    """Log a customer in by a passkey, without name and password.

    A lock after failed passwords does not keep the owner of a passkey out: nobody guesses one.

    Raises:
        PasskeyRefused: it is nobody's here, or not well signed.
    """
    user = passkey_owner(answer=answer, purpose=PasskeyPurpose.LOG_IN)
    account = (
        PortalAccount.objects.filter(user=user, status=PortalAccountStatus.ACTIVE)
        .select_related("user")
        .order_by("created_at")
        .first()
    )
    if account is None:
        raise PasskeyRefused
    return _entered(user, account, tenant, device, channel, is_remembered=is_remembered)


def staff_log_in_by_passkey(*, tenant: Tenant, answer: PasskeyAnswer, device: Device) -> LoggedIn:
    """Log a colleague in by a passkey, in a browser.

    The company is the one of the address, else the only one that the colleague works for.

    Raises:
        PasskeyRefused: it is no colleague's, or not well signed.
        SignOnRequired: this colleague has to come in by a provider.
    """
    user = passkey_owner(answer=answer, purpose=PasskeyPurpose.STAFF_LOG_IN)
    working = Membership.objects.filter(user=user, status=MembershipStatus.ACTIVE)
    with across_tenants("a colleague's companies are found by the passkey"):
        rows = list(working.select_related("user").order_by("created_at"))
    here = [row for row in rows if row.tenant_id == tenant.pk] or (rows if len(rows) == 1 else [])
    if not here and not user.is_superuser:
        raise PasskeyRefused
    home = tenant_by_id(here[0].tenant_id) if here else tenant
    if here:
        sign_on_check(here[0], tenant=home)
    with tenant_context(home.pk):
        return _entered(user, here[0] if here else None, home, device, SessionChannel.BROWSER)


def _entered(
    user: User,
    account: Membership | PortalAccount | None,
    tenant: Tenant,
    device: Device,
    channel: SessionChannel,
    *,
    is_remembered: bool = False,
) -> LoggedIn:
    attempt = Attempt(
        name=user.email,
        tenant=tenant,
        user=user,
        account=account,
        is_known_device=_is_known(user.pk, device),
        has_factor=True,
    )
    return log_in_enter(
        attempt,
        user=user,
        channel=channel,
        device=device,
        failures=None,
        is_factor_required=True,
        is_factor_verified=True,
        is_remembered=is_remembered,
    )


def _is_known(user_id: UUID, device: Device) -> bool:
    mine = Session.objects.filter(user_id=user_id)
    return not device.digest or mine.filter(device_digest=device.digest).exists()
