"""What the portal's home page shows of names."""

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from domains.models import Domain
from domains.selectors.domains import domains_expiring_soon
from ispplatform.core.actors import Actor
from ispplatform.core.models import Tenant
from ispplatform.core.pages.formats import date_text, format_locale
from ispplatform.core.pages.home import HomeContent, NextStep, Urgency

ROWS = 5


def domains_part(tenant: Tenant, actor: Actor) -> HomeContent:
    """Return the customer's names that expire soon, the nearest on top."""
    customer_id = actor.customer_id
    if customer_id is None:
        return HomeContent(values={})
    rows = list(domains_expiring_soon(tenant).of_customer(customer_id)[:ROWS])
    if not rows:
        return HomeContent(values={})
    values = {
        "domains": rows,
        "more_url": reverse("domains:domains"),
        "more_label": _("All domains"),
    }
    running_out = [row for row in rows if not row.auto_renew]
    return HomeContent(values=values, steps=[_step(row, tenant) for row in running_out[:1]])


def _step(domain: Domain, tenant: Tenant) -> NextStep:
    locale = format_locale(get_language() or "en", tenant.country)
    day = date_text(domain.expires_at, locale) if domain.expires_at else ""
    facts = {"name": domain.unicode_name, "day": day}
    return NextStep(
        urgency=Urgency.EXPIRING,
        title=_("%(name)s runs out on %(day)s.") % facts,
        text=_("It is not renewed by itself. Afterwards others may register it."),
        label=_("Decide about the renewal"),
        url=reverse("domains:domain", args=[domain.pk]),
        tone="warn",
    )
