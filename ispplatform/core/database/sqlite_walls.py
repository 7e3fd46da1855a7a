"""Walls of the embedded database: triggers. SQLite drops those of a rebuilt table silently."""

from string import Template
from typing import Any

from ispplatform.core.database.inventory import TenantReference, tenant_references
from ispplatform.core.frozen import FrozenRule, frozen_rules

PREFIX = "wall_"
PERMIT = (
    "EXISTS (SELECT 1 FROM core_purgepermit p WHERE p.tenant_id = OLD.tenant_id "
    "AND p.expires_at > strftime('%Y-%m-%d %H:%M:%f', 'now'))"
)

AGREEMENT = Template(
    'CREATE TRIGGER "$name" BEFORE $event ON "$table" FOR EACH ROW '
    'WHEN (SELECT tenant_id FROM "$target" WHERE id = NEW."$column") <> NEW.tenant_id '
    "BEGIN SELECT RAISE(ABORT, 'tenant: $table.$column points at a row of another tenant'); END"
)


def wanted(tables: set[str]) -> dict[str, str]:
    """Return every trigger that the given tables need: name to statement."""
    triggers: dict[str, str] = {}
    for rule in frozen_rules():
        if rule.table in tables:
            triggers |= _frozen(rule)
    for reference in tenant_references():
        if {reference.table, reference.target_table} <= tables:
            triggers |= _agreement(reference)
    return triggers


def present(cursor: Any) -> set[str]:
    """Return the names of our triggers that exist."""
    cursor.execute(
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'wall!_%' ESCAPE '!'"
    )
    return {row[0] for row in cursor.fetchall()}


def lift(cursor: Any) -> None:
    """Drop our triggers, so that tables can be rebuilt."""
    for name in present(cursor):
        cursor.execute(f'DROP TRIGGER "{name}"')


def install(cursor: Any, tables: set[str]) -> None:
    """Create the triggers that the existing tables need."""
    lift(cursor)
    for statement in wanted(tables).values():
        cursor.execute(statement)


def missing(cursor: Any, tables: set[str]) -> list[str]:
    """Return the triggers that should exist and do not."""
    return sorted(set(wanted(tables)) - present(cursor))


def _frozen(rule: FrozenRule) -> dict[str, str]:
    once = f'OLD."{rule.once_column}" IS NOT NULL AND ' if rule.once else ""
    changed = " OR ".join(f'OLD."{column}" IS NOT NEW."{column}"' for column in rule.frozen_columns)
    conditions = {
        "UPDATE": f"{once}({changed or '1'}) AND NOT {PERMIT}",
        "DELETE": f"{once}NOT {PERMIT}",
    }
    return {
        f"{PREFIX}frozen_{event.lower()}_{rule.table}": (
            f'CREATE TRIGGER "{PREFIX}frozen_{event.lower()}_{rule.table}" BEFORE {event} '
            f'ON "{rule.table}" FOR EACH ROW WHEN {condition} '
            f"BEGIN SELECT RAISE(ABORT, 'frozen: a row of {rule.table} never changes'); END"
        )
        for event, condition in conditions.items()
    }


def _agreement(reference: TenantReference) -> dict[str, str]:
    statements = {}
    for event in ("INSERT", f'UPDATE OF "{reference.column}", "tenant_id"'):
        name = f"{PREFIX}tenant_{event[:6].lower()}_{reference.table}_{reference.column}"
        statements[name] = AGREEMENT.substitute(
            name=name,
            event=event,
            table=reference.table,
            column=reference.column,
            target=reference.target_table,
        )
    return statements
