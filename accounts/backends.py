"""What Django's own log-in machinery is allowed to do: nothing."""

from django.contrib.auth.backends import BaseBackend


class NoPasswordBackend(BaseBackend):
    """Refuses every log-in that does not come through ``accounts.services.logins``.

    A log-in has to count failures, choose a tenant, open a session row and leave an audit entry;
    ``django.contrib.auth.authenticate`` knows none of that.
    """
