"""The roles that every tenant has from its first day.

Source: specification, conflicts.md C18. What a role may do beyond these grants is declared by the
app that owns the permission (``declare_permissions((code, label, *roles))``).
"""

from dataclasses import dataclass

ADMIN_ROLE = "admin"
CUSTOMER_ROLE = "customer"
ROLE_SYNONYMS = {"tenant_admin": ADMIN_ROLE, "agent": "support"}


@dataclass(frozen=True, slots=True)
class SeededRole:
    """A role that the product brings."""

    code: str
    name: str
    description: str
    grants: tuple[str, ...]


_LOOK_UP = ("customers:read", "contacts:read", "notes:read", "services:read", "orders:read")

SEEDED_ROLES = (
    SeededRole(ADMIN_ROLE, "Administrator", "May do everything in this company.", ("*",)),
    SeededRole(
        "support",
        "Support",
        "Helps customers: sees everything about them, answers tickets, keeps services running.",
        (
            *_LOOK_UP,
            "customers:update",
            "contacts:*",
            "notes:*",
            "tickets:*",
            "knowledge_base:*",
            "invoices:read",
            "payments:read",
            "subscriptions:read",
            "domains:read",
            "domains:update",
            "dns_zones:*",
            "hosting_accounts:read",
            "hosting_accounts:update",
            "mailboxes:*",
            "operations:read",
            "operations:retry",
            "portal_accounts:*",
            "files:read",
            "files:create",
        ),
    ),
    SeededRole(
        "billing",
        "Billing",
        "Issues invoices, records and refunds payments, looks after unpaid accounts.",
        (
            *_LOOK_UP,
            "notes:*",
            "plans:read",
            "invoices:*",
            "credit_notes:*",
            "payments:*",
            "refunds:*",
            "credits:*",
            "payment_methods:*",
            "subscriptions:*",
            "ledger:read",
            "dunning:*",
            "tax:read",
            "promotions:read",
            "reports:read",
            "analytics:read",
        ),
    ),
    SeededRole(
        "sales",
        "Sales",
        "Wins customers: places orders, keeps deals and contracts.",
        (
            *_LOOK_UP,
            "customers:*",
            "contacts:*",
            "notes:*",
            "orders:*",
            "carts:*",
            "deals:*",
            "contracts:*",
            "plans:read",
            "promotions:*",
            "invoices:read",
            "subscriptions:read",
            "domains:read",
            "analytics:read",
        ),
    ),
    SeededRole(
        "moderator",
        "Moderator",
        "Watches over tickets, notes and the knowledge base.",
        (*_LOOK_UP, "notes:*", "tickets:*", "knowledge_base:*", "users:read"),
    ),
    SeededRole(
        "editor",
        "Editor",
        "Writes what people read: products, knowledge base, mail texts.",
        ("plans:*", "promotions:*", "knowledge_base:*", "mail_templates:*", "files:*"),
    ),
    SeededRole(
        "operator",
        "Operator",
        "Runs the technology: connections, operations, network and services.",
        (
            *_LOOK_UP,
            "services:*",
            "domains:*",
            "dns_zones:*",
            "hosting_accounts:*",
            "hosting_servers:*",
            "mailboxes:*",
            "network:*",
            "operations:*",
            "connections:*",
            "switches:*",
            "events:read",
            "webhooks:*",
            "audit:read",
        ),
    ),
    SeededRole(
        CUSTOMER_ROLE,
        "Customer",
        "What a customer may do in the portal, for itself alone.",
        (),
    ),
)
