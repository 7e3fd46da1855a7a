"""Laws of every table."""

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.db import connection, models

from ispplatform.core.tenancy.base import TenantModel

HOUSE = {name.rpartition(".")[2] for name in settings.HOUSE_APPS}

# Tables without an admin page of their own, each with where a person sees its rows instead.
SEEN_ELSEWHERE: dict[str, str] = {
    "accounts.AuthorizationCode": "it lives a minute; the log-in that came of it is shown",
    "accounts.ClientToken": "they live an hour; their client says when it was last used",
    "accounts.Avatar": "My account and the page Picture of a colleague show it",
    "accounts.TemporaryToken": "they live an hour at most; the trail has making and use of each",
    "accounts.PasskeyChallenge": "a question to a browser, good for five minutes",
    "accounts.SignOnRequest": "a browser on its way to a provider, good for ten minutes",
    "accounts.IdentityLink": "it stands on the page of its provider; the colleague's page ends it",
    "accounts.PasswordHistory": "hashes of old passwords: nobody looks at them",
    "accounts.SecondFactorDevice": "the account page says whether there is a second factor",
    "billing.CreditUse": "they stand on the page of the invoice that they paid",
    "billing.DocumentFile": "the link PDF of each document opens it",
    "billing.DocumentLine": "they stand on the page of their document",
    "billing.DocumentTax": "they stand on the page of their invoice",
    "billing.GatewayBooks": "the page of their connection shows how they compared",
    "billing.GatewayCustomer": "the page of each operation names it; nobody changes it",
    "billing.DunningStep": "they stand on the pages of their dunning and invoice",
    "billing.SuspensionPlan": "the page Unpaid invoices shows the one that waits",
    "billing.JournalLine": "they stand on the page of their entry",
    "billing.PaymentAllocation": "they stand on the pages of payment and invoice",
    "billing.ProForma": "its state stands on the page of its document",
    "billing.SandboxCard": "it stands with the charge on the page of the payment",
    "billing.SandboxCharge": "what the sandbox knows stands on the page of the payment",
    "billing.SandboxRefund": "they stand with the charge on the page of the payment",
    "billing.SkippedPeriod": "they stand on the page of their subscription",
    "billing.SubscriptionPeriod": "they stand on the page of their subscription",
    "core.BackupProof": "the page Backup shows them",
    "core.BrandLogo": "the page Logo shows the one that is used; documents show those before it",
    "core.BulkRow": "they stand on the page of their bulk act",
    "core.ExternalRef": "the API shows them with their row; other systems write and read them",
    "customers.Address": "they stand on the customer page",
    "customers.CustomerTag": "the customer page shows its tags",
    "core.Installation": "a banner on every page says when it must be confirmed",
    "core.OperationExchange": "they stand on the page of their operation",
    "core.ClockMove": "the page Sandbox shows the last one and what ran",
    "core.ClockStop": "they stand with their move",
    "core.SandboxFault": "the page Sandbox lists those that are still to come",
    "core.Lease": "the line of truth on the home page tells when each duty was done",
    "core.SearchTerm": "the search shows what they find; they say nothing by themselves",
    "core.SearchWalk": "what a walk mended stands under *Needs a person*",
    "core.SequenceCounter": "its number stands on each event",
    "provisioning.ServiceReason": "they stand on the page of their service",
    "provisioning.ServiceStep": "they stand on the page of their service",
    "hosting.HostingUsageDay": "they stand on the page of their account",
    "core.AuditSeal": "the check of the chain reads them",
    "core.AuditSealedEntry": "the check of the chain reads them",
    "core.AuditValues": "they stand on the page of their entry",
    "core.IdempotencyRecord": "it lives a day and repeats an answer that was given",
    "core.OperationSwitch": "the page Stop switch shows them all",
    "core.TenantHost": "they stand on the page of their company",
    "sales.Cart": "nobody's business until it is ordered",
    "sales.CartLine": "nobody's business until it is ordered",
    "sales.OrderAcceptance": "they stand on the page of their order",
    "sales.OrderHold": "they stand on the page of their order",
    "sales.OrderLine": "they stand on the page of their order",
    "domains.DelegationCheck": "it stands on the page of its name",
    "hosting.PasswordTicket": "nobody sees a password; one lives an hour at most",
}

# Unique over the whole installation, each with why that tells one company nothing of another.
UNIQUE_EVERYWHERE: dict[str, str] = {
    "accounts.ApiKey.digest": "a digest of 256 random bits never repeats",
}


def house_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model._meta.app_label in HOUSE]


@pytest.mark.parametrize("model", house_models(), ids=lambda model: model._meta.label)
def test_no_column_keeps_a_decimal_or_a_float(model):
    """SQLite keeps decimals as floats: money is a MoneyField, a rate a RateField."""
    inexact = [
        field.name
        for field in model._meta.local_fields
        if isinstance(field, models.DecimalField | models.FloatField)
    ]
    assert inexact == []


@pytest.mark.parametrize("model", house_models(), ids=lambda model: model._meta.label)
def test_a_row_names_itself(model):
    assert model.__str__ is not models.Model.__str__


@pytest.mark.parametrize(
    "model",
    [model for model in house_models() if issubclass(model, TenantModel)],
    ids=lambda model: model._meta.label,
)
def test_unique_constraints_of_tenant_rows_include_the_tenant(model):
    """Else one company could learn what another has from a refusal."""
    references = {
        field.name
        for field in model._meta.local_fields
        if isinstance(field.related_model, type) and issubclass(field.related_model, TenantModel)
    }
    loose = [
        constraint.name
        for constraint in model._meta.constraints
        if isinstance(constraint, models.UniqueConstraint)
        and "tenant" not in constraint.fields
        and not references & set(constraint.fields)
    ]
    loose += [
        field.name
        for field in model._meta.local_fields
        if field.unique
        and not field.primary_key
        and not field.is_relation
        and f"{model._meta.label}.{field.name}" not in UNIQUE_EVERYWHERE
    ]
    assert loose == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "model",
    [model for model in house_models() if issubclass(model, TenantModel)],
    ids=lambda model: model._meta.label,
)
def test_no_index_of_tenant_rows_stands_on_the_tenant_alone(model):
    """It finds all rows of the company, and a planner may take it for as good as any (ADR 38)."""
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, model._meta.db_table)
    alone = {
        name
        for name, part in found.items()
        if part["columns"] == ["tenant_id"] and (part["index"] or part["unique"])
    }
    partial = {
        declared.name
        for declared in (*model._meta.indexes, *model._meta.constraints)
        if getattr(declared, "condition", None) is not None
    }
    assert alone - partial == set()


def test_every_table_has_a_page_in_the_admin():
    unseen = {
        model._meta.label
        for model in house_models()
        if not admin.site.is_registered(model) and model._meta.label not in SEEN_ELSEWHERE
    }
    assert unseen == set()


def test_no_table_is_listed_as_seen_elsewhere_without_need():
    known = {model._meta.label for model in house_models()}
    assert set(SEEN_ELSEWHERE) <= known
    assert not {
        label for label in SEEN_ELSEWHERE if admin.site.is_registered(apps.get_model(label))
    }
