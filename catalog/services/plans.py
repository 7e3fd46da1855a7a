"""Making and changing plans."""

import re
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from catalog.choices import DomainOffer, PlanType
from catalog.errors import PlanCodeTaken
from catalog.events import PlanCreated, PlanUpdated
from catalog.models import Plan
from catalog.rules.tlds import tld_cleaned
from catalog.slots import plan_parameters
from customers.choices import CustomerType
from ispplatform.core.actors import Actor
from ispplatform.core.api.versions import check_version
from ispplatform.core.audit import audit
from ispplatform.core.errors import InvalidInput, RuleViolation
from ispplatform.core.events import publish
from ispplatform.core.subjects import subject_of

FIELDS = frozenset(
    {
        "code",
        "name",
        "description",
        "features",
        "type",
        "tld",
        "parameters",
        "domain_offers",
        "customer_type",
        "is_public",
        "is_active",
        "sort_order",
    }
)
# What a caller demands of the row it changes: a version, some, or nothing.
Expected = int | frozenset[int] | None

FEATURES = 20
FEATURE_CHARACTERS = 120
PARAMETERS = 50
_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")


def plan_create(*, actor: Actor, code: str, name: str, type: str, **fields: Any) -> Plan:
    """Put a plan into the catalogue; without a price nobody can buy it yet.

    Args:
        code: lower-case letters, digits, dash and underscore; unique in the catalogue.
        type: a ``PlanType``.
        fields: any of ``FIELDS``.

    Raises:
        NotPermitted.
        InvalidInput: a value cannot be kept, or its provisioner cannot use the parameters.
        PlanCodeTaken: there is a plan of this code; ``existing_id`` names it.
        RuleViolation: another plan for sale covers the same ending.
    """
    actor.require("plans:create")
    values = _cleaned({"code": code, "name": name, "type": type, **fields})
    plan = Plan(**values)
    _refuse_unfit(plan)
    with transaction.atomic():
        _save(plan)
        audit("catalog.plan_create", actor=actor, subject=subject_of(plan), after=values)
        publish(
            PlanCreated(plan_id=plan.pk, code=plan.code, type=plan.type), subject=subject_of(plan)
        )
    return plan


def plan_update(*, actor: Actor, plan: Plan, expected: Expected = None, **changes: Any) -> Plan:
    """Change what ``changes`` name (any of ``FIELDS`` but ``type``); services sold stay as sold.

    Raises:
        NotPermitted, InvalidInput, PlanCodeTaken, RuleViolation.
        StaleObject: the plan is not as ``expected`` says (see ``check_version``).
    """
    actor.require("plans:update")
    values = _cleaned(changes)
    with transaction.atomic():
        row = Plan.objects.select_for_update().get(pk=plan.pk)
        check_version(row, expected)
        if values.get("type", row.type) != row.type:
            raise RuleViolation("A plan keeps its type: make another plan.", field="type")
        before = {name: getattr(row, name) for name in values if getattr(row, name) != values[name]}
        if not before:
            return row
        for name, value in values.items():
            setattr(row, name, value)
        _refuse_unfit(row)
        _save(row)
        after = {name: values[name] for name in before}
        audit(
            "catalog.plan_update",
            actor=actor,
            subject=subject_of(row),
            before=before,
            after=after,
        )
        publish(
            PlanUpdated(plan_id=row.pk, code=row.code, changed=sorted(after)),
            subject=subject_of(row),
        )
    return row


def _save(plan: Plan) -> None:
    try:
        with transaction.atomic():
            plan.save()
    except IntegrityError as exc:
        others = Plan.objects.exclude(pk=plan.pk)
        if taken := others.filter(code=plan.code).first():
            raise PlanCodeTaken(
                f"There is a plan {plan.code} already.", field="code", existing_id=taken.pk
            ) from exc
        if plan.tld and others.filter(tld=plan.tld, is_active=True, is_public=True).exists():
            raise RuleViolation(
                f"Another plan for sale covers .{plan.tld}: take that one out of the shop first.",
                field="tld",
            ) from exc
        raise


def _cleaned(fields: Mapping[str, Any]) -> dict[str, Any]:
    if unknown := sorted(set(fields) - FIELDS):
        raise TypeError(f"A plan has no {unknown[0]}.")
    values = dict(fields)
    if "code" in values and not _CODE.fullmatch(values["code"]):
        raise InvalidInput("Use lower-case letters, digits, dash, underscore.", field="code")
    if "name" in values:
        values["name"] = _text(values["name"], field="name", limit=120)
        if not values["name"]:
            raise InvalidInput("A plan needs a name.", field="name")
    if "description" in values:
        values["description"] = values["description"].strip()
        if len(values["description"]) > 2000:
            raise InvalidInput("At most 2000 characters fit here.", field="description")
    if values.get("tld"):
        try:
            values["tld"] = tld_cleaned(values["tld"])
        except ValueError as exc:
            raise InvalidInput(str(exc), field="tld") from exc
    _refuse_choice(values, "type", PlanType.values)
    _refuse_choice(values, "customer_type", ["", *CustomerType.values])
    if "features" in values:
        values["features"] = _features(values["features"])
    if "domain_offers" in values:
        values["domain_offers"] = _domain_offers(values["domain_offers"])
    if not 0 <= values.get("sort_order", 0) <= 32_000:
        raise InvalidInput("Use 0 to 32000.", field="sort_order")
    return values


def _refuse_unfit(plan: Plan) -> None:
    """Refuse what is wrong only with regard to the plan's type."""
    if plan.type == PlanType.DOMAIN and not plan.tld:
        raise InvalidInput("A domain plan names its ending.", field="tld")
    if plan.type != PlanType.DOMAIN and plan.tld:
        raise InvalidInput("Only a domain plan has an ending.", field="tld")
    if not isinstance(plan.parameters, dict) or len(plan.parameters) > PARAMETERS:
        raise InvalidInput(
            f"Parameters are an object of at most {PARAMETERS} names.", field="parameters"
        )
    known = plan_parameters.get(plan.type)
    if known is not None and (refusal := known.check(plan.parameters)):
        raise InvalidInput(refusal, field="parameters")


def _refuse_choice(values: Mapping[str, Any], field: str, choices: list[str]) -> None:
    if field in values and values[field] not in choices:
        named = ", ".join(choice for choice in choices if choice)
        raise InvalidInput(f"Choose one of {named}.", field=field)


def _features(values: list[str]) -> list[str]:
    if len(values) > FEATURES:
        raise InvalidInput(f"At most {FEATURES} features are listed.", field="features")
    texts = [_text(value, field="features", limit=FEATURE_CHARACTERS) for value in values]
    return [text for text in texts if text]


def _domain_offers(values: list[str]) -> list[str]:
    if unknown := sorted(set(values) - set(DomainOffer.values)):
        raise InvalidInput(f"{unknown[0]} is no way to a domain.", field="domain_offers")
    return [offer for offer in DomainOffer.values if offer in values]


def _text(value: str, *, field: str, limit: int) -> str:
    text = " ".join(value.split())
    if len(text) > limit:
        raise InvalidInput(f"At most {limit} characters fit here.", field=field)
    return text
