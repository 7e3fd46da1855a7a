"""An empty list says what would be there."""

from django.contrib import admin

from ispplatform.core.admin.base import OperatorAdmin, TenantAdmin


def test_every_list_of_the_back_office_says_what_would_be_there() -> None:
    mute = [
        type(page).__name__
        for page in admin.site._registry.values()
        if isinstance(page, TenantAdmin) and not isinstance(page, OperatorAdmin)
        if not str(page.nothing_yet).endswith(".")
    ]
    assert mute == []
