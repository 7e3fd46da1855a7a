"""Names and holders."""

from collections.abc import Mapping
from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from domains.choices import DomainStatus, ServerState
from domains.findings import finding_sentences
from domains.models import DelegationCheck, DnsZone, Domain, RegistrantContact
from domains.models.querysets import DomainQuerySet
from domains.selectors.domains import domains_expiring_soon, domains_expiring_unpaid
from domains.services.delegation import delegation_check_start, elsewhere_check
from domains.services.registration import read_back_start
from domains.services.renewal import domain_renew
from domains.services.settings import (
    domain_accept_name_servers,
    domain_set_auto_renew,
    domain_set_lock,
    domain_set_name_servers,
)
from ispplatform.core.actors import Actor
from ispplatform.core.admin.acts import Act
from ispplatform.core.admin.base import ReadOnlyInline, ReadOnlyTenantAdmin
from ispplatform.core.admin.columns import age_column, day_column, status_column
from ispplatform.core.admin.requests import tenant_of
from ispplatform.core.ids import uuid7
from ispplatform.core.pages.formats import date_text, format_locale

HELD = (DomainStatus.ACTIVE, DomainStatus.EXPIRED)
Values = Mapping[str, Any]


class ExpiringFilter(admin.SimpleListFilter):
    """Shows the names that the home page counts."""

    title = _("expires soon")
    parameter_name = "expiring"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return which of them can be shown."""
        return [("soon", _("Soon")), ("unpaid", _("Soon, and not paid"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Domain]) -> QuerySet[Domain]:
        """Return the names that are chosen."""
        tenant = tenant_of(request)
        if self.value() is None or tenant is None:
            return queryset
        rows = cast("DomainQuerySet", queryset)
        if self.value() == "unpaid":
            return domains_expiring_unpaid(tenant, among=rows)
        return domains_expiring_soon(tenant, among=rows)


class RenewForm(forms.Form):
    """Asks for how long."""

    years = forms.IntegerField(label=_("Years"), min_value=1, max_value=10, initial=1)


class NameServersForm(forms.Form):
    """Asks for the name servers."""

    name_servers = forms.CharField(
        label=_("Name servers, one a line"), widget=forms.Textarea, max_length=3500
    )


def _renew(actor: Actor, row: Domain, values: Values) -> str:
    domain_renew(actor=actor, domain=row, years=values["years"], key=f"staff:{uuid7()}")
    return gettext("The renewal is on its way.")


def _read_back(actor: Actor, row: Domain, values: Values) -> str:
    with transaction.atomic():
        read_back_start(row, actor=actor)
    return gettext("The registrar is being asked.")


def _let_run_out(actor: Actor, row: Domain, values: Values) -> str:
    domain_set_auto_renew(actor=actor, domain=row, enabled=False)
    return gettext("It runs out on the day that its registrar names.")


def _renew_by_itself(actor: Actor, row: Domain, values: Values) -> str:
    domain_set_auto_renew(actor=actor, domain=row, enabled=True)
    return gettext("It is renewed in time from now on.")


def _lock(actor: Actor, row: Domain, values: Values) -> str:
    domain_set_lock(actor=actor, domain=row, locked=True)
    return gettext("The registrar is being told.")


def _unlock(actor: Actor, row: Domain, values: Values) -> str:
    domain_set_lock(actor=actor, domain=row, locked=False)
    return gettext("The registrar is being told.")


def _name_servers(actor: Actor, row: Domain, values: Values) -> str:
    hosts = values["name_servers"].split()
    domain_set_name_servers(actor=actor, domain=row, name_servers=hosts)
    return gettext("The registrar is being told.")


def _leads_elsewhere(row: Domain) -> bool:
    return row.status in HELD and elsewhere_check(row) is not None


def _decision_form(row: Domain) -> type[forms.Form]:
    """Return the question about a name that leads elsewhere, with both sets of name servers."""
    check = elsewhere_check(row)
    found = check.leads_to if check is not None else []
    words = gettext("Ours, set them again: %(hosts)s") % {"hosts": ", ".join(row.name_servers)}
    choices = [("again", words)]
    if len(found) > 1:
        words = gettext("These, the customer wants it so: %(hosts)s") % {"hosts": ", ".join(found)}
        choices.append(("accept", words))

    class DecisionForm(forms.Form):
        """Asks which name servers are the right ones."""

        decision = forms.ChoiceField(
            label=_("Which name servers are right?"),
            choices=choices,
            initial="again",
            widget=forms.RadioSelect,
        )

    return DecisionForm


def _decide(actor: Actor, row: Domain, values: Values) -> str:
    if values["decision"] == "accept":
        domain_accept_name_servers(actor=actor, domain=row)
        return gettext("They are its name servers now. Nothing was changed at the registrar.")
    domain_set_name_servers(actor=actor, domain=row, name_servers=row.name_servers)
    return gettext("The registrar is being told.")


def _look(actor: Actor, row: Domain, values: Values) -> str:
    delegation_check_start(actor=actor, domain=row)
    return gettext("The DNS is being asked. Load the page again in a moment.")


class DelegationInline(ReadOnlyInline):
    """What the world was last found to see."""

    model = DelegationCheck
    verbose_name_plural = _("Look from outside")
    fields = ("found", "leads", "answers", "checked_at")
    readonly_fields = fields
    ordering = ("-id",)

    @admin.display(description=_("found"))
    def found(self, row: DelegationCheck) -> str:
        """Return what is not as it should be."""
        return " ".join(finding_sentences(row.findings)) or "–"

    @admin.display(description=_("leads to"))
    def leads(self, row: DelegationCheck) -> str:
        """Return the name servers that the registry leads to."""
        return ", ".join(row.leads_to) or "–"

    @admin.display(description=_("name servers"))
    def answers(self, row: DelegationCheck) -> str:
        """Return each server with its serial."""
        return "; ".join(
            f"{one['host']} {one['address']} {one['serial'] or ServerState(one['state']).label}"
            for one in row.servers
        )


class ZoneInline(ReadOnlyInline):
    """The zone of the name."""

    model = DnsZone
    verbose_name_plural = _("DNS zone")
    fields = ("unicode_name", "status", "version", "pushed_version", "trouble")
    readonly_fields = fields
    ordering = ("-id",)
    show_change_link = True


@admin.register(Domain)
class DomainAdmin(ReadOnlyTenantAdmin):
    """Names: what the registrar said, and what staff can have it do."""

    nothing_yet = _("Names stand here as soon as they are ordered or taken over.")
    permission_resource = "domains"
    since_fields: ClassVar[Mapping[str, str]] = {
        DomainStatus.ACTIVE: "registered_at",
        DomainStatus.EXPIRED: "expires_at",
        DomainStatus.PENDING: "created_at",
    }
    acts = (
        Act(
            name="read-back",
            label=_("Ask the registrar"),
            permission="domains:update",
            run=_read_back,
            tone="main",
            applies=lambda row: row.status in HELD,
        ),
        Act(
            name="leads-elsewhere",
            label=_("Decide about its name servers"),
            permission="domains:update",
            run=_decide,
            form_for=_decision_form,
            explanation=_("The registry leads this name to other name servers than it should."),
            tone="main",
            applies=_leads_elsewhere,
        ),
        Act(
            name="look",
            label=_("Look from outside"),
            permission="domains:read",
            run=_look,
            applies=lambda row: row.status in HELD,
        ),
        Act(
            name="renew",
            label=_("Renew now"),
            permission="domains:renew",
            run=_renew,
            form=RenewForm,
            explanation=_("The registrar charges us at once, whatever the customer has paid."),
            applies=lambda row: row.status in HELD,
        ),
        Act(
            name="let-run-out",
            label=_("Let it run out"),
            permission="domains:update",
            run=_let_run_out,
            explanation=_("It is not renewed, and the customer gets no further invoice for it."),
            applies=lambda row: row.status in HELD and row.auto_renew,
        ),
        Act(
            name="renew-by-itself",
            label=_("Renew it by itself"),
            permission="domains:update",
            run=_renew_by_itself,
            explanation=_("The platform renews it in time, once the customer has paid."),
            applies=lambda row: row.status in HELD and not row.auto_renew,
        ),
        Act(
            name="lock",
            label=_("Lock"),
            permission="domains:update",
            run=_lock,
            explanation=_("Nobody can move the name to another registrar then."),
            applies=lambda row: row.status in HELD and not row.is_locked,
        ),
        Act(
            name="unlock",
            label=_("Unlock"),
            permission="domains:update",
            run=_unlock,
            explanation=_("Whoever knows the transfer code can move the name away then."),
            applies=lambda row: row.status in HELD and row.is_locked,
        ),
        Act(
            name="name-servers",
            label=_("Set name servers"),
            permission="domains:update",
            run=_name_servers,
            form=NameServersForm,
            initial=lambda row: {"name_servers": "\n".join(row.name_servers)},
            applies=lambda row: row.status in HELD,
        ),
    )
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "registered_at",
                    "expires_at",
                    "auto_renew",
                    "is_locked",
                    "name_servers",
                    "drift",
                )
            },
        ),
        (
            _("At the registrar"),
            {"fields": ("connection", "registrant", "statuses", "reference", "read_at")},
        ),
        (_("What it hangs on"), {"fields": ("service", "name", "years", "created_at")}),
    )
    inlines = (DelegationInline, ZoneInline)
    list_display = (
        "unicode_name",
        "customer",
        status_column("status", "domains.domain", label=_("status")),
        day_column("expires_at", label=_("expires")),
        "auto_renew",
        "connection",
    )
    list_display_links = ("unicode_name",)
    list_filter: ClassVar[Any] = ("status", ExpiringFilter, "auto_renew", "tld")
    list_select_related = ("customer", "connection")
    search_fields = ("name", "unicode_name", "=customer__customer_number")
    searched_by: ClassVar[Any] = {"domains": "pk", "customers": "customer_id"}
    ordering = ("-id",)

    def next_of(self, row: Domain) -> list[str]:
        if row.status != DomainStatus.ACTIVE or row.auto_renew or row.expires_at is None:
            return super().next_of(row)
        day = date_text(row.expires_at, format_locale(get_language() or "en"))
        return [gettext("It is not renewed: it runs out on %(day)s.") % {"day": day}]


@admin.register(RegistrantContact)
class RegistrantContactAdmin(ReadOnlyTenantAdmin):
    """Holders of names."""

    nothing_yet = _("Who holds which name, as the registry is told, stands here.")
    permission_resource = "domains"
    list_display = (
        "__str__",
        "customer",
        "email",
        "country",
        age_column("created_at", label=_("since")),
    )
    list_select_related = ("customer",)
    search_fields = ("company_name", "last_name", "email", "=customer__customer_number")
    searched_by: ClassVar[Any] = {"customers": "customer_id"}
    ordering = ("-id",)
