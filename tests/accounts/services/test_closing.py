"""People close their own log-in, come back, or are forgotten."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import models

from accounts.choices import (
    GuardReason,
    LoginClosing,
    MembershipStatus,
    PortalAccountStatus,
    SessionChannel,
)
from accounts.errors import (
    AccountLocked,
    InvalidPortalCredentials,
    LastLogIn,
    LastOwner,
    LinkInvalid,
    LoginGuarded,
    OperatorStays,
)
from accounts.models import (
    AccessLink,
    FactorReset,
    LoginGuard,
    Membership,
    PortalAccount,
    Session,
    StaffInvitation,
    User,
)
from accounts.selectors.mails import access_link_address
from accounts.selectors.principals import session_entry
from accounts.selectors.second_factors import is_protected
from accounts.services.closing import login_close, login_return, return_ask
from accounts.services.guards import guard_begin
from accounts.services.logins import portal_log_in
from accounts.services.passwords import password_forgot, password_reset
from accounts.services.roles import tenant_roles_seed
from accounts.services.users import profile_update
from accounts.slots import CustomerTies, customer_ties
from accounts.tasks import finish_closings
from billing.models import Invoice
from ispplatform.core.actors import Actor
from ispplatform.core.audit.seals import audit_seal, chain_check
from ispplatform.core.clock import system_now
from ispplatform.core.errors import NotPermitted
from ispplatform.core.models import AttentionItem, AuditEntry, AuditValues, Tenant
from ispplatform.core.tenancy.context import tenant_context
from tests.accounts.people import LAPTOP, acts, colleague, customer, portal_in, staff_in
from tests.accounts.services.test_access_ends import acting, owner
from tests.accounts.services.test_factor_resets import protected
from tests.factories.accounts import (
    PASSWORD,
    IntegrationFactory,
    MembershipFactory,
    PortalAccountFactory,
    UserFactory,
)
from tests.factories.billing import issued_invoice, line
from tests.factories.customers import CustomerFactory

HOURS = [LoginClosing.SOFT, LoginClosing.HARD]


def person(**values: Any) -> User:
    return UserFactory(
        email="wilhelmina@quetzal.example",
        first_name="Wilhelmina",
        last_name="Quetzalcoatl",
        phone="+49 30 7654321",
        username="willa",
        **values,
    )


def close(tenant: Tenant, account: PortalAccount, how: LoginClosing) -> None:
    actor = portal_in(tenant, account).actor()
    login_close(actor=actor, tenant=tenant, user=account.user, how=how)


def link_of(user: User) -> str:
    row = AccessLink.objects.get(user=user, purpose="come_back", used_at=None)
    return access_link_address(row).rpartition("/")[2]


def tied(tenant: Tenant) -> Any:
    return customer_ties.filled(CustomerTies(key="test", is_tied=lambda customer_id: True))


def test_pause_shuts_everything_and_the_mailed_link_opens_it_again(tenant: Tenant) -> None:
    account = customer(tenant)
    other = portal_in(tenant, account)

    close(tenant, account, LoginClosing.PAUSE)
    with pytest.raises(InvalidPortalCredentials):
        portal_in(tenant, account)
    assert session_entry(tenant_id=tenant.pk, session_id=other.session_id) is None
    return_ask(tenant=tenant, email=account.user.email, password="wrong")
    return_ask(tenant=tenant, email="nobody@mail.example", password=PASSWORD)
    assert not AccessLink.objects.exists()
    return_ask(tenant=tenant, email=account.user.email.upper(), password=PASSWORD)
    token = link_of(account.user)
    with pytest.raises(LinkInvalid):
        password_reset(token=token, new="Grey-Kettle-91-Orchard")
    login_return(token=token)
    with pytest.raises(LinkInvalid):
        login_return(token=token)

    user = User.objects.get(pk=account.user_id)
    assert (user.is_active, user.closed_at, user.erase_at) == (True, None, None)
    assert portal_in(tenant, account).customer_id == account.customer_id
    assert {"accounts.login_close", "accounts.login_return"} <= set(acts())


def test_closed_log_in_gets_no_password_link_and_an_open_one_no_link_back(tenant: Tenant) -> None:
    account = customer(tenant)
    return_ask(tenant=tenant, email=account.user.email, password=PASSWORD)
    assert not AccessLink.objects.exists(), "it is open"
    password_forgot(tenant=tenant, identifier=account.user.email, portal=True)
    before = access_link_address(AccessLink.objects.get()).rpartition("/")[2]

    close(tenant, account, LoginClosing.PAUSE)
    with pytest.raises(LinkInvalid):
        password_reset(token=before, new="Grey-Kettle-91-Orchard")
    with pytest.raises(LinkInvalid):
        login_return(token=before)
    password_forgot(tenant=tenant, identifier=account.user.email, portal=True)

    assert AccessLink.objects.filter(user=account.user).count() == 1


def test_link_back_sets_no_password_also_when_the_log_in_is_open(tenant: Tenant) -> None:
    account = customer(tenant)
    close(tenant, account, LoginClosing.PAUSE)
    return_ask(tenant=tenant, email=account.user.email, password=PASSWORD)
    token = link_of(account.user)
    return_ask(tenant=tenant, email=account.user.email, password=PASSWORD)
    tokens = [
        access_link_address(row).rpartition("/")[2] for row in AccessLink.objects.order_by("pk")
    ]
    assert len(tokens) == 2

    login_return(token=tokens[1])
    assert not AccessLink.objects.filter(used_at=None).exists()
    AccessLink.objects.update(used_at=None)
    with pytest.raises(LinkInvalid):
        password_reset(token=token, new="Grey-Kettle-91-Orchard")
    with pytest.raises(LinkInvalid):
        login_return(token=token)


def test_wrong_passwords_lock_the_way_back(tenant: Tenant) -> None:
    account = customer(tenant)
    close(tenant, account, LoginClosing.PAUSE)

    for email in (account.user.email, "nobody@mail.example"):
        for _ in range(5):
            return_ask(tenant=tenant, email=email, password="wrong")
        with pytest.raises(AccountLocked):
            return_ask(tenant=tenant, email=email, password=PASSWORD)

    assert not AccessLink.objects.exists()


def test_soft_deletion_waits_and_is_called_off_by_coming_back(tenant: Tenant) -> None:
    account = customer(tenant)
    close(tenant, account, LoginClosing.SOFT)
    user = User.objects.get(pk=account.user_id)
    assert user.erase_at is not None
    assert timedelta(days=29) < user.erase_at - system_now() <= timedelta(days=30)

    finish_closings()
    assert User.objects.get(pk=user.pk).email == user.email
    return_ask(tenant=tenant, email=user.email, password=PASSWORD)
    login_return(token=link_of(user))
    User.objects.filter(pk=user.pk, erase_at__isnull=False).update(erase_at=system_now())
    finish_closings()

    assert User.objects.get(pk=user.pk).email == user.email


def test_soft_deletion_becomes_final_when_its_days_are_over(tenant: Tenant) -> None:
    account = customer(tenant)
    close(tenant, account, LoginClosing.SOFT)
    return_ask(tenant=tenant, email=account.user.email, password=PASSWORD)
    token = link_of(account.user)
    User.objects.filter(pk=account.user_id).update(erase_at=system_now())

    finish_closings()

    user = User.objects.get(pk=account.user_id)
    assert user.email == f"erased-{user.pk.hex}@erased.invalid"
    assert user.erased_at is not None
    with pytest.raises(LinkInvalid):
        login_return(token=token)
    assert AuditEntry.objects.filter(act="accounts.person_erase").count() == 1


def _named_in_accounts(words: list[str]) -> list[str]:
    """Return the columns of the tables of accounts, and of second factors, that hold a word."""
    found = []
    for label in ("accounts", "mfa"):
        for model in apps.get_app_config(label).get_models():
            for field in model._meta.concrete_fields:
                if isinstance(field, models.ForeignKey):
                    continue
                for value in model._base_manager.values_list(field.attname, flat=True):
                    text = json.dumps(value, default=str).lower()
                    found += [
                        f"{model._meta.label}.{field.name}: {text}" for w in words if w in text
                    ]
    return found


def _words_of_the_trail(words: list[str]) -> list[str]:
    """Return which of these words stand in the trail of the tenant in force."""
    rows = AuditValues.objects.values_list(
        "actor_label", "on_behalf_of", "subject_label", "reason", "before", "after"
    )
    everything = json.dumps(list(rows)).lower()
    return [word for word in words if word in everything]


def test_hard_deletion_leaves_no_trace_of_the_person_in_any_column(
    tenant: Tenant, other_tenant: Tenant
) -> None:
    account = PortalAccountFactory(
        user=person(), customer_id=CustomerFactory().pk, language="de", time_zone="Asia/Tokyo"
    )
    tenant_roles_seed(tenant)
    with tenant_context(other_tenant.pk):
        tenant_roles_seed(other_tenant)
        elsewhere = PortalAccountFactory(user=account.user)
        portal_in(other_tenant, elsewhere)
    user = account.user
    actor = portal_in(tenant, account).actor()
    profile_update(actor=actor, user=user, changes={"phone": "+49 30 7654322"})
    password_forgot(tenant=tenant, identifier=user.email, portal=True)
    return_ask(tenant=tenant, email=user.email, password=PASSWORD)
    protected(user)
    guard_begin(actor=actor, user=user, reason=GuardReason.NEW_DEVICE)
    LoginGuard.objects.update(lifted_at=system_now(), lifted_by=user.email)
    foreign = FactorReset.objects.create(
        user=UserFactory(),
        identity_check="video",
        identity_note="x",
        asked_by=user.email,
        due_at=system_now(),
    )
    StaffInvitation.objects.create(
        email=user.email,
        first_name=user.first_name,
        actor_type="user",
        actor_id=str(user.pk),
        actor_label=user.email,
        sent_at=system_now(),
        expires_at=system_now(),
    )
    invoice = issued_invoice(CustomerFactory(email=user.email), line("10.00"))
    words = ["wilhelmina", "quetzalcoatl", "7654321", "7654322", "willa", LAPTOP.address]
    assert _named_in_accounts(words)
    assert _words_of_the_trail(words[:5]) == ["wilhelmina", "7654321", "7654322"]
    audit_seal()

    login_close(actor=actor, tenant=tenant, user=user, how=LoginClosing.HARD)
    audit_seal()

    assert _named_in_accounts(words) == []
    assert not is_protected(user)
    devices = Session.objects.filter(user=user).values_list("device_digest", "user_agent")
    assert set(devices) == {("", "")}
    assert not User.objects.get(pk=user.pk).has_usable_password()
    account.refresh_from_db()
    assert account.status == PortalAccountStatus.DISABLED
    with tenant_context(other_tenant.pk):
        elsewhere.refresh_from_db()
        assert elsewhere.status == PortalAccountStatus.DISABLED
        assert chain_check().breaks == []
    foreign.refresh_from_db()
    assert foreign.asked_by == "erased"
    with tenant_context(other_tenant.pk):
        assert _named_in_accounts(words) == []
        assert _words_of_the_trail(words[:5]) == []
    assert _words_of_the_trail(words[:5]) == []
    told = list(AuditEntry.objects.all())
    assert len([entry for entry in told if entry.act == "accounts.log_in"]) >= 1, "rows stay"
    assert chain_check().breaks == []
    kept = Invoice.objects.get(pk=invoice.pk)
    assert (kept.number, kept.gross_total) == (invoice.number, invoice.gross_total)


def test_what_somebody_did_as_a_colleague_keeps_its_words(tenant: Tenant) -> None:
    owner()
    tenant_roles_seed(tenant)
    membership = colleague(tenant, "support")
    User.objects.filter(pk=membership.user_id).update(email="mole@northwind.example")
    membership.user.refresh_from_db()
    watched = CustomerFactory(assigned_to=membership.user)
    row = IntegrationFactory(responsible=membership.user)
    actor = staff_in(tenant, membership).actor()

    login_close(actor=actor, tenant=tenant, user=membership.user, how=LoginClosing.HARD)

    membership.refresh_from_db()
    assert membership.status == MembershipStatus.ENDED
    assert membership.user.email != "mole@northwind.example"
    entry = AuditEntry.objects.select_related("values").get(act="accounts.log_in")
    assert "mole@northwind.example" in (entry.actor_label, entry.subject_label)
    watched.refresh_from_db()
    assert watched.assigned_to_id is None
    assert AttentionItem.objects.filter(subject_id=row.pk, resolved_at=None).exists()


def test_paused_colleague_is_missed_at_integrations_until_they_are_back(tenant: Tenant) -> None:
    owner()
    membership = colleague(tenant, "support")
    row = IntegrationFactory(responsible=membership.user)
    actor = staff_in(tenant, membership).actor()

    login_close(actor=actor, tenant=tenant, user=membership.user, how=LoginClosing.PAUSE)
    missed = AttentionItem.objects.filter(subject_id=row.pk, resolved_at=None)
    assert missed.exists()
    return_ask(tenant=tenant, email=membership.user.email, password=PASSWORD)
    login_return(token=link_of(membership.user))

    assert not missed.all().exists()
    assert staff_in(tenant, membership).roles == ("support",)


@pytest.mark.parametrize("how", list(LoginClosing))
def test_last_owner_and_the_operator_stay(tenant: Tenant, how: LoginClosing) -> None:
    tenant_roles_seed(tenant)
    boss, operator = owner(), MembershipFactory(user=UserFactory(is_superuser=True))

    with pytest.raises(LastOwner):
        login_close(actor=acting(boss), tenant=tenant, user=boss.user, how=how)
    with pytest.raises(OperatorStays):
        login_close(actor=acting(operator), tenant=tenant, user=operator.user, how=how)

    assert set(User.objects.values_list("is_active", flat=True)) == {True}
    owner()
    login_close(actor=acting(boss), tenant=tenant, user=boss.user, how=how)
    assert not User.objects.get(pk=boss.user_id).is_active


def test_owner_of_another_company_only_stays_too(tenant: Tenant, other_tenant: Tenant) -> None:
    account = customer(tenant)
    with tenant_context(other_tenant.pk):
        MembershipFactory(user=account.user, is_owner=True)

    with pytest.raises(LastOwner):
        close(tenant, account, LoginClosing.HARD)


@pytest.mark.parametrize("how", HOURS)
def test_last_log_in_of_a_customer_with_something_open_stays(
    tenant: Tenant, how: LoginClosing
) -> None:
    tenant_roles_seed(tenant)
    whole = CustomerFactory()
    issued_invoice(whole, line("10.00"))
    account = PortalAccountFactory(customer_id=whole.pk)
    shut = PortalAccountFactory(customer_id=whole.pk, user=UserFactory(is_active=False))
    assert shut.status == PortalAccountStatus.ACTIVE

    with pytest.raises(LastLogIn):
        close(tenant, account, how)
    assert User.objects.get(pk=account.user_id).is_active
    PortalAccountFactory(customer_id=whole.pk)
    close(tenant, account, how)

    assert not User.objects.get(pk=account.user_id).is_active


def test_last_log_in_may_pause_and_one_without_ties_may_go(tenant: Tenant) -> None:
    paused, gone = customer(tenant), customer(tenant)

    with tied(tenant):
        close(tenant, paused, LoginClosing.PAUSE)
        with pytest.raises(LastLogIn):
            close(tenant, gone, LoginClosing.HARD)
    close(tenant, gone, LoginClosing.HARD)

    assert not User.objects.get(pk=paused.user_id).is_active


def test_guarded_log_in_cannot_be_deleted_at_once(tenant: Tenant) -> None:
    account = customer(tenant)
    actor = portal_in(tenant, account).actor()
    guard_begin(actor=actor, user=account.user, reason=GuardReason.EMAIL_CHANGE)

    with pytest.raises(LoginGuarded):
        login_close(actor=actor, tenant=tenant, user=account.user, how=LoginClosing.HARD)
    login_close(actor=actor, tenant=tenant, user=account.user, how=LoginClosing.SOFT)

    assert User.objects.get(pk=account.user_id).erased_at is None


def test_who_only_looks_on_closes_nothing(tenant: Tenant) -> None:
    account = customer(tenant)
    entry = portal_in(tenant, account)
    looking = Actor(
        type=entry.actor().type,
        id=str(account.pk),
        label="support@northwind.example",
        customer_id=account.customer_id,
        on_behalf_of="Anna",
    )

    with pytest.raises(NotPermitted):
        login_close(actor=looking, tenant=tenant, user=account.user, how=LoginClosing.PAUSE)


def test_link_back_is_for_the_companies_of_the_person(tenant: Tenant, other_tenant: Tenant) -> None:
    account = customer(tenant)
    close(tenant, account, LoginClosing.PAUSE)

    with tenant_context(other_tenant.pk):
        return_ask(tenant=other_tenant, email=account.user.email, password=PASSWORD)
        assert not AccessLink.objects.exists()

    assert not AccessLink.objects.exists()
    assert Membership.objects.count() == 0
    assert Session.objects.filter(ended_at=None).count() == 0


def test_address_of_a_deleted_log_in_can_sign_up_anew(tenant: Tenant) -> None:
    account = customer(tenant)
    email = account.user.email
    close(tenant, account, LoginClosing.HARD)

    fresh = PortalAccountFactory(user=UserFactory(email=email))
    entry = portal_log_in(
        tenant=tenant,
        name=email,
        password=PASSWORD,
        device=LAPTOP,
        channel=SessionChannel.API,
    ).entry

    assert entry.account_id == fresh.pk
