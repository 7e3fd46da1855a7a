"""A guarded log-in does nothing to a domain that cannot be taken back; staff and neighbours do."""

from dataclasses import replace

import pytest

from accounts.choices import GuardReason
from accounts.errors import LoginGuarded
from accounts.services.guards import guard_begin, guard_lift
from domains.services.settings import domain_auth_code, domain_set_lock, domain_set_registrant
from ispplatform.core.actors import Actor
from ispplatform.core.models import Operation, Tenant
from ispplatform.core.testing import run_until_quiet
from tests.accounts.services.test_factor_resets import portal_in_actor
from tests.factories.accounts import PortalAccountFactory
from tests.factories.domains import RegistrantFactory, registered_domain
from tests.house import SYSTEM


def test_code_unlocking_and_new_holder_wait_for_the_end_of_the_guard(tenant: Tenant) -> None:
    domain = registered_domain()
    domain_set_lock(actor=SYSTEM, domain=domain, locked=False)
    run_until_quiet()
    domain.refresh_from_db()
    account = PortalAccountFactory(customer_id=domain.customer_id)
    other = PortalAccountFactory(customer_id=domain.customer_id)
    guarded, free = (
        _with(portal_in_actor(one), "domains:update", "domains:transfer")
        for one in (account, other)
    )
    holder = RegistrantFactory(customer=domain.customer)
    guard_begin(actor=SYSTEM, user=account.user, reason=GuardReason.EMAIL_CHANGE)

    for act in (
        lambda: domain_auth_code(actor=guarded, domain=domain),
        lambda: domain_set_registrant(actor=guarded, domain=domain, registrant=holder),
    ):
        with pytest.raises(LoginGuarded) as refusal:
            act()
        assert refusal.value.params["until"]
    assert domain_auth_code(actor=free, domain=domain)
    assert domain_auth_code(actor=SYSTEM, domain=domain)
    domain_set_lock(actor=guarded, domain=domain, locked=True)
    before = Operation.objects.count()
    with pytest.raises(LoginGuarded):
        domain_set_lock(actor=guarded, domain=domain, locked=False)
    assert Operation.objects.count() == before
    guard_lift(actor=SYSTEM, user=account.user, note="called back")
    domain_set_lock(actor=guarded, domain=domain, locked=False)


def _with(actor: Actor, *permissions: str) -> Actor:
    return replace(actor, permissions=frozenset(permissions))
