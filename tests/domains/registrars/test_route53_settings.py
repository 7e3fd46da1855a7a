"""Route 53 Domains: what is set at a name and read of it, at our fake of it."""

from dataclasses import replace

import pytest

from domains.providers.registrars.base import RegistrationState
from domains.providers.registrars.route53 import Route53Registrar
from ispplatform.core.errors import ProviderRejected, ProviderUnavailable
from tests.domains.registrars.fake_route53 import (
    AMAZONS_SERVERS,
    FakeRoute53,
    Fault,
    Refusal,
)
from tests.domains.registrars.orders import NAME, SERVERS, order
from tests.providers.contract_registrar import HOLDER

# --------------------------------------------------------------------------------------- settings


def test_what_is_so_already_is_not_sent(amazon: FakeRoute53, registrar: Route53Registrar):
    registrar.register(order())
    amazon.requests.clear()

    registrar.set_name_servers(NAME, list(reversed(AMAZONS_SERVERS)))
    registrar.set_lock(NAME, locked=True)
    registrar.set_auto_renew(NAME, enabled=False)
    registrar.set_registrant(NAME, HOLDER)

    assert {operation for operation, _ in amazon.requests} == {"GetDomainDetail"}


def test_changes_are_pending_until_amazon_is_done(amazon: FakeRoute53, registrar: Route53Registrar):
    registrar.register(order())
    amazon.holds = True
    other = replace(HOLDER, email="new@customer.example")
    changes = [
        registrar.set_name_servers(NAME, SERVERS),
        registrar.set_lock(NAME, locked=False),
        registrar.set_registrant(NAME, other),
    ]
    assert {one.state for one in changes} == {RegistrationState.PENDING}

    amazon.finish_all()

    done = {registrar.progress(one.reference).state for one in changes}
    assert done == {RegistrationState.DONE}
    held = registrar.info(NAME)
    assert (held.name_servers, held.is_locked) == (SERVERS, False)
    assert held.registrant_email == "new@customer.example"


def test_a_change_while_another_runs_is_tried_later(
    amazon: FakeRoute53, registrar: Route53Registrar
):
    registrar.register(order())
    amazon.holds = True
    registrar.set_name_servers(NAME, SERVERS)
    with pytest.raises(ProviderUnavailable):
        registrar.set_name_servers(NAME, ("a.example.com", "b.example.com"))


def test_amazons_own_renewal_is_switched_and_seen(amazon: FakeRoute53, registrar: Route53Registrar):
    registrar.register(order())
    amazon.names[NAME]["AutoRenew"] = True
    registrar.set_auto_renew(NAME, enabled=False)
    assert registrar.info(NAME).auto_renew is False
    registrar.set_auto_renew(NAME, enabled=True)
    assert registrar.info(NAME).auto_renew is True


# ---------------------------------------------------------------------------------------- reading


def test_a_name_that_left_is_told_from_one_that_is_free(
    amazon: FakeRoute53, registrar: Route53Registrar
):
    assert registrar.info(NAME) is None
    amazon.availability[NAME] = ["UNAVAILABLE"]
    elsewhere = registrar.info(NAME)
    assert (elsewhere.is_ours, elsewhere.expires_at) == (False, None)
    amazon.availability[NAME] = ["DONT_KNOW"]
    with pytest.raises(ProviderUnavailable):
        registrar.info(NAME)  # nobody says that the name is gone


def test_another_refusal_is_not_taken_for_a_missing_name(
    amazon: FakeRoute53, registrar: Route53Registrar
):
    amazon.faults.append(Fault("GetDomainDetail", before=Refusal("InvalidInput", "Bad name.")))
    with pytest.raises(ProviderRejected, match="Bad name"):
        registrar.info(NAME)


def test_status_words_lose_their_decoration(amazon: FakeRoute53, registrar: Route53Registrar):
    registrar.register(order())
    amazon.names[NAME] |= {
        "StatusList": ["clientTransferProhibited https://icann.org/epp#x", " ", "ok"],
        "Nameservers": [{"Name": "NS1.Example.COM."}],
    }
    held = registrar.info(NAME)
    assert held.statuses == ("clientTransferProhibited", "ok")
    assert held.name_servers == ("ns1.example.com",)
    assert held.is_locked
