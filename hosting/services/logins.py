"""Ways into the control panel for those whose account it is."""

from django.db import transaction

from hosting.choices import AccountStatus
from hosting.errors import (
    AccountNotActive,
    AccountNotFound,
    NotOursOnTheServer,
    PanelHasNoLogin,
)
from hosting.models import HostingAccount
from hosting.providers.panels.base import Panel, PanelLogin
from hosting.selectors.accounts import has_login
from hosting.services.locks import check_own
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.providers import provider_for
from ispplatform.core.providers.exchanges import recorder_for
from ispplatform.core.subjects import subject_of


def account_login(*, actor: Actor, account: HostingAccount) -> PanelLogin:
    """Open a session in the account's control panel and return the way in, to be shown once.

    Asks the panel at once, so it takes up to 20 seconds; never call it inside a transaction.

    Args:
        account: with its server and connection.

    Raises:
        NotPermitted: no ``hosting:update``.
        AccountNotFound: it is another customer's.
        AccountNotActive: it is not there, or suspended.
        PanelHasNoLogin: customers have no pages on this panel.
        NotOursOnTheServer: the panel's account of this name is not the one that we made.
        ProviderUnavailable, ProviderRejected: the panel cannot or will not.
    """
    actor.require("hosting:update")
    check_own(actor, account.customer_id, AccountNotFound("There is no such hosting account."))
    if account.status != AccountStatus.ACTIVE:
        raise AccountNotActive(f"{account.unicode_domain} is not active on the server.")
    if not has_login(account):
        raise PanelHasNoLogin("This server has no control panel to open.")
    connection = account.server.connection
    panel: Panel = provider_for(connection, recorder=recorder_for(connection))
    found = panel.find_account(account.username)
    if found is None or found.reference != account.reference:
        raise NotOursOnTheServer("The server has another account under this name.")
    login = panel.login(account.username)
    with transaction.atomic():
        audit(
            "hosting.account_login",
            actor=actor,
            subject=subject_of(account),
            customer_id=account.customer_id,
        )
    return login
