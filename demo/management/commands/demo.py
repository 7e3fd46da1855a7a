"""``manage.py demo``: load the demo company, or remove it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from demo.company import demo_tenants
from demo.errors import DemoNotWanted
from demo.filling import put_back
from demo.loading import CUSTOMERS, demo_load, log_ins_write
from demo.removal import demo_remove
from ispplatform.settings import env


class Command(BaseCommand):
    """Load a made-up company with two years of history, or take it away with all that is its."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, default=2026, help="another seed, other people")
        parser.add_argument("--customers", type=int, default=CUSTOMERS, help="how many, in all")
        parser.add_argument(
            "--invoices", type=float, help="of each customer beyond the first 200, on average"
        )
        parser.add_argument("--remove", action="store_true", help="delete the demo company")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["remove"]:
            self._remove()
            return
        base_url = env.text("SITE_ADDRESS", "http://localhost:8000")
        try:
            log_ins = demo_load(
                seed=options["seed"],
                base_url=base_url,
                tell=self._tell,
                customers=options["customers"],
                invoices_each=options["invoices"],
            )
        except DemoNotWanted as refusal:
            self._tell(refusal.message)  # no failure: a start goes on without it
            return
        path = log_ins_write(log_ins, base_url=base_url)
        self._tell(f"log-ins are in {path}")

    def _remove(self) -> None:
        put_back()  # a loading that was cut off may have left tables bare
        tenants = demo_tenants()
        if not tenants:
            raise CommandError("There is no demo company here.")
        for tenant in tenants:
            self._tell(demo_remove(tenant=tenant))

    def _tell(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
