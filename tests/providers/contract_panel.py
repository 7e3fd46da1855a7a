"""What every hosting panel back end must do. A test module makes a fixture ``panel``."""

from dataclasses import replace

import pytest

from hosting.providers.panels.base import AccountOrder, MailboxOrder, Panel
from ispplatform.core.errors import ProviderRejected
from ispplatform.core.providers.registry import shortcomings_of

FIRST_PASSWORD = "Quiet-river-7-lamps"
NEW_PASSWORD = "Loud-mountain-9-boats"
MEGABYTE = 1024 * 1024


class PanelContract:
    """The facts that hold of every panel."""

    package = "starter"
    other_package = "business"
    domain = "contract.example"
    other_domain = "contract-other.example"

    @pytest.fixture
    def panel(self) -> Panel:
        """The back end under test; a subclass overrides this."""
        raise TypeError("The suite's user makes the panel.")

    def order(self, **values: str) -> AccountOrder:
        """An order for an account."""
        given = {
            "username": "contra01",
            "domain": self.domain,
            "package": self.package,
            "contact_email": "ada@customer.example",
            "owner_mark": "mark-1",
            "password": FIRST_PASSWORD,
        }
        return AccountOrder(**{**given, **values})

    def mailbox(self, local_part: str = "info") -> MailboxOrder:
        """An order for a mailbox."""
        return MailboxOrder(
            username="contra01",
            address=f"{local_part}@{self.domain}",
            quota_bytes=500 * MEGABYTE,
            password=FIRST_PASSWORD,
        )

    def test_it_has_every_method_of_the_protocol(self, panel: Panel):
        assert shortcomings_of(type(panel), Panel) == []

    def test_the_probe_names_the_account(self, panel: Panel):
        assert panel.probe().account

    def test_packages_are_named(self, panel: Panel):
        assert {self.package, self.other_package} <= set(panel.packages())

    def test_a_created_account_is_found_as_it_was_ordered(self, panel: Panel):
        assert panel.find_account("contra01") is None

        made = panel.create_account(self.order())

        assert panel.find_account("contra01") == made
        assert (made.username, made.domain) == ("contra01", self.domain)
        assert made.package.endswith(self.package)
        assert made.owner_mark in {"", "mark-1"}
        assert made.is_suspended is False

    @pytest.mark.parametrize(
        "values",
        [{"domain": "another.example"}, {"username": "contra02"}],
        ids=["user name taken", "domain taken"],
    )
    def test_names_are_given_once(self, panel: Panel, values: dict[str, str]):
        panel.create_account(self.order())
        with pytest.raises(ProviderRejected):
            panel.create_account(replace(self.order(), owner_mark="mark-2", **values))

        assert panel.find_account("contra01").domain == self.domain
        assert panel.find_account("contra02") is None

    def test_an_unknown_package_is_refused(self, panel: Panel):
        with pytest.raises(ProviderRejected):
            panel.create_account(self.order(package="no-such-package"))

        assert panel.find_account("contra01") is None

    def test_suspending_and_resuming_may_be_repeated(self, panel: Panel):
        panel.create_account(self.order())
        for _ in range(2):
            panel.suspend_account("contra01", "unpaid")
        assert panel.find_account("contra01").is_suspended is True
        for _ in range(2):
            panel.resume_account("contra01")
        assert panel.find_account("contra01").is_suspended is False

    def test_a_package_is_changed(self, panel: Panel):
        panel.create_account(self.order())
        before = panel.find_account("contra01")

        panel.change_package("contra01", self.other_package)

        after = panel.find_account("contra01")
        assert after.package.endswith(self.other_package)
        assert after.disk_limit_bytes != before.disk_limit_bytes
        with pytest.raises(ProviderRejected):
            panel.change_package("contra01", "no-such-package")

    def test_a_way_in_is_given_where_there_are_pages(self, panel: Panel):
        panel.create_account(self.order())
        if panel.has_logins:
            assert panel.login("contra01").url.startswith("https://")
            panel.suspend_account("contra01", "unpaid")
        with pytest.raises(ProviderRejected):
            panel.login("contra01")
        with pytest.raises(ProviderRejected):
            panel.login("nobody99")

    def test_mailboxes_are_made_counted_changed_and_deleted(self, panel: Panel):
        panel.create_account(self.order())
        address = f"info@{self.domain}"
        assert panel.find_mailbox("contra01", address) is None

        panel.create_mailbox(self.mailbox())
        with pytest.raises(ProviderRejected):
            panel.create_mailbox(self.mailbox())

        assert panel.find_mailbox("contra01", address).quota_bytes == 500 * MEGABYTE
        assert panel.usage("contra01").mailboxes_count == 1
        panel.set_mailbox_quota("contra01", address, 800 * MEGABYTE)
        panel.set_mailbox_password("contra01", address, NEW_PASSWORD)
        panel.set_mailbox_suspended("contra01", address, suspended=True)
        found = panel.find_mailbox("contra01", address)
        assert (found.quota_bytes, found.is_suspended) == (800 * MEGABYTE, True)
        panel.set_mailbox_suspended("contra01", address, suspended=False)
        assert panel.find_mailbox("contra01", address).is_suspended is False
        for _ in range(2):
            panel.delete_mailbox("contra01", address)
        assert panel.find_mailbox("contra01", address) is None

    def test_a_size_between_two_megabytes_is_rounded_up_at_most(self, panel: Panel):
        panel.create_account(self.order())
        wanted = 500 * MEGABYTE + 1

        panel.create_mailbox(replace(self.mailbox(), quota_bytes=wanted))

        kept = panel.find_mailbox("contra01", f"info@{self.domain}").quota_bytes
        assert wanted <= kept < wanted + MEGABYTE
        panel.set_mailbox_quota("contra01", f"info@{self.domain}", None)
        assert panel.find_mailbox("contra01", f"info@{self.domain}").quota_bytes is None

    def test_a_mailbox_needs_its_own_mail_domain(self, panel: Panel):
        panel.create_account(self.order())
        with pytest.raises(ProviderRejected):
            panel.create_mailbox(replace(self.mailbox(), address=f"info@{self.other_domain}"))

    def test_what_is_not_there_cannot_be_changed(self, panel: Panel):
        for change in (
            lambda: panel.suspend_account("nobody99", "unpaid"),
            lambda: panel.resume_account("nobody99"),
            lambda: panel.change_package("nobody99", self.package),
            lambda: panel.set_account_password("nobody99", NEW_PASSWORD),
            lambda: panel.usage("nobody99"),
            lambda: panel.set_mailbox_password("nobody99", "a@b.example", NEW_PASSWORD),
        ):
            with pytest.raises(ProviderRejected):
                change()

    def test_deleting_may_be_repeated(self, panel: Panel):
        panel.create_account(self.order())
        panel.create_mailbox(self.mailbox())

        panel.delete_account("contra01")
        panel.delete_account("contra01")

        assert panel.find_account("contra01") is None
        panel.create_account(self.order())
        assert panel.usage("contra01").mailboxes_count == 0

    def test_an_account_that_is_made_again_is_another_one(self, panel: Panel):
        first = panel.create_account(self.order())
        panel.delete_account("contra01")

        second = panel.create_account(self.order())

        assert first.reference
        assert second.reference not in {"", first.reference}
