"""The list of permissions as tick boxes, by resource."""

from itertools import groupby

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.rules.seeded_roles import CUSTOMER_ROLE
from ispplatform.core.actors import EVERYTHING
from ispplatform.core.permissions import Permission, declared_permissions

Choices = list[tuple[str | Promise, list[tuple[str, str | Promise]]]]
OWN = "own_"


def permission_choices() -> Choices:
    """Return what colleagues and programs may be allowed; what is for customers only is left out.

    Groups are resources in alphabetical order, after the one that means everything.
    """
    everything: Choices = [
        (_("Administrators"), [(EVERYTHING, _("Everything, also what later releases bring"))])
    ]
    of_staff = [one for one in declared_permissions() if not one.resource.startswith(OWN)]
    return everything + _grouped(of_staff)


def customer_permission_choices() -> Choices:
    """Return what customers may be allowed, by resource."""
    return _grouped([one for one in declared_permissions() if CUSTOMER_ROLE in one.roles])


def _grouped(permissions: list[Permission]) -> Choices:
    return [
        (
            resource.replace("_", " ").capitalize(),
            [(one.code, f"{one.label} ({one.code})") for one in group],
        )
        for resource, group in groupby(permissions, key=lambda one: one.resource)
    ]
