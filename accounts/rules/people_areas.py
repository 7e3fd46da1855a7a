"""What people at a customer may be let do, in the words in which one asks for it."""

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext_noop as _

EVERYTHING = "everything"
# Each log-in looks after itself.
ALWAYS = frozenset({"own_profile:read", "own_profile:update", "own_sessions:manage"})
WORDS: Mapping[str, str] = {
    EVERYTHING: _("Everything, also what comes later"),
    "money": _("Invoices, payments and renewals"),
    "orders": _("Order, and withdraw orders"),
    "domains": _("Domains and DNS"),
    "transfers": _("Hand out transfer codes"),
    "hosting": _("Hosting and mailboxes"),
    "people": _("Invite colleagues and choose what they may do"),
}
GRANTS: Mapping[str, frozenset[str]] = {
    EVERYTHING: frozenset({"*"}),
    "money": frozenset(
        {
            "own_invoices:read",
            "own_payments:create",
            "own_payment_methods:manage",
            "own_subscriptions:update",
            "own_orders:read",
            "own_mails:read",
            "services:read",
        }
    ),
    "orders": frozenset({"own_orders:read", "own_orders:create", "services:read"}),
    "domains": frozenset(
        {"domains:read", "domains:update", "dns:read", "dns:update", "services:read"}
    ),
    "transfers": frozenset({"domains:read", "domains:transfer"}),
    "hosting": frozenset({"hosting:*", "mailboxes:*", "services:read"}),
    "people": frozenset({"own_people:manage"}),
}


def grants_of_areas(areas: Iterable[str]) -> list[str]:
    """Return what these areas let somebody do, with what everybody may.

    Raises:
        KeyError: there is no such area.
    """
    wanted = list(areas)
    if EVERYTHING in wanted:
        return ["*"]
    return sorted(ALWAYS.union(*(GRANTS[area] for area in wanted)))


def areas_of_grants(grants: Iterable[str]) -> list[str]:
    """Return the areas that are granted whole."""
    held = set(grants)
    if "*" in held:
        return [EVERYTHING]
    return [area for area, needed in GRANTS.items() if needed <= held]
