"""The classes that every admin class of the house extends.

They read through selectors' rules (the tenant is bound by the manager), ask ``request.actor`` for
``resource:action``, and write only through services.
"""

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.admin.templatetags.admin_urls import admin_urlname
from django.contrib.admin.utils import unquote
from django.core import checks
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext
from unfold.admin import ModelAdmin, TabularInline
from unfold.checks import UnfoldModelAdminChecks

from ispplatform.core.actors import Actor
from ispplatform.core.admin.acts import (
    ROW_ACTS,
    Act,
    PageAct,
    Text,
    act_response,
    acts_for,
    blame,
    with_one_main,
)
from ispplatform.core.admin.bulk_lists import BulkLists
from ispplatform.core.admin.change_list import HouseChangeList
from ispplatform.core.admin.field_values import EMPTY, is_id
from ispplatform.core.admin.heads import MainLink, head_of, next_in_words, status_column_of
from ispplatform.core.admin.history import row_history
from ispplatform.core.admin.list_search import rows_found
from ispplatform.core.admin.once import FormSentBefore, once
from ispplatform.core.admin.paging import CappedPaginator
from ispplatform.core.admin.requests import actor_of
from ispplatform.core.admin.sampled_values import sampled
from ispplatform.core.admin.shown_fields import ShownFields, listed_column
from ispplatform.core.admin.words import field_words, in_capitals
from ispplatform.core.errors import PlatformError
from ispplatform.core.permissions import is_declared

NAMED_WHEN_NOT_ZERO = ("amount_charged_back", "amount_credited", "amount_refunded", "setup_amount")


class _HouseChecks(UnfoldModelAdminChecks):
    def check(self, admin_obj: "TenantAdmin", **kwargs: Any) -> list[checks.CheckMessage]:
        needed = [
            *admin_obj.permissions_asked_for(),
            *(act.permission for act in admin_obj.every_act()),
            *(act.permission for act in admin_obj.page_acts),
        ]
        unknown = [code for code in needed if not is_declared(code)]
        return [
            *super().check(admin_obj, **kwargs),
            *(
                checks.Error(
                    f"It asks for {code}, which no app declares.",
                    obj=admin_obj.__class__,
                    id="core.E050",
                )
                for code in sorted(set(unknown))
            ),
        ]


class TenantAdmin(BulkLists, ShownFields, ModelAdmin):
    """Lists and shows rows of the tenant; what changes them are acts and services.

    Attributes:
        permission_resource: ``invoices``: seeing needs ``invoices:read``.
        create_permission: needed to add; a class that has one overrides ``service_create``.
        update_permission: needed to change; a class that has one overrides ``service_update``.
        acts: buttons on the page of a row.
        page_acts: buttons that lead to a page of their own.
        editable_fields: the fields of the form; all others are shown only.
        fixed_fields: those of them that are chosen once, when the row is made.
        since_fields: for a value of the state, the field that says since when it is so.
        nothing_yet: what an empty list says: what would stand here, and how it comes to be.
        has_head: whether the page begins with what the row is, whose, and what happens next.
        searched_by: kinds of the one search, each with the column that names what it finds: a
            long list is searched by its words, a short one by ``search_fields`` alone.
        searched_exactly: columns with an index that hold what is typed as it is.
    """

    permission_resource: ClassVar[str] = ""
    create_permission: ClassVar[str] = ""
    update_permission: ClassVar[str] = ""
    acts: ClassVar[tuple[Act, ...]] = ()
    page_acts: ClassVar[tuple[PageAct, ...]] = ()
    editable_fields: ClassVar[tuple[str, ...]] = ()
    fixed_fields: ClassVar[tuple[str, ...]] = ()
    since_fields: ClassVar[Mapping[str, str]] = {}
    nothing_yet: ClassVar[Text] = ""
    has_head: ClassVar[bool] = True
    searched_by: ClassVar[Mapping[str, str]] = {}
    searched_exactly: ClassVar[tuple[str, ...]] = ()

    list_per_page = 50
    show_full_result_count = False
    paginator = CappedPaginator
    list_filter_submit = True
    warn_unsaved_form = True
    change_form_template = "admin/house/change_form.html"
    change_list_template = "admin/house/change_list.html"
    checks_class = _HouseChecks

    # -------------------------------------------------------------------------- what is read

    def title_of(self, row: Any) -> str:
        """Return what a row is called at the head of its page."""
        return str(row)

    def kind_of(self, row: Any) -> str:
        """Return what sort of thing a row is."""
        return capfirst(in_capitals(str(self.opts.verbose_name)))

    def facts_of(self, row: Any) -> Sequence[tuple[Any, Any]]:
        """Return the words and values that matter most of a row, for the head of its page."""
        return ()

    def main_link_of(self, row: Any) -> MainLink | None:
        """Return the one button that leads to where a row is dealt with."""
        return None

    def next_of(self, row: Any) -> Sequence[str]:
        """Return sentences about what happens next to a row; by default its state's."""
        return [next_in_words(self.list_display, row)]

    def get_list_display(self, request: HttpRequest) -> Any:
        """Return the columns, with words for their heads and values that people read."""
        return [
            (listed_column(self.model, one) if isinstance(one, str) else None) or one
            for one in super().get_list_display(request)
        ]

    def get_list_filter(self, request: HttpRequest) -> Any:
        """Return the filters; none reads the whole list to know its values."""
        return [sampled(self.model, one) for one in super().get_list_filter(request)]

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[Any, bool]:
        """Find rows by kept words where the class says by which; otherwise read the list."""
        if not search_term or not (self.searched_by or self.searched_exactly):
            return super().get_search_results(request, queryset, search_term)
        found = rows_found(
            self.model,
            search_term,
            actor=actor_of(request),
            by_kind=self.searched_by,
            exactly=self.searched_exactly,
        )
        return self.narrowed(queryset, found), False

    def narrowed(self, queryset: Any, ids: Collection[Any]) -> Any:
        """Return only these rows of a list.

        They are looked up: of many ids in brackets SQLite thinks that it is quicker to read the
        whole list in its order.
        """
        # Bound to the tenant, which the list is anyway, they would be looked for among all of its.
        rows: models.QuerySet[Any] = models.QuerySet(self.model)
        named = rows.filter(pk__in=ids).order_by().values("pk")
        return queryset.filter(pk__in=named[: len(ids)])

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[HouseChangeList]:
        return HouseChangeList

    def get_list_display_links(self, request: HttpRequest, list_display: Any) -> Any:
        """Return the columns that lead to the row's page; they are named as the class does."""
        names = super().get_list_display_links(request, list_display) or ()
        return [
            one for one in list_display if one in names or getattr(one, "__name__", None) in names
        ]

    def is_told(self, name: str, obj: Any) -> bool:
        if super().is_told(name, obj):
            return True
        if obj is None or not self.has_head:
            return False
        column = status_column_of(self.list_display)
        if name == "customer" or (column is not None and name == column.__name__):
            return True
        if name not in self._names:
            return False
        value = getattr(obj, name)
        if name in NAMED_WHEN_NOT_ZERO and value == 0:
            return True
        return value in EMPTY or is_id(value) or value == self.title_of(obj)

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(field.name for field in self.opts.fields)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs.setdefault("label", capfirst(str(field_words(db_field))))
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    # --------------------------------------------------------------------------- permissions

    @property
    def read_permission(self) -> str:
        """The permission to see rows."""
        return f"{self.permission_resource}:read"

    def permissions_asked_for(self) -> list[str]:
        """Return every permission that the class itself asks for."""
        asked = [self.read_permission, self.create_permission, self.update_permission]
        return [code for code in asked if code]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return actor_of(request).can(self.read_permission)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return actor_of(request).can(self.read_permission)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(self.create_permission) and actor_of(request).can(self.create_permission)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(self.update_permission) and actor_of(request).can(self.update_permission)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        shown = [field.name for field in self.opts.fields if field.name not in self.editable_fields]
        fixed = self.fixed_fields if obj is not None else ()
        names = (*super().get_readonly_fields(request, obj), *shown, *fixed)
        return (*names, *self.shown_instead(request, names))

    # ------------------------------------------------------------------------------- services

    def service_create(self, actor: Actor, values: dict[str, Any]) -> models.Model:
        """Call the service that makes a row of the form's values, and return the row.

        Raises:
            PlatformError: it was refused; shown beside the form, which keeps what was typed.
        """
        raise PermissionDenied

    def service_update(
        self, actor: Actor, row: models.Model, values: dict[str, Any]
    ) -> models.Model:
        """Call the service that changes ``row`` to the form's values, and return the row.

        Args:
            row: found by its key only; in memory it holds the form's values already.

        Raises:
            PlatformError: as above.
        """
        raise PermissionDenied

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        return form.instance

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        actor = actor_of(request)
        if change:
            kept = self.service_update(actor, obj, form.cleaned_data)
        else:
            create = partial(self.service_create, actor, form.cleaned_data)
            kept = once(request, actor=actor, act=create)
        obj.__dict__.update(kept.__dict__)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save nothing: a service has done everything."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except FormSentBefore as error:
            messages.warning(request, str(error))
            return HttpResponseRedirect(reverse(admin_urlname(self.opts, "changelist")))
        except PlatformError as error:
            # The transaction is rolled back; the same form is shown again with the refusal in it.
            request.house_refusal = error
            return super().changeform_view(request, object_id, form_url, extra_context)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form_class = super().get_form(request, obj, change=change, **kwargs)
        refusal: PlatformError | None = getattr(request, "house_refusal", None)
        return form_class if refusal is None else _refused(form_class, refusal)

    # ----------------------------------------------------------------------------------- acts

    def every_act(self) -> tuple[Act, ...]:
        """Return the class's own acts, and behind them those that higher apps add."""
        added = (one.act for one in ROW_ACTS.items() if one.model == self.opts.label_lower)
        return (*self.acts, *added)

    def get_urls(self) -> list[URLPattern]:
        return [
            path(
                "<path:object_id>/act/<slug:act_name>/",
                self.admin_site.admin_view(self.act_view),
                name=f"{self.opts.app_label}_{self.opts.model_name}_act",
            ),
            *super().get_urls(),
        ]

    def act_view(self, request: HttpRequest, object_id: str, act_name: str) -> HttpResponse:
        """Show or carry out an act on one row."""
        row = self.get_object(request, unquote(object_id))
        act = next((act for act in self.every_act() if act.name == act_name), None)
        if row is None or act is None:
            raise Http404
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        return act_response(
            request,
            act=act,
            row=row,
            row_url=self.row_url(row),
            frame=lambda: {**self.admin_site.each_context(request), "opts": self.opts},
        )

    def row_url(self, row: models.Model) -> str:
        """Return the address of a row's page."""
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[row.pk])

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        if obj is not None:
            if self.has_head:
                context["head"] = head_of(self, request, obj)
            url_name = f"admin:{self.opts.app_label}_{self.opts.model_name}_act"
            context["acts"] = with_one_main(
                [
                    {"act": act, "url": reverse(url_name, args=[obj.pk, act.name])}
                    for act in acts_for(self.every_act(), obj, actor_of(request))
                ]
                + [
                    {"act": act, "url": reverse(act.url_name, args=[obj.pk])}
                    for act in self.page_acts
                    if actor_of(request).can(act.permission) and act.applies(obj)
                ]
            )
        return super().render_change_form(request, context, add, change, form_url, obj)

    # -------------------------------------------------------------------------------- history

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        row = self.get_object(request, unquote(object_id))
        if row is None:
            raise Http404
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        return TemplateResponse(
            request,
            "admin/house/history.html",
            {
                **self.admin_site.each_context(request),
                "title": gettext("History"),
                "subtitle": str(row),
                "opts": self.opts,
                "object": row,
                "original": row,
                "page": row_history(row, page=request.GET.get("page", "1")),
                "row_url": self.row_url(row),
                **(extra_context or {}),
            },
        )

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """Log nothing: the service has written the audit entry."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """Log nothing: the service has written the audit entry."""


def _refused(form_class: Any, refusal: PlatformError) -> Any:
    """Return the form as a class whose instances show what the service refused."""

    class RefusedForm(form_class):
        def full_clean(self) -> None:
            super().full_clean()
            if self.is_bound:
                blame(self, refusal)

    return RefusedForm


class ReadOnlyTenantAdmin(TenantAdmin):
    """Shows rows that nobody changes here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class MadeOnAPage(TenantAdmin):
    """Rows that a page of their own makes: *Add* leads there."""

    make_page: ClassVar[str]  # name of the page's address

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        return HttpResponseRedirect(reverse(self.make_page))


class OperatorAdmin(TenantAdmin):
    """Shows rows that belong to no tenant: only the installation's operator sees them all."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._is_operator(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_operator(request)

    @staticmethod
    def _is_operator(request: HttpRequest) -> bool:
        return bool(getattr(request.user, "is_superuser", False))

    def permissions_asked_for(self) -> list[str]:
        return [code for code in (self.create_permission, self.update_permission) if code]


class ReadOnlyInline(ShownFields, TabularInline):
    """Rows below their parent, to be seen only; the newest ten, as a list of them has the rest."""

    extra = 0
    max_num = 0
    can_delete = False
    show_change_link = False
    hide_title = True  # the row's name stands in a column of its own
    per_page = 10

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        names = self.fields or self.readonly_fields
        return (*names, *self.shown_instead(request, names))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
