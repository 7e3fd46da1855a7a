"""Tags, and which customers carry them."""

import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from customers.errors import TagTaken
from customers.models import Customer, CustomerTag, Tag
from customers.models.tags import DEFAULT_COLOR
from customers.rules.names import folded
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.errors import InvalidInput
from ispplatform.core.subjects import subject_of

TAGS_PER_CUSTOMER = 50
NAME_CHARACTERS = 40
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_UUID = re.compile(r"[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}", re.IGNORECASE)


def tag_create(*, actor: Actor, name: str, color: str = DEFAULT_COLOR) -> Tag:
    """Make a tag.

    Raises:
        NotPermitted.
        InvalidInput: the name or the colour is malformed.
        TagTaken: there is one of this name; ``existing_id`` names it.
    """
    actor.require("customers:update")
    name, color = _name(name), _color(color)
    with transaction.atomic():
        _refuse_taken(name)
        try:
            with transaction.atomic():
                tag = Tag.objects.create(name=name, folded_name=folded(name), color=color)
        except IntegrityError:
            _refuse_taken(name)
            raise
        after = {"name": name, "color": color}
        audit("customers.tag_create", actor=actor, subject=subject_of(tag), after=after)
    return tag


def tag_update(*, actor: Actor, tag: Tag, name: str = "", color: str = "") -> Tag:
    """Change a tag's name or colour; empty leaves it as it is.

    Raises:
        NotPermitted, InvalidInput, TagTaken.
    """
    actor.require("customers:update")
    before = {"name": tag.name, "color": tag.color}
    after = {
        "name": _name(name) if name else tag.name,
        "color": _color(color) if color else tag.color,
    }
    with transaction.atomic():
        _refuse_taken(after["name"], but=tag.pk)
        Tag.objects.filter(pk=tag.pk).update(**after, folded_name=folded(after["name"]))
        audit(
            "customers.tag_update",
            actor=actor,
            subject=subject_of(tag),
            before=before,
            after=after,
        )
    tag.refresh_from_db()
    return tag


def tag_delete(*, actor: Actor, tag: Tag) -> None:
    """Remove a tag from everywhere.

    Raises:
        NotPermitted.
    """
    actor.require("customers:update")
    with transaction.atomic():
        carried = CustomerTag.objects.filter(tag=tag).count()
        before = {"name": tag.name, "color": tag.color, "customers": carried}
        audit("customers.tag_delete", actor=actor, subject=subject_of(tag), before=before)
        tag.delete()


def tags_write(
    customer: Customer, *, actor: Actor, tags: Sequence[str | UUID]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Make ``tags`` (names or ids) the tags of the customer; a new name makes a new tag.

    Returns:
        The names before and after; both empty when nothing changed.

    Raises:
        InvalidInput: an id is unknown, a name is malformed, or there are more than 50.
    """
    if len(tags) > TAGS_PER_CUSTOMER:
        raise InvalidInput(f"A customer carries at most {TAGS_PER_CUSTOMER} tags.", field="tags")
    wanted = {tag.pk: tag for tag in (_resolved(one, actor) for one in tags)}
    carried = {row.tag_id: row for row in customer.customer_tags.select_related("tag")}
    if set(wanted) == set(carried):
        return {}, {}
    customer.customer_tags.filter(tag_id__in=set(carried) - set(wanted)).delete()
    CustomerTag.objects.bulk_create(
        [
            CustomerTag(customer=customer, tag=wanted[pk])
            for pk in sorted(set(wanted) - set(carried))
        ]
    )
    before = sorted(row.tag.name for row in carried.values())
    return {"tags": before}, {"tags": sorted(tag.name for tag in wanted.values())}


def tags_found(names_or_ids: Sequence[str | UUID]) -> list[Tag]:
    """Return the tags that there are among these names and ids."""
    ids = [one for one in names_or_ids if isinstance(one, UUID) or _UUID.fullmatch(one)]
    names = [folded(one) for one in names_or_ids if one not in ids and isinstance(one, str)]
    return list(Tag.objects.filter(Q(pk__in=ids) | Q(folded_name__in=names)))


def _resolved(name_or_id: str | UUID, actor: Actor) -> Tag:
    if isinstance(name_or_id, UUID) or _UUID.fullmatch(name_or_id):
        tag = Tag.objects.filter(pk=name_or_id).first()
        if tag is None:
            raise InvalidInput("There is no tag with this id.", field="tags")
        return tag
    tag = Tag.objects.filter(folded_name=folded(name_or_id)).first()
    return tag or tag_create(actor=actor, name=name_or_id)


def _name(value: str) -> str:
    name = " ".join(value.split())
    if not name or len(name) > NAME_CHARACTERS or _UUID.fullmatch(name):
        raise InvalidInput(f"A tag is a word of 1 to {NAME_CHARACTERS} characters.", field="name")
    return name


def _color(value: str) -> str:
    if not _COLOR.fullmatch(value):
        raise InvalidInput("Write a colour like #1d4ed8.", field="color")
    return value.lower()


def _refuse_taken(name: str, *, but: UUID | None = None) -> None:
    taken = Tag.objects.filter(folded_name=folded(name)).exclude(pk=but).first()
    if taken is not None:
        raise TagTaken(f"There is a tag {taken.name} already.", field="name", existing_id=taken.pk)
