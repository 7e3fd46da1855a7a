"""How hosting accounts and mailboxes are found."""

from collections.abc import Collection, Iterator
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from hosting.models import HostingAccount, Mailbox
from ispplatform.core.pages.statuses import status_words
from ispplatform.core.search import Found, SearchFeed, SearchKind, feed_search, search_kinds
from ispplatform.core.search.terms import NAME, emails, hosts, numbers, together


def _accounts_shown(ids: Collection[UUID]) -> Iterator[Found]:
    for row in HostingAccount.objects.filter(pk__in=ids).select_related("customer"):
        yield Found(
            id=row.pk,
            title=str(row),
            owner=row.customer.display_name,
            status=status_words("hosting.account", row.status),
            url=reverse("admin:hosting_hostingaccount_change", args=[row.pk]),
        )


def _mailboxes_shown(ids: Collection[UUID]) -> Iterator[Found]:
    for row in Mailbox.objects.filter(pk__in=ids).select_related("mail_domain__customer"):
        yield Found(
            id=row.pk,
            title=row.shown_address,
            owner=row.mail_domain.customer.display_name,
            status=status_words("hosting.mailbox", row.status),
            url=reverse("admin:hosting_mailbox_change", args=[row.pk]),
        )


search_kinds.fill(
    SearchKind(
        key="hosting",
        label=_("Hosting accounts"),
        icon="server",
        permission="hosting:read",
        show=_accounts_shown,
    ),
    order=40,
)
search_kinds.fill(
    SearchKind(
        key="mailboxes",
        label=_("Mailboxes"),
        icon="mail",
        permission="mailboxes:read",
        show=_mailboxes_shown,
    ),
    order=41,
)
feed_search(
    SearchFeed(
        kind="hosting",
        model=HostingAccount,
        fields=("username", "domain", "unicode_domain"),
        terms=lambda row: together(
            numbers(row.username), hosts(row.domain, row.unicode_domain, rank=NAME)
        ),
    )
)
feed_search(
    SearchFeed(
        kind="mailboxes",
        model=Mailbox,
        fields=("address",),
        terms=lambda row: emails(row.address),
    )
)
