"""dj-stripe as an app of this installation: its tables and nothing else of it.

Its webhook handlers are not imported, nor its checks, which are about settings, webhooks and keys
that it does not have here: docs/adr/0111.
"""

from djstripe.apps import DjstripeAppConfig


class StripeMirrorConfig(DjstripeAppConfig):
    verbose_name = "Copies from Stripe"

    def ready(self) -> None:
        """Leave Stripe's library as it is: what is copied comes as plain values."""
