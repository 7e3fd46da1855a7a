"""Six digits by mail."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from django.db import connection

from accounts.choices import EmailCodePurpose, PortalAccountStatus
from accounts.errors import CodeInvalid
from accounts.models import EmailCode, PortalAccount, User
from accounts.selectors.mails import mail_secret
from accounts.services.email_codes import email_code_check, email_code_resend, email_code_send
from accounts.services.logins import portal_log_in
from accounts.services.portal_accounts import SignUp, portal_account_create, portal_sign_up
from ispplatform.core.actors import Actor
from ispplatform.core.errors import RuleViolation
from ispplatform.core.ids import uuid7
from ispplatform.core.models import OutboxEvent, Tenant
from ispplatform.core.tenancy.context import tenant_context
from tests.accounts.people import LAPTOP, acts, customer
from tests.factories.accounts import PASSWORD
from tests.factories.core import TenantFactory

NEW_PASSWORD = "Grey-Kettle-91-Orchard"
SIGN_UP = SignUp(email="noa@mail.example", password=PASSWORD, first_name="Noa")


def _code_of(row: EmailCode) -> str:
    mail = mail_secret({"email_code_id": str(row.pk)})
    assert mail is not None
    return mail.code


def _check(tenant: Tenant, row: EmailCode, code: str) -> EmailCode:
    return email_code_check(
        actor=Actor.anonymous(),
        tenant=tenant,
        email_code_id=row.pk,
        code=code,
        purpose=EmailCodePurpose.SIGN_UP,
    )


def test_a_mail_that_goes_out_at_once_says_the_whole_time(tenant: Tenant) -> None:
    row = portal_sign_up(tenant=tenant, sign_up=SIGN_UP)
    mail = mail_secret({"email_code_id": str(row.pk)})
    assert mail is not None
    assert mail.minutes_left == 10


def test_right_code_opens_the_account_once(tenant: Tenant) -> None:
    row = portal_sign_up(tenant=tenant, sign_up=SIGN_UP)
    account = PortalAccount.objects.get()
    assert account.status == PortalAccountStatus.PENDING
    code = _code_of(row)

    _check(tenant, row, f" {code[:3]} {code[3:]} ")

    account.refresh_from_db()
    assert account.status == PortalAccountStatus.ACTIVE
    assert account.user.email_verified_at is not None
    assert acts()[-2:] == ["accounts.email_prove", "accounts.portal_account_activate"]
    assert OutboxEvent.objects.filter(name="accounts.portal_account_activated").count() == 1
    with pytest.raises(CodeInvalid):
        _check(tenant, row, code)
    assert mail_secret({"email_code_id": str(row.pk)}) is None, "no mail after it was used"


def test_fifth_wrong_code_ends_it_for_the_right_one_too(tenant: Tenant) -> None:
    row = portal_sign_up(tenant=tenant, sign_up=SIGN_UP)
    code = _code_of(row)
    wrong = "000000" if code != "000000" else "000001"

    for _ in range(5):
        with pytest.raises(CodeInvalid):
            _check(tenant, row, wrong)
    with pytest.raises(CodeInvalid):
        _check(tenant, row, code)

    row.refresh_from_db()
    assert row.attempts == 5
    assert PortalAccount.objects.get().status == PortalAccountStatus.PENDING


def test_code_is_too_old_after_ten_minutes(tenant: Tenant) -> None:
    with time_machine.travel("2026-03-01 09:00:00+00:00", tick=False) as clock:
        row = portal_sign_up(tenant=tenant, sign_up=SIGN_UP)
        code = _code_of(row)
        clock.move_to("2026-03-01 09:10:00+00:00")
        with pytest.raises(CodeInvalid):
            _check(tenant, row, code)
        assert mail_secret({"email_code_id": str(row.pk)}) is None


def test_code_of_another_purpose_or_company_does_not_fit(
    tenant: Tenant, other_tenant: Tenant
) -> None:
    row = portal_sign_up(tenant=tenant, sign_up=SIGN_UP)
    code = _code_of(row)

    with tenant_context(other_tenant.pk), pytest.raises(CodeInvalid):
        _check(other_tenant, row, code)
    with pytest.raises(CodeInvalid):
        email_code_check(
            actor=Actor.anonymous(),
            tenant=tenant,
            email_code_id=row.pk,
            code=code,
            purpose=EmailCodePurpose.EMAIL_CHANGE,
        )
    assert PortalAccount.objects.get().status == PortalAccountStatus.PENDING


def test_mail_is_sent_again_at_most_five_times_and_half_a_minute_apart(tenant: Tenant) -> None:
    with time_machine.travel("2026-03-01 09:00:00+00:00", tick=False) as clock:
        row = portal_sign_up(tenant=tenant, sign_up=SIGN_UP)
        with pytest.raises(RuleViolation):
            email_code_resend(tenant=tenant, email_code_id=row.pk)
        for sent in range(2, 6):
            clock.shift(31)
            assert email_code_resend(tenant=tenant, email_code_id=row.pk).sent_count == sent
        clock.shift(31)
        with pytest.raises(RuleViolation):
            email_code_resend(tenant=tenant, email_code_id=row.pk)

    asked = OutboxEvent.objects.filter(name="accounts.email_code_requested")
    assert sorted(event.payload["sent_count"] for event in asked) == [1, 2, 3, 4, 5]


def test_sign_up_started_over_counts_only_the_last_password_with_the_last_code(
    tenant: Tenant,
) -> None:
    """Somebody else's sign-up with my address must not leave their password in my account."""
    customer(tenant)
    mine = portal_sign_up(tenant=tenant, sign_up=SIGN_UP)
    my_code = _code_of(mine)
    theirs = portal_sign_up(
        tenant=tenant, sign_up=SignUp(email=SIGN_UP.email, password=NEW_PASSWORD)
    )

    with pytest.raises(CodeInvalid):
        _check(tenant, mine, my_code)
    assert theirs.pk != mine.pk
    last = portal_sign_up(tenant=tenant, sign_up=SIGN_UP)
    _check(tenant, last, _code_of(last))

    portal_log_in(
        tenant=tenant,
        name=SIGN_UP.email,
        password=PASSWORD,
        device=LAPTOP,
        channel="api",
    )
    assert PortalAccount.objects.filter(user__email=SIGN_UP.email).count() == 1


def test_sign_up_of_a_person_known_elsewhere_keeps_their_password(
    tenant: Tenant, other_tenant: Tenant
) -> None:
    with tenant_context(other_tenant.pk):
        known = customer(other_tenant).user
    before = known.password

    row = portal_sign_up(
        tenant=tenant, sign_up=SignUp(email=known.email, password=NEW_PASSWORD, first_name="Eve")
    )
    _check(tenant, row, _code_of(row))

    known.refresh_from_db()
    assert known.password == before
    assert known.first_name == "Robin"
    assert PortalAccount.objects.get().user_id == known.pk


def test_account_for_a_customer_of_the_checkout(tenant: Tenant) -> None:
    customer_id = uuid7()

    account = portal_account_create(
        actor=Actor.system("checkout"),
        tenant=tenant,
        customer_id=customer_id,
        email="Shop@mail.example",
        password=PASSWORD,
    )

    assert account.status == PortalAccountStatus.PENDING
    assert account.customer_id == customer_id
    assert User.objects.get().email == "shop@mail.example"
    code = email_code_send(
        actor=Actor.system("checkout"),
        tenant=tenant,
        purpose=EmailCodePurpose.SIGN_UP,
        email=account.user.email,
        user=account.user,
        portal_account=account,
    )
    _check(tenant, code, _code_of(code))
    account.refresh_from_db()
    assert account.status == PortalAccountStatus.ACTIVE


@pytest.mark.django_db(transaction=True)
def test_parallel_guesses_buy_no_sixth_attempt() -> None:
    tenant = TenantFactory(is_default=True)
    with tenant_context(tenant.pk):
        row = portal_sign_up(tenant=tenant, sign_up=SIGN_UP)
        code = _code_of(row)
    guesses = [f"{number:06}" for number in range(20) if f"{number:06}" != code]
    start = threading.Barrier(4)

    def guess(mine: list[str]) -> int:
        start.wait()
        refused = 0
        with tenant_context(tenant.pk):
            for text in mine:
                try:
                    _check(tenant, row, text)
                except CodeInvalid:
                    refused += 1
        connection.close()
        return refused

    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(guess, [guesses[place::4] for place in range(4)]))

    with tenant_context(tenant.pk):
        row.refresh_from_db()
        assert sum(counts) == len(guesses)
        assert row.attempts == 5
