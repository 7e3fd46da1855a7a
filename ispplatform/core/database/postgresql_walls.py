"""Walls of PostgreSQL: row level security, composite foreign keys, triggers, grants."""

import hashlib
from typing import Any

from django.conf import settings

from ispplatform.core.database.inventory import (
    TenantReference,
    tenant_references,
    tenant_tables,
)
from ispplatform.core.frozen import FrozenRule, frozen_rules

PREFIX = "wall_"
POLICY = f"{PREFIX}tenant"
BOUND = "current_setting('app.tenant', true) IN ('*', tenant_id::text)"
PERMIT = (
    "EXISTS (SELECT 1 FROM core_purgepermit p "
    "WHERE p.tenant_id = OLD.tenant_id AND p.expires_at > clock_timestamp())"
)


def install(cursor: Any, tables: set[str]) -> None:
    """Create what is missing on the existing tables and renew the triggers; then grant."""
    for table in tables & set(tenant_tables()):
        _secure(cursor, table)
    _references(cursor, tables)
    for rule in frozen_rules():
        if rule.table in tables:
            _freeze(cursor, rule)
    grant(cursor)


def lift(cursor: Any) -> None:
    """Let the owner of the tables see and change every row; all others stay behind the walls.

    Without it a migration of rows would find none and say nothing. Constraints need no lifting:
    they go with their columns and tables.
    """
    cursor.execute(
        "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
        "WHERE t.tgname LIKE 'wall!_%%' ESCAPE '!' "
        "AND c.relnamespace = current_schema()::regnamespace"
    )
    for trigger, table in cursor.fetchall():
        cursor.execute(f'DROP TRIGGER "{trigger}" ON "{table}"')
    cursor.execute(
        "SELECT c.relname FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid "
        "WHERE p.polname = %s AND c.relforcerowsecurity "
        "AND c.relnamespace = current_schema()::regnamespace",
        [POLICY],
    )
    for (table,) in cursor.fetchall():
        cursor.execute(f'ALTER TABLE "{table}" NO FORCE ROW LEVEL SECURITY')


def missing(cursor: Any, tables: set[str]) -> list[str]:
    """Return the walls that should exist and do not."""
    absent = []
    cursor.execute(
        "SELECT c.relname FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid "
        "WHERE p.polname = %s AND c.relrowsecurity AND c.relforcerowsecurity "
        "AND c.relnamespace = current_schema()::regnamespace",
        [POLICY],
    )
    secured = {row[0] for row in cursor.fetchall()}
    absent += [f"policy on {t}" for t in sorted(tables & set(tenant_tables()) - secured)]
    constraints = _constraints(cursor)
    for reference in _existing_references(tables):
        if _name(reference) not in constraints:
            absent.append(f"composite key {reference.table}.{reference.column}")
    cursor.execute(
        "SELECT t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
        "WHERE t.tgname LIKE 'wall!_%%' ESCAPE '!' "
        "AND c.relnamespace = current_schema()::regnamespace"
    )
    triggers = {row[0] for row in cursor.fetchall()}
    for rule in frozen_rules():
        if rule.table in tables and _trigger(rule) not in triggers:
            absent.append(f"trigger on {rule.table}")
    return absent


def _secure(cursor: Any, table: str) -> None:
    cursor.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
    cursor.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
    cursor.execute(
        "SELECT 1 FROM pg_policies WHERE schemaname = current_schema() "
        "AND tablename = %s AND policyname = %s",
        [table, POLICY],
    )
    if cursor.fetchone() is None:
        cursor.execute(f'CREATE POLICY {POLICY} ON "{table}" USING ({BOUND}) WITH CHECK ({BOUND})')


def _existing_references(tables: set[str]) -> list[TenantReference]:
    return [r for r in tenant_references() if {r.table, r.target_table} <= tables]


def _references(cursor: Any, tables: set[str]) -> None:
    """A foreign key of (tenant, id) beside each foreign key of (id) inside tenant data."""
    references = _existing_references(tables)
    for target in sorted({reference.target_table for reference in references}):
        cursor.execute(
            f'CREATE UNIQUE INDEX IF NOT EXISTS "{_short(f"{PREFIX}key_{target}")}" '
            f'ON "{target}" (tenant_id, id)'
        )
    present = _constraints(cursor)
    for reference in references:
        if _name(reference) not in present:
            cursor.execute(
                f'ALTER TABLE "{reference.table}" ADD CONSTRAINT "{_name(reference)}" '
                f'FOREIGN KEY (tenant_id, "{reference.column}") '
                f'REFERENCES "{reference.target_table}" (tenant_id, id) '
                "DEFERRABLE INITIALLY DEFERRED"
            )


def _constraints(cursor: Any) -> set[str]:
    cursor.execute(
        "SELECT conname FROM pg_constraint WHERE conname LIKE 'wall!_%%' ESCAPE '!' "
        "AND connamespace = current_schema()::regnamespace"
    )
    return {row[0] for row in cursor.fetchall()}


def _freeze(cursor: Any, rule: FrozenRule) -> None:
    changed = " OR ".join(
        f'OLD."{column}" IS DISTINCT FROM NEW."{column}"' for column in rule.frozen_columns
    )
    frozen = f'OLD."{rule.once_column}" IS NOT NULL' if rule.once else "TRUE"
    name = _trigger(rule)
    cursor.execute(
        f'CREATE OR REPLACE FUNCTION "{name}"() RETURNS trigger LANGUAGE plpgsql AS $wall$ BEGIN '
        f"IF {frozen} AND NOT {PERMIT} THEN "
        f"IF TG_OP = 'DELETE' THEN RAISE EXCEPTION 'frozen: a row of {rule.table} never changes' "
        "USING ERRCODE = 'restrict_violation'; "
        f"ELSIF {changed or 'TRUE'} THEN "
        f"RAISE EXCEPTION 'frozen: a row of {rule.table} never changes' "
        "USING ERRCODE = 'restrict_violation'; END IF; END IF; "
        "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $wall$"
    )
    cursor.execute(f'DROP TRIGGER IF EXISTS "{name}" ON "{rule.table}"')
    cursor.execute(
        f'CREATE TRIGGER "{name}" BEFORE UPDATE OR DELETE ON "{rule.table}" '
        f'FOR EACH ROW EXECUTE FUNCTION "{name}"()'
    )


def grant(cursor: Any) -> None:
    """Let the role of web and workers use every table, where there is such a role."""
    role = settings.DATABASE_APP_ROLE
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s AND rolname <> current_user", [role])
    if cursor.fetchone() is None:
        return
    cursor.execute(f'GRANT USAGE ON SCHEMA public TO "{role}"')
    cursor.execute(
        f'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO "{role}"'
    )
    cursor.execute(f'GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO "{role}"')


def _trigger(rule: FrozenRule) -> str:
    return _short(f"{PREFIX}frozen_{rule.table}")


def _name(reference: TenantReference) -> str:
    return _short(f"{PREFIX}fk_{reference.table}_{reference.column}")


def _short(name: str) -> str:
    """Return a name within PostgreSQL's 63 bytes, still unique."""
    if len(name) <= 63:
        return name
    return f"{name[:54]}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"
