"""User names, passwords, addresses, records, traffic."""

from datetime import date

import pytest

from domains.rules.zones import check_zone
from hosting.errors import InvalidMailboxName, PasswordTooWeak
from hosting.rules.dns_records import ServerAddresses, mail_records, web_records
from hosting.rules.mailboxes import local_part
from hosting.rules.parameters import parameters_problem
from hosting.rules.passwords import check_password, new_password
from hosting.rules.traffic import daily_traffic
from hosting.rules.usernames import username_for

SERVER = ServerAddresses(
    ipv4="192.0.2.80",
    ipv6="2001:db8::80",
    mail_hostname="mail.northwind.example",
    spf_include="_spf.northwind.example",
)


@pytest.mark.parametrize(
    ("domain", "stem"),
    [
        ("shop.example", "shop"),
        ("xn--mller-kva.example", "mlle"),
        ("3com.example", "com"),
        ("test-site.example", "htes"),
        ("99.example", "h"),
        ("", "h"),
    ],
)
def test_user_names_recall_the_domain_and_fit_every_panel(domain: str, stem: str):
    name = username_for(domain, key="0190", taken=set())

    assert name.startswith(stem)
    assert len(name) == 8
    assert name.isalnum()
    assert name[0].isalpha()
    assert not name.startswith("test")


def test_the_same_order_gets_the_same_name_and_another_one_another():
    first = username_for("shop.example", key="a", taken=set())

    assert username_for("shop.example", key="a", taken=set()) == first
    assert username_for("shop.example", key="b", taken=set()) != first
    assert username_for("shop.example", key="a", taken={first}) != first


def test_made_passwords_are_strong_and_never_the_same():
    made = {new_password() for _ in range(50)}

    assert len(made) == 50
    for password in made:
        assert len(password) == 20
        assert password[0].isalpha()
        check_password(password, address="info@shop.example")


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "x" * 73,
        "info@shop.example",
        "password1234",
        "shopshopshop",
        "Pässword-7-lamps-x",
        "Quiet\x00river-7-lamps",
    ],
)
def test_weak_and_unusable_passwords_are_refused(password: str):
    with pytest.raises(PasswordTooWeak) as refusal:
        check_password(password, address="info@shop.example")

    assert refusal.value.params["field"] == "password"


def test_a_good_password_is_taken():
    check_password("quiet river 7 lamps", address="info@shop.example")


@pytest.mark.parametrize(
    ("typed", "name"),
    [(" Info ", "info"), ("anna.smith", "anna.smith"), ("a+b", "a+b"), ("x" * 64, "x" * 64)],
)
def test_names_before_the_at_are_lowered(typed: str, name: str):
    assert local_part(typed) == name


@pytest.mark.parametrize(
    "typed", ["", ".info", "info.", "a..b", "a b", "ü", "a@b", "cpanel", "root", "x" * 65, "a\x00"]
)
def test_what_no_server_takes_is_refused(typed: str):
    with pytest.raises(InvalidMailboxName):
        local_part(typed)


def test_the_records_of_web_and_mail_stand_together():
    records = [*web_records("shop.example", SERVER), *mail_records("shop.example", SERVER)]

    check_zone(records)
    told = {(record.name, record.type): record.data for record in records}
    assert told["@", "A"] == "192.0.2.80"
    assert told["@", "AAAA"] == "2001:db8::80"
    assert told["@", "MX"] == "10 mail.northwind.example."
    assert told["@", "TXT"] == '"v=spf1 mx include:_spf.northwind.example ~all"'
    assert told["_imaps._tcp", "SRV"] == "0 1 993 mail.northwind.example."
    assert told["www", "CNAME"] == "shop.example."


def test_a_server_without_ipv6_and_without_an_spf_name():
    bare = ServerAddresses(
        ipv4="192.0.2.80", ipv6="", mail_hostname="mail.northwind.example", spf_include=""
    )

    assert [record.type for record in web_records("shop.example", bare)] == ["A", "CNAME"]
    spf = mail_records("shop.example", bare)[1]
    assert spf.content == '"v=spf1 mx a:mail.northwind.example ~all"'


def test_traffic_of_a_day_is_what_the_counter_gained():
    readings = [
        (date(2026, 1, 30), 100),
        (date(2026, 1, 31), 130),
        (date(2026, 2, 1), 20),
        (date(2026, 2, 4), 50),
        (date(2026, 2, 5), 10),  # the panel began to count anew
    ]

    assert daily_traffic(readings) == {
        date(2026, 1, 30): 100,
        date(2026, 1, 31): 30,
        date(2026, 2, 1): 20,
        date(2026, 2, 4): 30,
        date(2026, 2, 5): 10,
    }


@pytest.mark.parametrize(
    ("parameters", "is_fine"),
    [
        ({"package": "starter", "mailboxes": 3}, True),
        ({}, False),
        ({"package": " "}, False),
        ({"package": 7}, False),
        ({"package": "starter", "mailboxes": "3"}, False),
        ({"package": "starter", "mailbox_mb": -1}, False),
        ({"package": "starter", "mailboxes": True}, False),
    ],
)
def test_a_plan_says_what_the_panel_needs(parameters: dict[str, object], is_fine: bool):
    assert (parameters_problem(parameters) == "") is is_fine
