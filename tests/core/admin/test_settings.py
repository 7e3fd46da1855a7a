"""The settings page: every declared choice, checked, audited, for this company alone."""

from types import SimpleNamespace

import pytest
from django import forms
from django.test import Client

from ispplatform.core.actors import Actor
from ispplatform.core.admin.kernel.settings import SettingsForm
from ispplatform.core.admin.setting_areas import settings_by_area
from ispplatform.core.admin.setting_fields import (
    LinesField,
    NumbersField,
    StructureField,
    field_for,
)
from ispplatform.core.errors import InvalidInput, NotPermitted
from ispplatform.core.models import AuditEntry, Tenant
from ispplatform.core.pages.brand import ACCENT_COLOR
from ispplatform.core.tenancy.services import tenant_settings_change
from ispplatform.core.tenant_settings import declared_settings
from tests.pages.staff import staff_client

ADDRESS = "/admin/settings/"
CHIEF = Actor.system("tests")


def sent(tenant: Tenant, **changes: object) -> dict[str, object]:
    """Return what the browser sends when only some fields were changed."""
    form = SettingsForm(tenant=tenant)
    values = {
        name: field.prepare_value(form.get_initial_for_field(field, name))
        for name, field in form.fields.items()
    }
    values.update(changes)
    return {name: value for name, value in values.items() if value is not False}


def test_every_declared_setting_has_a_field_that_takes_its_own_default(tenant: Tenant) -> None:
    form = SettingsForm(sent(tenant), tenant=tenant)
    assert form.is_valid(), form.errors
    here = [setting for setting in declared_settings() if not setting.changed_at]
    assert {setting.key: setting.default for setting in here} == form.cleaned_data


def test_each_setting_stands_in_one_area_with_its_default_and_where_it_is_changed(
    tenant: Tenant,
) -> None:
    lines = [line for group in SettingsForm(tenant=tenant).groups() for line in group["settings"]]
    assert sorted(line["setting"].key for line in lines) == [s.key for s in declared_settings()]
    by_key = {line["setting"].key: line for line in lines}
    assert by_key["billing.dunning_charge_days"]["default"] == "0, 2, 4, 6"
    assert by_key["billing.dunning_is_on"]["default"] == "on"
    assert by_key["billing.bank_account"]["default"] == "empty"
    assert (by_key["brand.logo"]["field"], by_key["brand.logo"]["url"]) == (
        None,
        "/admin/company/logo/",
    )


def test_the_page_says_what_was_changed(admin_desk: Client, tenant: Tenant) -> None:
    tenant_settings_change(actor=CHIEF, tenant_id=tenant.pk, values={"billing.due_days": 21})
    page = admin_desk.get(ADDRESS).content.decode()
    assert page.count(">Changed<") == 1
    assert "Default: 14" in page
    assert page.index("Unpaid invoices") < page.index("billing.dunning_hour")


def test_what_has_a_page_of_its_own_is_not_changed_here(admin_desk: Client, tenant: Tenant) -> None:
    admin_desk.post(ADDRESS, {**sent(tenant), "brand.logo": "/x.svg"})
    tenant.refresh_from_db()
    assert tenant.settings == {}


def test_a_setting_that_no_area_has_is_a_mistake_of_ours() -> None:
    stranger = SimpleNamespace(key="nobody.knows")
    with pytest.raises(LookupError, match=r"nobody\.knows"):
        settings_by_area([stranger])  # type: ignore[list-item]


def test_a_choice_is_kept_and_told(admin_desk: Client, tenant: Tenant) -> None:
    answer = admin_desk.post(
        ADDRESS, sent(tenant, **{"brand.accent_color": "#7c3aed"}), follow=True
    )
    assert "Saved." in answer.content.decode()
    tenant.refresh_from_db()
    assert tenant.settings == {"brand.accent_color": "#7c3aed"}
    entry = AuditEntry.objects.get(act="core.tenant_settings_change")
    assert entry.values.before == {"brand.accent_color": ACCENT_COLOR.default}
    assert entry.values.after == {"brand.accent_color": "#7c3aed"}


def test_a_refused_value_is_shown_beside_its_field_and_nothing_is_kept(
    admin_desk: Client, tenant: Tenant
) -> None:
    answer = admin_desk.post(
        ADDRESS,
        sent(tenant, **{"brand.accent_color": "teal", "billing.document_footer": "Under oath"}),
    )
    page = answer.content.decode()
    assert "Write a colour as #rrggbb" in page
    assert 'value="teal"' in page
    assert 'value="Under oath"' in page
    tenant.refresh_from_db()
    assert tenant.settings == {}


def test_saving_what_is_there_writes_nothing(admin_desk: Client, tenant: Tenant) -> None:
    admin_desk.post(ADDRESS, sent(tenant))
    assert not AuditEntry.objects.filter(act="core.tenant_settings_change").exists()


def test_who_may_only_see_them_changes_nothing(tenant: Tenant) -> None:
    desk = staff_client(tenant, "operator")
    page = desk.get(ADDRESS)
    assert page.status_code == 200
    assert ">Save<" not in page.content.decode()
    assert desk.post(ADDRESS, sent(tenant, **{"billing.due_days": 21})).status_code == 403
    tenant.refresh_from_db()
    assert tenant.settings == {}


def test_the_service_refuses_what_nobody_declared(tenant: Tenant) -> None:
    with pytest.raises(InvalidInput, match=r"no setting nobody\.knows"):
        tenant_settings_change(actor=CHIEF, tenant_id=tenant.pk, values={"nobody.knows": 1})
    with pytest.raises(NotPermitted):
        tenant_settings_change(actor=Actor.anonymous(), tenant_id=tenant.pk, values={})
    assert AuditEntry.objects.count() == 0


def test_a_value_that_is_the_default_again_is_not_stored(tenant: Tenant) -> None:
    for color in ("#7c3aed", ACCENT_COLOR.default):
        values = {"brand.accent_color": color}
        tenant_settings_change(actor=CHIEF, tenant_id=tenant.pk, values=values)
    tenant.refresh_from_db()
    assert tenant.settings == {}
    assert AuditEntry.objects.count() == 2


@pytest.mark.parametrize(
    ("field", "typed", "value"),
    [
        (LinesField(required=False), "Imprint: /imprint\n Terms :https://x.example/a:b ", None),
        (NumbersField(required=False), "1, 3,14", [1, 3, 14]),
        (NumbersField(required=False), "", []),
        (StructureField(sort=list), '[{"code": "terms"}]', [{"code": "terms"}]),
    ],
)
def test_fields_read_what_people_type(field: forms.Field, typed: str, value: object) -> None:
    expected = value or {"Imprint": "/imprint", "Terms": "https://x.example/a:b"}
    if typed == "":
        expected = []
    assert field.clean(typed) == expected


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        (LinesField(), "no colon here"),
        (NumbersField(), "1, two"),
        (StructureField(sort=list), '{"a": 1}'),
        (StructureField(sort=list), "[1,"),
    ],
)
def test_fields_refuse_what_they_cannot_read(field: forms.Field, typed: str) -> None:
    with pytest.raises(forms.ValidationError):
        field.clean(typed)


def test_the_sort_of_the_default_decides_the_field() -> None:
    sorts = {setting.key: type(field_for(setting)) for setting in declared_settings()}
    assert sorts["brand.accent_color"] is forms.CharField
    assert sorts["brand.legal_links"] is LinesField
