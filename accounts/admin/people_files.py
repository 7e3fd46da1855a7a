"""People in and out as files: the pages, and what was sent in."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect, StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.admin.colleagues import role_choices
from accounts.choices import MembershipStatus
from accounts.forms import code_field, password_field
from accounts.models import ImportedPerson, PeopleImport, User
from accounts.selectors.users import users_of_tenant, with_role
from accounts.services.exports import EXPORT, users_export
from accounts.services.fresh_proofs import identity_prove
from accounts.services.imports import IMPORT, MEGABYTE, people_import
from accounts.tenant_settings import IMPORT_MEGABYTES, IMPORT_ROWS
from ispplatform.core.admin.acts import Act, blame
from ispplatform.core.admin.base import MadeOnAPage, ReadOnlyTenantAdmin
from ispplatform.core.admin.columns import age_column, text_column
from ispplatform.core.admin.dressing import dressed
from ispplatform.core.admin.heads import MainLink
from ispplatform.core.admin.navigation import ADMIN_NAVIGATION, AdminEntry
from ispplatform.core.admin.pages import ADMIN_PAGES, AdminPage, StaffPage
from ispplatform.core.errors import PlatformError
from ispplatform.core.sheets import MEDIA_TYPES, SheetFormat, format_of_name
from ispplatform.core.tenancy.context import current_tenant_id
from ispplatform.core.tenancy.lookup import tenant_by_id


class ImportForm(forms.Form):
    """A file of people."""

    file = forms.FileField(
        label=_("File"),
        max_length=200,
        widget=forms.FileInput(attrs={"accept": ".csv,.json,.xlsx"}),
    )

    def clean_file(self) -> Any:
        """Return the file, when its name says which format it has."""
        file = self.cleaned_data["file"]
        if format_of_name(file.name) is None:
            raise forms.ValidationError(_("Choose a file that ends with .csv, .json or .xlsx."))
        return file


class ExportForm(forms.Form):
    """Which people, as what, and who takes them out."""

    form = forms.ChoiceField(label=_("Format"), choices=SheetFormat.choices)
    status = forms.ChoiceField(
        label=_("Status"), choices=[("", _("All")), *MembershipStatus.choices], required=False
    )
    role = forms.ChoiceField(label=_("Role"), required=False)
    password = password_field(_("Your password"))
    code = code_field(_("Code"), _("Six digits from your authenticator app, or a recovery code."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = [("", _("All")), *role_choices(), ("customer", _("Customers' log-ins"))]
        self.fields["role"].choices = roles
        self.fields["code"].required = False  # asked of those who have a second factor


class FilePage(StaffPage):
    """The base: a form that is answered by a file or leads on."""

    template_name = "accounts/admin/people_file.html"
    label: Any = ""

    def _asked(self, form: forms.Form) -> dict[str, Any]:
        act = Act(name="go", label=self.label, permission=self.permission, run=_never, tone="main")
        return {
            "form": form,
            "act": act,
            "explanation": self.explanation(),
            "row_url": reverse("admin:accounts_membership_changelist"),
        }

    def explanation(self) -> Any:
        """Return what stands above the form."""
        return ""


class PeopleImportPage(FilePage):
    """Takes a file and leads to the plan of its rows."""

    title = _("Import people")
    label = _("Read the file")
    permission = IMPORT

    def content(self, request: HttpRequest) -> dict[str, Any]:
        return self._asked(dressed(ImportForm()))

    def explanation(self) -> Any:
        tenant = tenant_by_id(current_tenant_id())
        words = _(
            "CSV, JSON or XLSX with the columns email, first_name, last_name and roles (codes, "
            "separated by ;), up to %(rows)s rows and %(size)s MB. Nothing happens yet: you see "
            "what would become of each row first. Passwords never stand in files: everybody is "
            "invited by mail."
        )
        return words % {"rows": IMPORT_ROWS.of(tenant), "size": IMPORT_MEGABYTES.of(tenant)}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        form = dressed(ImportForm(request.POST, request.FILES))
        if form.is_valid():
            tenant = tenant_by_id(current_tenant_id())
            file = form.cleaned_data["file"]
            try:
                run = people_import(
                    actor=self.actor,
                    tenant=tenant,
                    file_name=file.name,
                    # One byte more than is allowed, so that it is seen that it is too much.
                    content=file.read(IMPORT_MEGABYTES.of(tenant) * MEGABYTE + 1),
                    form=SheetFormat(format_of_name(file.name)),
                )
            except PlatformError as error:
                blame(form, error)
            else:
                return HttpResponseRedirect(reverse("admin:core_bulkrun_change", args=[run.pk]))
        return self.shown(request, self._asked(form))


class PeopleExportPage(FilePage):
    """Gives a file of people to whoever shows password and second factor once more."""

    title = _("Take people out as a file")
    label = _("Download")
    permission = EXPORT

    def content(self, request: HttpRequest) -> dict[str, Any]:
        return self._asked(dressed(ExportForm()))

    def explanation(self) -> Any:
        return _("It holds names, addresses, roles and log-ins. That you took it is written down.")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        form = dressed(ExportForm(request.POST))
        if form.is_valid():
            try:
                return self._file(request, form.cleaned_data)
            except PlatformError as error:
                blame(form, error)
        return self.shown(request, self._asked(form))

    def _file(self, request: HttpRequest, values: Mapping[str, Any]) -> HttpResponseBase:
        tenant = tenant_by_id(current_tenant_id())
        identity_prove(
            actor=self.actor,
            tenant=tenant,
            user=User.objects.get(pk=self.actor.id),
            password=values["password"],
            code=values["code"],
        )
        people = users_of_tenant()
        if values["status"]:
            people = people.filter(status=values["status"])
        if values["role"]:
            people = with_role(people, values["role"])
        form = SheetFormat(values["form"])
        pieces = users_export(
            actor=self.actor,
            tenant=tenant,
            people=people,
            form=form,
            filters={name: values[name] for name in ("status", "role") if values[name]},
            is_proved=True,
        )
        answer = StreamingHttpResponse(pieces, content_type=MEDIA_TYPES[form])
        answer["Content-Disposition"] = f'attachment; filename="users.{form}"'
        answer["Cache-Control"] = "no-store"
        return answer


@admin.register(PeopleImport)
class PeopleImportAdmin(MadeOnAPage):
    """Files of people that were read; what became of their rows is the bulk act's page."""

    create_permission = IMPORT
    make_page = "admin:people_import"

    nothing_yet = _("Files of people that were read stand here for ninety days.")
    permission_resource = "users"
    list_display = (
        "file_name",
        "row_count",
        text_column("problem_count", label=_("rows with a problem")),
        text_column("actor_label", label=_("sent by")),
        age_column("created_at", label=_("when")),
    )
    search_fields = ("file_name",)
    fields = (("file_name", "row_count"), ("problem_count", "actor_label"), "created_at")

    def main_link_of(self, row: PeopleImport) -> MainLink | None:
        if row.run_id is None:
            return None
        url = reverse("admin:core_bulkrun_change", args=[row.run_id])
        return MainLink(label=_("Open the report"), url=url)


@admin.register(ImportedPerson)
class ImportedPersonAdmin(ReadOnlyTenantAdmin):
    """The rows of such files, each with what is wrong with it."""

    nothing_yet = _("The rows of files that were read stand here for ninety days.")
    permission_resource = "users"
    list_display = (
        "email",
        text_column("line", label=_("line")),
        "first_name",
        "last_name",
        text_column("column", label=_("column")),
        text_column("problem", label=_("problem")),
        "source",
    )
    list_select_related = ("source",)
    search_fields = ("email", "first_name", "last_name")
    fields = (
        ("line", "email"),
        ("first_name", "last_name"),
        ("roles", "column", "problem"),
        ("source", "invitation"),
    )


def _never(*args: Any) -> str:
    raise TypeError("The page itself calls the service.")


ADMIN_PAGES.fill(
    AdminPage(key="people_import", path="colleagues/import/", view=PeopleImportPage.as_view())
)
ADMIN_PAGES.fill(
    AdminPage(key="people_export", path="colleagues/export/", view=PeopleExportPage.as_view())
)
ADMIN_NAVIGATION.fill(
    AdminEntry(
        key="people_imports",
        section="company",
        label=_("Imports of people"),
        url_name="admin:accounts_peopleimport_changelist",
        icon="upload_file",
        permission="users:import",
    )
)
