"""Servers, accounts, mail domains and mailboxes for staff and customers."""

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_noop as _
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from hosting.api.serializers import (
    AccountRow,
    ActReasonInput,
    HostingNoInput,
    HostingPasswordInput,
    LoginRow,
    MailboxChange,
    MailboxInput,
    MailboxRow,
    MailDomainRow,
    NewPasswordAnswer,
    ServerChange,
    ServerInput,
    ServerRow,
)
from hosting.choices import AccountStatus, MailboxStatus
from hosting.models import HostingAccount, HostingServer, Mailbox, MailDomain
from hosting.selectors.accounts import account_by_id, accounts_for, servers_with_counts
from hosting.selectors.mail import mail_domain_by_id, mail_domains_for, mailboxes_for
from hosting.services.logins import account_login
from hosting.services.mailboxes import mailbox_create, mailbox_delete, mailbox_set_quota
from hosting.services.passwords import account_set_password, mailbox_set_password
from hosting.services.servers import server_create, server_update
from ispplatform.core.api.filter_kinds import (
    BooleanFilter,
    ChoiceFilter,
    Filter,
    InstantFilter,
    TextFilter,
    UuidFilter,
)
from ispplatform.core.api.responses import ApiResponse
from ispplatform.core.api.viewsets import (
    CreateAction,
    DestroyAction,
    Expected,
    ListAction,
    PortalViewSet,
    RetrieveAction,
    StaffViewSet,
    UpdateAction,
)
from ispplatform.core.providers.selectors import connection_by_id
from provisioning.choices import ReasonKind
from provisioning.services.changes import service_read_back
from provisioning.services.suspension import service_resume, service_suspend
from provisioning.services.termination import service_terminate

TIMES: dict[str, Filter] = {"created_at": InstantFilter(main=True), "updated_at": InstantFilter()}
NO_STORE = {"Cache-Control": "no-store"}


class ServerViewSet(ListAction, RetrieveAction, CreateAction, UpdateAction, StaffViewSet):
    """Panel servers that hosting accounts live on."""

    resource_name = "hosting server"
    row_serializer = ServerRow
    input_serializers = {"create": ServerInput, "update": ServerChange}
    permissions_required = {
        "list": "hosting_servers:read",
        "retrieve": "hosting_servers:read",
        "create": "hosting_servers:manage",
        "update": "hosting_servers:manage",
        "partial_update": "hosting_servers:manage",
    }
    filter_fields = {"name": TextFilter(), "is_open": BooleanFilter(), **TIMES}
    sort_fields = ("name", "created_at", "updated_at")
    default_sort = "name"

    def get_queryset(self) -> QuerySet[HostingServer]:
        self.actor.require("hosting_servers:read")
        return servers_with_counts()

    def perform_create(self, values: dict[str, Any]) -> UUID:
        connection = connection_by_id(values.pop("connection_id"))
        return server_create(actor=self.actor, connection=connection, **values).pk

    def perform_update(self, row: Any, values: dict[str, Any], expected: Expected) -> None:
        server_update(actor=self.actor, server=row, **values)


class AccountActs:
    """What staff and customers may do about an account."""

    resource_name = "hosting account"
    row_serializer = AccountRow
    sort_fields = ("created_at", "updated_at", "domain", "status")
    searchable = True
    secret_answers = frozenset({"password", "login"})

    def get_queryset(self: Any) -> QuerySet[HostingAccount]:
        return accounts_for(self.actor)

    def search(self, queryset: QuerySet[Any], text: str) -> QuerySet[Any]:
        """Narrow to accounts whose domain or user name holds ``text``."""
        wanted = text.lower()
        return queryset.filter(
            Q(domain__icontains=wanted)
            | Q(unicode_domain__icontains=wanted)
            | Q(username__icontains=wanted)
        )

    @extend_schema(responses={200: NewPasswordAnswer})
    @action(detail=True, methods=["post"])
    def password(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Set the account's password; a random one is shown once."""
        chosen = self.valid().get("password", "")
        new = account_set_password(actor=self.actor, account=self.row(), password=chosen)
        return ApiResponse({} if chosen else {"password": new}, headers=NO_STORE)

    @extend_schema(request=HostingNoInput, responses={200: LoginRow})
    @action(detail=True, methods=["post"])
    def login(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Open the account's control panel: the address logs in once and is a secret."""
        self.valid()
        account = account_by_id(self.row().pk, actor=self.actor)
        login = account_login(actor=self.actor, account=account)
        return ApiResponse(LoginRow(login).data, headers=NO_STORE)


class AccountViewSet(AccountActs, ListAction, RetrieveAction, StaffViewSet):
    """Hosting accounts. Suspending and ending go through their services."""

    input_serializers = {
        "password": HostingPasswordInput,
        "login": HostingNoInput,
        "suspend": ActReasonInput,
        "resume": ActReasonInput,
        "terminate": ActReasonInput,
        "usage": HostingNoInput,
    }
    permissions_required = {
        "list": "hosting:read",
        "retrieve": "hosting:read",
        "password": "hosting:update",
        "login": "hosting:update",
        "suspend": "services:suspend",
        "resume": "services:suspend",
        "terminate": "services:terminate",
        "usage": "services:activate",
    }
    filter_fields = {
        "customer_id": UuidFilter(),
        "service_id": UuidFilter(),
        "server_id": UuidFilter(),
        "domain": TextFilter(),
        "username": TextFilter(),
        "status": ChoiceFilter(AccountStatus),
        **TIMES,
    }

    @action(detail=True, methods=["post"])
    def suspend(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Suspend the account's service."""
        body, row = self.valid(), self.row()
        service_suspend(
            actor=self.actor, service=row.service, kind=ReasonKind.STAFF, text=body["reason"]
        )
        return self.show(row.pk, message=_("The panel is being told."))

    @action(detail=True, methods=["post"])
    def resume(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """End what staff suspended the account's service for."""
        body, row = self.valid(), self.row()
        service_resume(
            actor=self.actor, service=row.service, kind=ReasonKind.STAFF, text=body["reason"]
        )
        return self.show(row.pk, message=_("The panel is being told."))

    @action(detail=True, methods=["post"])
    def terminate(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """End the account's service after the hold."""
        body, row = self.valid(), self.row()
        service_terminate(actor=self.actor, service=row.service, reason=body["reason"])
        return self.show(row.pk, message="The service ends.")

    @action(detail=True, methods=["post"])
    def usage(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Ask the panel what the account uses now."""
        self.valid()
        row = self.row()
        service_read_back(actor=self.actor, service=row.service)
        return self.show(row.pk, message="The panel is being asked.")


class PortalAccountViewSet(AccountActs, ListAction, RetrieveAction, PortalViewSet):
    """Hosting accounts of the customer."""

    input_serializers = {"password": HostingPasswordInput, "login": HostingNoInput}
    permissions_required = {
        "list": "hosting:read",
        "retrieve": "hosting:read",
        "password": "hosting:update",
        "login": "hosting:update",
    }
    list_key = "hosting_accounts"
    filter_fields = {
        "domain": TextFilter(),
        "status": ChoiceFilter(AccountStatus),
        "updated_at": InstantFilter(),
    }


class MailDomainActs:
    """Mail domains as they are shown to everybody."""

    resource_name = "mail domain"
    row_serializer = MailDomainRow
    permissions_required = {"list": "mailboxes:read", "retrieve": "mailboxes:read"}
    sort_fields = ("name", "created_at", "updated_at")
    default_sort = "name"

    def get_queryset(self: Any) -> QuerySet[MailDomain]:
        return mail_domains_for(self.actor)


class MailDomainViewSet(MailDomainActs, ListAction, RetrieveAction, StaffViewSet):
    """Names under which mailboxes can be made."""

    filter_fields = {"customer_id": UuidFilter(), "name": TextFilter(), **TIMES}


class PortalMailDomainViewSet(MailDomainActs, ListAction, RetrieveAction, PortalViewSet):
    """Names under which the customer can make mailboxes."""

    list_key = "mail_domains"
    filter_fields = {"name": TextFilter(), "updated_at": InstantFilter()}


class MailboxActs:
    """What staff and customers may do about mailboxes."""

    resource_name = "mailbox"
    row_serializer = MailboxRow
    input_serializers = {
        "create": MailboxInput,
        "update": MailboxChange,
        "destroy": HostingNoInput,
        "password": HostingPasswordInput,
    }
    permissions_required = {
        "list": "mailboxes:read",
        "retrieve": "mailboxes:read",
        "create": "mailboxes:create",
        "update": "mailboxes:update",
        "partial_update": "mailboxes:update",
        "destroy": "mailboxes:delete",
        "password": "mailboxes:update",
    }
    sort_fields = ("created_at", "updated_at", "address", "status")
    searchable = True
    secret_answers = frozenset({"create", "password"})

    def get_queryset(self: Any) -> QuerySet[Mailbox]:
        return mailboxes_for(self.actor)

    def search(self, queryset: QuerySet[Any], text: str) -> QuerySet[Any]:
        """Narrow to addresses that hold ``text``."""
        return queryset.filter(address__icontains=text.lower())

    def create(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Create a mailbox; a random password is shown once."""
        values = self.valid()
        mailbox = mailbox_create(
            actor=self.actor,
            mail_domain=mail_domain_by_id(values["mail_domain_id"], actor=self.actor),
            local_part=values["local_part"],
            quota_mb=values.get("quota_mb"),
        )
        chosen = values.get("password", "")
        new = mailbox_set_password(actor=self.actor, mailbox=mailbox, password=chosen)
        answer: Response = self.show(
            mailbox.pk,
            status=201,
            message=_("Mailbox created."),
            extra={} if chosen else {"password": new},
        )
        answer["Location"] = f"{request.path}/{mailbox.pk}"
        answer["Cache-Control"] = "no-store"
        return answer

    def perform_update(self: Any, row: Any, values: dict[str, Any], expected: Expected) -> None:
        if "quota_mb" in values:
            mailbox_set_quota(actor=self.actor, mailbox=row, quota_mb=values["quota_mb"])

    def perform_destroy(self: Any, row: Any, expected: Expected) -> None:
        mailbox_delete(actor=self.actor, mailbox=row)

    @extend_schema(responses={200: NewPasswordAnswer})
    @action(detail=True, methods=["post"])
    def password(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Set the mailbox's password; a random one is shown once."""
        chosen = self.valid().get("password", "")
        new = mailbox_set_password(actor=self.actor, mailbox=self.row(), password=chosen)
        return ApiResponse({} if chosen else {"password": new}, headers=NO_STORE)


class MailboxViewSet(
    MailboxActs,
    ListAction,
    RetrieveAction,
    CreateAction,
    UpdateAction,
    DestroyAction,
    StaffViewSet,
):
    """Mailboxes."""

    filter_fields = {
        "mail_domain_id": UuidFilter(),
        "customer_id": UuidFilter("mail_domain__customer_id"),
        "service_id": UuidFilter(),
        "address": TextFilter(),
        "status": ChoiceFilter(MailboxStatus),
        **TIMES,
    }


class PortalMailboxViewSet(
    MailboxActs,
    ListAction,
    RetrieveAction,
    CreateAction,
    UpdateAction,
    DestroyAction,
    PortalViewSet,
):
    """Mailboxes of the customer."""

    list_key = "mailboxes"
    filter_fields = {
        "mail_domain_id": UuidFilter(),
        "address": TextFilter(),
        "status": ChoiceFilter(MailboxStatus),
        "updated_at": InstantFilter(),
    }
