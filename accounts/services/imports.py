"""People from a file: read and checked row by row, then invited as a bulk act."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

from django.db import transaction

from accounts.errors import GrantExceedsOwn, RoleUnknown
from accounts.models import ImportedPerson, PeopleImport
from accounts.rules.imported_people import COLUMNS, REQUIRED, SYNONYMS, PersonRow, person_row
from accounts.selectors.principals import role_permissions
from accounts.services.grants import grants_check
from accounts.services.roles import roles_by_code
from accounts.services.users import CREATE
from accounts.tenant_settings import IMPORT_MEGABYTES, IMPORT_ROWS
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.bulk import BULK_ACTS
from ispplatform.core.bulk.actors import require_lasting
from ispplatform.core.bulk.services import bulk_choose, bulk_start
from ispplatform.core.clock import system_now
from ispplatform.core.models import Tenant
from ispplatform.core.models.bulk import BulkRun
from ispplatform.core.sheets import SheetFormat, SheetUnreadable, read_sheet
from ispplatform.core.subjects import subject_of

IMPORT = "users:import"
ACT = "accounts.import"
KEEP_ROWS = timedelta(days=90)
MEGABYTE = 1_000_000


def people_import(
    *,
    actor: Actor,
    tenant: Tenant,
    file_name: str,
    content: bytes,
    form: SheetFormat,
    at_once: bool = False,
) -> BulkRun:
    """Read a file of people and plan their invitations; each row gets its own result.

    A row that is no person, names a role that the actor cannot give, or repeats an address is left
    out with its reason. Nobody is invited twice: who works here or is invited already is left out,
    so that the same file may be sent again.

    Args:
        at_once: carry the plan out as soon as it is made, instead of waiting for ``bulk_confirm``.

    Returns:
        The run: planned in the background, its rows are the report.

    Raises:
        NotPermitted: the actor may not.
        SheetUnreadable: the file as a whole cannot be taken; nothing is kept of it.
    """
    actor.require(IMPORT)
    actor.require(CREATE)
    require_lasting(actor)
    rows = _checked(actor, _read(tenant, content, form))
    digest = hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        source = PeopleImport.objects.create(
            file_name=file_name[-200:],
            file_digest=digest,
            row_count=len(rows),
            problem_count=sum(bool(row.problem) for row in rows),
            actor_label=actor.label[:200],
            expires_at=system_now() + KEEP_ROWS,
        )
        people = _kept(source, rows)
        run = _run(actor, source, people, at_once=at_once)
        source.run_id = run.pk
        source.save(update_fields=["run_id"])
        audit(
            "accounts.people_import",
            actor=actor,
            subject=subject_of(source),
            after={
                "file_name": source.file_name,
                "sha256": digest,
                "rows": source.row_count,
                "problems": source.problem_count,
            },
        )
    return run


def _read(tenant: Tenant, content: bytes, form: SheetFormat) -> list[PersonRow]:
    """Return the rows of a file, each with what is wrong with it by itself."""
    most = IMPORT_MEGABYTES.of(tenant)
    if len(content) > most * MEGABYTE:
        raise SheetUnreadable(f"The file is larger than {most} MB: send several.")
    sheet = read_sheet(
        content,
        form,
        columns=COLUMNS,
        required=REQUIRED,
        synonyms=SYNONYMS,
        most_rows=IMPORT_ROWS.of(tenant),
    )
    return [
        PersonRow(line=line.number, column=line.column, problem=line.problem)
        if line.problem
        else person_row(line.number, line.values)
        for line in sheet.lines
    ]


def _kept(source: PeopleImport, rows: Iterable[PersonRow]) -> list[ImportedPerson]:
    return ImportedPerson.objects.bulk_create(
        [
            ImportedPerson(
                source=source,
                line=row.line,
                email=row.email,
                first_name=row.first_name,
                last_name=row.last_name,
                roles=list(row.roles),
                column=row.column[:40],
                problem=row.problem[:300],
            )
            for row in rows
        ],
        batch_size=500,
    )


def _run(
    actor: Actor, source: PeopleImport, people: Iterable[ImportedPerson], *, at_once: bool
) -> BulkRun:
    act = BULK_ACTS.get(ACT)
    if act is None:
        raise LookupError(f"Nobody declares the bulk act {ACT}.")
    ids = [person.pk for person in people]
    selection = f"File {source.file_name}"
    values = {"file_name": source.file_name}
    choose = bulk_start if at_once else bulk_choose
    return choose(actor=actor, act=act, ids=ids, values=values, selection=selection)


def _checked(actor: Actor, rows: Sequence[PersonRow]) -> list[PersonRow]:
    """Return the rows with what is wrong with them beside the others, and for this actor."""
    first_at: dict[str, int] = {}
    refusals: dict[str, str] = {}
    checked = []
    for row in rows:
        if not row.problem and row.email in first_at:
            sentence = f"The same address stands in line {first_at[row.email]}."
            row = replace(row, column="email", problem=sentence)
        elif not row.problem:
            first_at[row.email] = row.line
            for code in row.roles:
                if code not in refusals:
                    refusals[code] = _refusal_of_role(actor, code)
            if sentence := next(filter(None, (refusals[code] for code in row.roles)), ""):
                row = replace(row, column="roles", problem=sentence)
        checked.append(row)
    return checked


def _refusal_of_role(actor: Actor, code: str) -> str:
    try:
        for role in roles_by_code([code]):
            grants_check(actor=actor, grants=role_permissions(role), field="roles")
    except (RoleUnknown, GrantExceedsOwn) as error:
        return f"{code}: {error.message}"
    return ""
