"""How customers are found: by what they, their contacts and their log-ins are called."""

from collections.abc import Collection, Iterable, Iterator
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import PortalAccount
from customers.models import Contact, Customer
from ispplatform.core.pages.statuses import status_words
from ispplatform.core.search import Found, SearchFeed, SearchKind, feed_search, search_kinds
from ispplatform.core.search.terms import Term, emails, names, numbers, phones, together

KIND = "customers"


def _shown(ids: Collection[UUID]) -> Iterator[Found]:
    for row in Customer.objects.not_deleted().filter(pk__in=ids):
        yield Found(
            id=row.pk,
            title=row.display_name,
            detail=f"{row.customer_number} · {row.email}",
            status=status_words("customers.customer", row.status),
            url=reverse("admin:customers_customer_change", args=[row.pk]),
        )


def _terms(row: Customer) -> Iterable[Term]:
    return together(
        numbers(row.customer_number),
        names(row.company_name, f"{row.first_name} {row.last_name}", row.last_name),
        emails(row.email),
        phones(row.phone),
        numbers(row.vat_number),
    )


def _contact_terms(row: Contact) -> Iterable[Term]:
    return together(names(row.name), emails(row.email), phones(row.phone))


search_kinds.fill(
    SearchKind(
        key=KIND,
        label=_("Customers"),
        icon="user-round",
        permission="customers:read",
        show=_shown,
    ),
    order=10,
)
feed_search(
    SearchFeed(
        kind=KIND,
        model=Customer,
        fields=(
            "customer_number",
            "company_name",
            "first_name",
            "last_name",
            "email",
            "phone",
            "vat_number",
        ),
        terms=_terms,
    )
)
feed_search(
    SearchFeed(
        kind=KIND,
        model=Contact,
        fields=("name", "email", "phone"),
        subject="customer_id",
        permission="contacts:read",
        terms=_contact_terms,
    )
)
feed_search(
    SearchFeed(
        kind=KIND,
        model=PortalAccount,
        fields=("portal_id",),
        subject="customer_id",
        terms=lambda row: numbers(row.portal_id),
    )
)
