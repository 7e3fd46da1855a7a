"""Customers in bulk: tags, who looks after them, fields, deleting."""

from collections.abc import Callable, Collection, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customers.models import Customer, Tag
from customers.office_choices import colleagues, tags_typed
from customers.services import customer_delete, customer_restore, customer_update
from customers.services.tagging import customer_tags_add, customer_tags_remove
from customers.services.tags import tags_found
from ispplatform.core.actors import Actor
from ispplatform.core.bulk import BULK_ACTS, BulkAct, Done, Terms, Undo
from ispplatform.core.bulk.acts import Reasons, Rows
from ispplatform.core.errors import RuleViolation

Kept = Mapping[str, Any]
MODEL = "customers.customer"
CHANGE = "customers:update"
SEE = "customers:read"
DELETED = _("The customer is deleted.")
CHANGED_SINCE = _("It was changed again since.")


class TagAddForm(forms.Form):
    """Asks for tags to give."""

    tags = forms.CharField(
        label=_("Tags"),
        max_length=1000,
        help_text=_("Separated by commas. A new word makes a new tag."),
    )

    def clean_tags(self) -> list[str]:
        """Return the words one by one."""
        words = list(tags_typed(self.cleaned_data["tags"]))
        if not words:
            raise forms.ValidationError(gettext("Write at least one tag."))
        return words


def _tags_there_are() -> list[tuple[str, str]]:
    return [(tag.name, tag.name) for tag in Tag.objects.order_by("folded_name")]


class TagRemoveForm(forms.Form):
    """Asks for a tag to take away."""

    tags = forms.ChoiceField(label=_("Tag"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tags"].choices = _tags_there_are  # type: ignore[attr-defined]

    def clean_tags(self) -> list[str]:
        """Return the tag as one of several."""
        return [self.cleaned_data["tags"]]


class AssignForm(forms.Form):
    """Asks who looks after the customers from now on."""

    assigned_to = forms.ChoiceField(label=_("Looked after by"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assigned_to"].choices = colleagues  # type: ignore[attr-defined]


def _rows(ids: Collection[UUID]) -> QuerySet[Customer]:
    return Customer.objects.filter(pk__in=ids).prefetch_related("customer_tags__tag")


def _of_living(
    why: Callable[[Customer, Terms], str] = lambda row, terms: "",
) -> Callable[[Rows, Terms], Reasons]:
    """Return ``refusals`` that leave out deleted customers, and those that ``why`` names."""

    def refusals(rows: Rows, terms: Terms) -> Reasons:
        found = {
            row.pk: str(DELETED) if row.deleted_at is not None else why(row, terms) for row in rows
        }
        return {pk: reason for pk, reason in found.items() if reason}

    return refusals


# ------------------------------------------------------------------------------------------ tags


def _folded_of(row: Customer) -> set[str]:
    return {one.tag.folded_name for one in row.customer_tags.all()}


def _add_refusals(rows: Rows, terms: Terms) -> Reasons:
    wanted = terms.values["tags"]
    known = {tag.folded_name for tag in tags_found(wanted)}
    is_all_known = len(known) == len(set(wanted))

    def why(row: Customer, terms: Terms) -> str:
        carries_all = is_all_known and known <= _folded_of(row)
        return gettext("It carries the tag already.") if carries_all else ""

    return _of_living(why)(rows, terms)


def _remove_refusals(rows: Rows, terms: Terms) -> Reasons:
    gone = {tag.folded_name for tag in tags_found(terms.values["tags"])}

    def why(row: Customer, terms: Terms) -> str:
        return "" if gone & _folded_of(row) else gettext("It does not carry the tag.")

    return _of_living(why)(rows, terms)


def _add(actor: Actor, row: Customer, terms: Terms) -> Done:
    added = customer_tags_add(
        actor=actor, customer=row, tags=terms.values["tags"], reason=terms.reason
    )
    return Done(memory={"tags": [str(one) for one in added]})


def _remove(actor: Actor, row: Customer, terms: Terms) -> Done:
    removed = customer_tags_remove(
        actor=actor, customer=row, tags=terms.values["tags"], reason=terms.reason
    )
    return Done(memory={"tags": [str(one) for one in removed]})


def _take_again(actor: Actor, row: Customer, kept: Kept, terms: Terms) -> str:
    customer_tags_remove(actor=actor, customer=row, tags=kept["tags"], reason=terms.reason)
    return gettext("The tag is taken away again.")


def _give_again(actor: Actor, row: Customer, kept: Kept, terms: Terms) -> str:
    customer_tags_add(actor=actor, customer=row, tags=kept["tags"], reason=terms.reason)
    return gettext("The tag is back.")


def _tag_words(values: Mapping[str, Any]) -> str:
    """Name tags as people do, also where a program gave ids."""
    named = {str(tag.pk): tag.name for tag in tags_found(values["tags"])}
    return ", ".join(named.get(str(one), str(one)) for one in values["tags"])


# ------------------------------------------------------------------------------- fields, assigning


def _update_values(values: Mapping[str, Any]) -> dict[str, Any]:
    return dict(values["fields"])


def _assign_values(values: Mapping[str, Any]) -> dict[str, Any]:
    return {"assigned_to": values["assigned_to"] or None}


def _present(row: Customer, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the customer has now in the fields that ``changes`` name, as plain values."""
    found: dict[str, Any] = {}
    for name, value in changes.items():
        if isinstance(value, dict):
            present = getattr(row, name)
            found[name] = {key: present.get(key) for key in value}
        elif name == "assigned_to":
            found[name] = str(row.assigned_to_id) if row.assigned_to_id else None
        else:
            found[name] = getattr(row, name)
    return found


def _changing(
    changes_of: Callable[[Mapping[str, Any]], dict[str, Any]],
) -> Callable[[Actor, Any, Terms], Done]:
    def run(actor: Actor, row: Customer, terms: Terms) -> Done:
        changes = changes_of(terms.values)
        before = _present(row, changes)
        changed = customer_update(actor=actor, customer=row, **changes)
        return Done(memory={"before": before, "after": _present(changed, changes)})

    return run


def _differing(
    changes_of: Callable[[Mapping[str, Any]], dict[str, Any]],
) -> Callable[[Rows, Terms], Reasons]:
    def why(row: Customer, terms: Terms) -> str:
        changes = changes_of(terms.values)
        return gettext("It is so already.") if _present(row, changes) == changes else ""

    return _of_living(why)


def _changed_since(rows: Rows, memories: Mapping[UUID, Kept]) -> Reasons:
    return {
        row.pk: str(CHANGED_SINCE)
        for row in rows
        if _present(row, memories[row.pk]["after"]) != memories[row.pk]["after"]
    }


def _change_back(actor: Actor, row: Customer, kept: Kept, terms: Terms) -> str:
    customer_update(actor=actor, customer=row, **kept["before"])
    return gettext("It is as it was before.")


def _field_words(values: Mapping[str, Any]) -> str:
    return ", ".join(name.replace("_", " ") for name in values["fields"])


def _colleague_words(values: Mapping[str, Any]) -> str:
    names = dict(colleagues())
    return str(names.get(values["assigned_to"], "")) or gettext("nobody")


# --------------------------------------------------------------------------------------- deleting


def _delete(actor: Actor, row: Customer, terms: Terms) -> Done:
    customer_delete(actor=actor, customer=row, reason=terms.reason)
    return Done()


def _restore(actor: Actor, row: Customer, kept: Kept, terms: Terms) -> str:
    if row.deleted_at is None:
        raise RuleViolation("It is not deleted any more.")
    customer_restore(actor=actor, customer=row, reason=terms.reason)
    return gettext("The customer is back, as inactive.")


BULK_ACTS.fill(
    BulkAct(
        name="customers.tag_add",
        model=MODEL,
        label=_("Add tag"),
        permission=CHANGE,
        see=SEE,
        run=_add,
        rows=_rows,
        form=TagAddForm,
        title=lambda values: gettext("Add tag: %(tags)s") % {"tags": _tag_words(values)},
        refusals=_add_refusals,
        customer_of=lambda row: row.pk,
        undo=Undo(run=_take_again, explanation=_("Those who carried it before keep it.")),
    ),
    order=10,
)
BULK_ACTS.fill(
    BulkAct(
        name="customers.tag_remove",
        model=MODEL,
        label=_("Remove tag"),
        permission=CHANGE,
        see=SEE,
        run=_remove,
        rows=_rows,
        form=TagRemoveForm,
        title=lambda values: gettext("Remove tag: %(tags)s") % {"tags": _tag_words(values)},
        refusals=_remove_refusals,
        customer_of=lambda row: row.pk,
        undo=Undo(run=_give_again),
    ),
    order=10,
)
BULK_ACTS.fill(
    BulkAct(
        name="customers.assign",
        model=MODEL,
        label=_("Assign to a colleague"),
        permission=CHANGE,
        see=SEE,
        run=_changing(_assign_values),
        form=AssignForm,
        title=lambda values: (
            gettext("Assign to %(colleague)s") % {"colleague": _colleague_words(values)}
        ),
        refusals=_differing(_assign_values),
        customer_of=lambda row: row.pk,
        undo=Undo(run=_change_back, refusals=_changed_since),
    ),
    order=20,
)
BULK_ACTS.fill(
    BulkAct(
        name="customers.update",
        model=MODEL,
        label=_("Change fields"),
        permission=CHANGE,
        see=SEE,
        run=_changing(_update_values),
        title=lambda values: gettext("Change %(fields)s") % {"fields": _field_words(values)},
        refusals=_differing(_update_values),
        customer_of=lambda row: row.pk,
        undo=Undo(run=_change_back, refusals=_changed_since),
        in_lists=False,
    )
)
BULK_ACTS.fill(
    BulkAct(
        name="customers.delete",
        model=MODEL,
        label=_("Delete customers"),
        permission="customers:delete",
        see=SEE,
        run=_delete,
        refusals=_of_living(),
        customer_of=lambda row: row.pk,
        undo=Undo(
            run=_restore,
            explanation=_("The customers come back as inactive; their log-ins stay closed."),
        ),
        tone="danger",
        in_lists=False,
    )
)
