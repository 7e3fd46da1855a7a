"""What hosting and mail show in the back office beside their own pages."""

from collections.abc import Iterable

from django.db.models import Q
from django.urls import reverse

from hosting.models import HostingAccount, Mailbox
from ispplatform.core.admin.search import SearchHit


def find_accounts(term: str, limit: int) -> Iterable[SearchHit]:
    """Find hosting accounts by user name or domain."""
    wanted = term.lower()
    rows = HostingAccount.objects.filter(
        Q(username=wanted) | Q(domain__startswith=wanted) | Q(unicode_domain__istartswith=term)
    ).select_related("customer")
    for row in rows.order_by("-pk")[:limit]:
        yield SearchHit(
            title=f"{row.unicode_domain} ({row.username})",
            detail=row.customer.display_name,
            url=reverse("admin:hosting_hostingaccount_change", args=[row.pk]),
            is_exact=row.username == wanted,
        )


def find_mailboxes(term: str, limit: int) -> Iterable[SearchHit]:
    """Find mailboxes by address."""
    wanted = term.lower()
    rows = Mailbox.objects.filter(address__startswith=wanted)
    for row in rows.select_related("mail_domain__customer").order_by("-pk")[:limit]:
        yield SearchHit(
            title=row.address,
            detail=row.mail_domain.customer.display_name,
            url=reverse("admin:hosting_mailbox_change", args=[row.pk]),
            is_exact=row.address == wanted,
        )
