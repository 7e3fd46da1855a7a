"""Tags, and what hangs on one customer: notes, contacts, the timeline."""

from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet

from customers.api.serializers.parts import (
    ActivityRow,
    ContactInput,
    ContactRow,
    NoteChange,
    NoteInput,
    NoteRow,
    TagChange,
    TagInput,
    TagRow,
)
from customers.api.views.customers import customer_of_address
from customers.models import Contact, Note, Tag
from customers.selectors.timeline import customer_timeline
from customers.services import (
    ContactData,
    contact_add,
    contact_remove,
    contact_update,
    note_add,
    note_change,
    note_remove,
    tag_create,
    tag_delete,
    tag_update,
)
from ispplatform.core.api.filter_kinds import BooleanFilter, InstantFilter, TextFilter
from ispplatform.core.api.viewsets import (
    CreateAction,
    DestroyAction,
    Expected,
    ListAction,
    RetrieveAction,
    StaffViewSet,
    UpdateAction,
)
from ispplatform.core.models import AuditEntry


class TagViewSet(
    ListAction, RetrieveAction, CreateAction, UpdateAction, DestroyAction, StaffViewSet
):
    """Words by which customers are grouped."""

    resource_name = "tag"
    schema_tag = "customers"
    row_serializer = TagRow
    input_serializers = {"create": TagInput, "update": TagChange}
    permissions_required = {
        "list": "customers:read",
        "retrieve": "customers:read",
        "create": "customers:update",
        "update": "customers:update",
        "partial_update": "customers:update",
        "destroy": "customers:update",
    }
    filter_fields = {"name": TextFilter()}
    sort_fields = {"name": "folded_name", "created_at": "created_at"}
    default_sort = "name"

    def get_queryset(self) -> QuerySet[Tag, Any]:
        return Tag.objects.annotate(customers_count=Count("customer_tags"))

    def perform_create(self, values: dict[str, Any]) -> UUID:
        return tag_create(actor=self.actor, **values).pk

    def perform_update(self, row: Any, values: dict[str, Any], expected: Expected) -> None:
        tag_update(actor=self.actor, tag=row, **values)

    def perform_destroy(self, row: Any, expected: Expected) -> None:
        tag_delete(actor=self.actor, tag=row)


class NoteViewSet(
    ListAction, RetrieveAction, CreateAction, UpdateAction, DestroyAction, StaffViewSet
):
    """Notes about one customer; never shown to the customer."""

    resource_name = "note"
    schema_tag = "customers"
    row_serializer = NoteRow
    input_serializers = {"create": NoteInput, "update": NoteChange}
    permissions_required = {
        "list": "notes:read",
        "retrieve": "notes:read",
        "create": "notes:create",
        "update": "notes:update",
        "partial_update": "notes:update",
        "destroy": "notes:delete",
    }
    filter_fields = {"is_pinned": BooleanFilter(), "created_at": InstantFilter(main=True)}

    def get_queryset(self) -> QuerySet[Note, Any]:
        return Note.objects.filter(customer=customer_of_address(self))

    def perform_create(self, values: dict[str, Any]) -> UUID:
        return note_add(actor=self.actor, customer=customer_of_address(self), **values).pk

    def perform_update(self, row: Any, values: dict[str, Any], expected: Expected) -> None:
        note_change(actor=self.actor, note=row, **values)

    def perform_destroy(self, row: Any, expected: Expected) -> None:
        note_remove(actor=self.actor, note=row)


class ContactViewSet(
    ListAction, RetrieveAction, CreateAction, UpdateAction, DestroyAction, StaffViewSet
):
    """Whom to write to at one customer, and about what."""

    resource_name = "contact"
    schema_tag = "customers"
    row_serializer = ContactRow
    input_serializers = {"create": ContactInput, "update": ContactInput}
    permissions_required = {
        "list": "contacts:read",
        "retrieve": "contacts:read",
        "create": "contacts:create",
        "update": "contacts:update",
        "partial_update": "contacts:update",
        "destroy": "contacts:delete",
    }
    filter_fields = {"email": TextFilter(), "name": TextFilter()}
    sort_fields = ("created_at", "name")

    def get_queryset(self) -> QuerySet[Contact, Any]:
        return Contact.objects.filter(customer=customer_of_address(self))

    def perform_create(self, values: dict[str, Any]) -> UUID:
        data = ContactData(**values)
        customer = customer_of_address(self)
        return contact_add(actor=self.actor, customer=customer, contact=data).pk

    def perform_update(self, row: Any, values: dict[str, Any], expected: Expected) -> None:
        present = {name: getattr(row, name) for name in ("name", "email", "phone", "purposes")}
        contact_update(actor=self.actor, contact=row, data=ContactData(**{**present, **values}))

    def perform_destroy(self, row: Any, expected: Expected) -> None:
        contact_remove(actor=self.actor, contact=row)


class ActivityViewSet(ListAction, StaffViewSet):
    """What happened to one customer, newest first."""

    resource_name = "customer"
    schema_tag = "customers"
    row_serializer = ActivityRow
    permissions_required = {"list": "customers:read"}
    filter_fields = {
        "type": TextFilter("act"),
        "subject_type": TextFilter(),
        "created_at": InstantFilter(main=True),
    }
    sort_fields = ("created_at",)

    def get_queryset(self) -> QuerySet[AuditEntry, Any]:
        return customer_timeline(customer_of_address(self), actor=self.actor)
