"""What answers of the DNS mean: a table of cases."""

import pytest

from domains.choices import DelegationStatus, ServerState
from domains.rules.delegation import Delegation, Finding, ServerAnswer, delegation_findings

OURS = ("ns1.isp.example", "ns2.isp.example")
OTHER = ("a.old.example", "b.old.example")
SERIALS = dict.fromkeys(OURS, 2026112202)
RIGHT, INCOMPLETE = DelegationStatus.RIGHT, DelegationStatus.INCOMPLETE


def servers(*serials: int | None, state: ServerState = ServerState.ANSWERS):
    return tuple(
        ServerAnswer(host=host, address="192.0.2.1", state=state, serial=serial)
        for host, serial in zip(OURS, serials, strict=True)
    )


def seen(registry=OURS, resolver=OURS, *, refused=False, answers=None) -> Delegation:
    return Delegation(
        registry=registry,
        resolver=resolver,
        is_refused=refused,
        servers=answers or servers(2026112202, 2026112202),
    )


BOTH = "ns1.isp.example, ns2.isp.example"
NEITHER = "a.old.example, b.old.example"


@pytest.mark.parametrize(
    ("found", "status", "findings"),
    [
        (seen(), RIGHT, []),
        (seen(registry=None), RIGHT, []),
        (seen(resolver=None), RIGHT, []),
        (seen(registry=tuple(reversed(OURS))), RIGHT, []),
        (seen(answers=servers(2026112203, 2026112299)), RIGHT, []),
        (seen(resolver=OTHER), RIGHT, [Finding("remembered", NEITHER)]),
        (seen(None, None), DelegationStatus.UNKNOWN, [Finding("unasked")]),
        (seen(()), DelegationStatus.ELSEWHERE, [Finding("nowhere", wanted=BOTH)]),
        (seen(OTHER), DelegationStatus.ELSEWHERE, [Finding("elsewhere", NEITHER, BOTH)]),
        (seen(None, OTHER), DelegationStatus.ELSEWHERE, [Finding("elsewhere", NEITHER, BOTH)]),
        (
            seen(OURS[:1]),
            DelegationStatus.ELSEWHERE,
            [Finding("elsewhere", "ns1.isp.example", BOTH)],
        ),
        (seen(refused=True), INCOMPLETE, [Finding("refused")]),
        (
            seen(answers=servers(2026112202, 2026112201)),
            INCOMPLETE,
            [Finding("late", "ns2.isp.example")],
        ),
        (
            seen(answers=servers(None, None, state=ServerState.SILENT)),
            INCOMPLETE,
            [Finding("silent", BOTH)],
        ),
        (
            seen(answers=servers(None, None, state=ServerState.UNASKED)),
            INCOMPLETE,
            [Finding("unasked", BOTH)],
        ),
    ],
)
def test_a_verdict_follows_from_the_answers(found, status, findings):
    assert delegation_findings(found, wanted=OURS, ours=SERIALS) == (status, findings)


@pytest.mark.parametrize(
    ("theirs", "ours", "late"),
    [(4294967295, 1, True), (1, 4294967295, False), (7, 7, False), (6, 7, True)],
)
def test_serials_run_in_a_circle(theirs, ours, late):
    found = seen(answers=servers(theirs, ours))
    status, _ = delegation_findings(found, wanted=OURS, ours=dict.fromkeys(OURS, ours))
    assert status == (INCOMPLETE if late else RIGHT)


def test_serials_of_others_are_not_judged():
    found = seen(answers=servers(1, 1))
    assert delegation_findings(found, wanted=OURS, ours={}) == (RIGHT, [])
