"""``manage.py search_rebuild``: compare all rows with what is kept of them, and mend that."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ispplatform.core.models.search import SearchWalk
from ispplatform.core.models.tenants import Tenant
from ispplatform.core.search import search_round_begin, search_round_open, search_walk
from ispplatform.core.tenancy.context import tenant_context


class Command(BaseCommand):
    """May run beside the product and be stopped: the next run goes on where it was."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tenant", metavar="SLUG", help="only this company")
        parser.add_argument("--all-tenants", action="store_true", help="every company")
        parser.add_argument(
            "--anew", action="store_true", help="from the first row, though a run was stopped"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if bool(options["tenant"]) == options["all_tenants"]:
            raise CommandError("Say --tenant SLUG or --all-tenants.")
        tenants = Tenant.objects.order_by("slug")
        if options["tenant"]:
            tenants = tenants.filter(slug=options["tenant"])
            if not tenants:
                raise CommandError(f"There is no company {options['tenant']}.")
        for tenant in tenants:
            with tenant_context(tenant.pk):
                self._rebuild(tenant, anew=options["anew"], is_telling=options["verbosity"] > 1)

    def _rebuild(self, tenant: Tenant, *, anew: bool, is_telling: bool) -> None:
        if anew or not search_round_open():
            search_round_begin()
        ended = search_walk(tenant, told=self._told if is_telling else None)
        for walked in ended:
            walk = walked.walk
            self.stdout.write(f"{tenant.slug}: {walk.feed}: {walk.rows} rows, {walk.mended} mended")

    def _told(self, walk: SearchWalk) -> None:
        self.stdout.write(f"{walk.feed}: {walk.rows} rows, {walk.mended} mended so far")
