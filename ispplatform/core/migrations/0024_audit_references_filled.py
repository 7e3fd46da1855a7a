"""Entries of before get the reference of their request, in one statement."""

from functools import reduce
from typing import Any

from django.db import migrations
from django.db.models import Case, F, Func, Value, When
from django.db.models.functions import Concat, Length, Replace, Right, Substr, Upper
from django.db.models.lookups import GreaterThan

NO_SIGNS = "-_.:"  # what a request id may hold beside letters and digits
SIGNS, HALF = 8, 4


def reference_expression() -> Case:
    """Return what ``request_ids.reference_of`` makes of the column ``request_id``, as SQL."""
    bare: F | Func = F("request_id")
    bare = reduce(lambda text, sign: Replace(text, Value(sign), Value("")), NO_SIGNS, bare)
    end = Upper(Right(bare, SIGNS))
    dashed = Concat(Substr(end, 1, HALF), Value("-"), Substr(end, HALF + 1))
    return Case(When(GreaterThan(Length(end), HALF), then=dashed), default=end)


def references_fill(apps: Any, schema_editor: Any) -> None:
    """Fill the column of every entry that came from a request."""
    entries = apps.get_model("core", "AuditEntry")._base_manager
    waiting = entries.using(schema_editor.connection.alias).filter(reference="")
    waiting.exclude(request_id="").update(reference=reference_expression())


class Migration(migrations.Migration):
    dependencies = [("core", "0023_audit_references")]

    operations = [migrations.RunPython(references_fill, migrations.RunPython.noop)]
