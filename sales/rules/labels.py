"""How a line is called on cart, order and invoice."""

from django.utils.translation import gettext as _


def line_label(*, plan_name: str, domain_name: str) -> str:
    """Return the plan's name, and what it is for where that is known."""
    return f"{plan_name}: {domain_name}" if domain_name else plan_name


def setup_label(label: str) -> str:
    """Return the label of a line's set-up fee."""
    return _("Set-up of %(what)s") % {"what": label}
