"""What staff can do to a customer, each by a service."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.services.portal_accounts import portal_account_create, portal_account_invite
from customers.admin.forms import (
    ADDRESS_LABELS,
    AddressForm,
    ContactForm,
    EditForm,
    LetterForm,
    LogInForm,
    NoteForm,
    address_initial,
    edit_initial,
    person_values,
    status_form,
)
from customers.choices import AddressKind
from customers.models import Customer
from customers.rules.values import AddressData, ContactData
from customers.services import (
    contact_add,
    customer_delete,
    customer_restore,
    customer_status_change,
    customer_update,
    note_add,
)
from customers.services.addresses import ADDRESS_FIELDS
from customers.services.letters import letter_write
from ispplatform.core.actors import Actor
from ispplatform.core.admin.acts import Act, ReasonForm
from ispplatform.core.tenancy.lookup import tenant_by_id

Values = Mapping[str, Any]


def _edit(actor: Actor, row: Customer, values: Values) -> str:
    changes = person_values(dict(values))
    customer_update(actor=actor, customer=row, expected=values["version"], **changes)
    return gettext("Saved.")


def _status(actor: Actor, row: Customer, values: Values) -> str:
    changed = customer_status_change(
        actor=actor, customer=row, status=values["status"], reason=values["reason"]
    )
    return gettext("The customer is %(status)s now.") % {
        "status": str(changed.get_status_display()).lower()
    }


def _note(actor: Actor, row: Customer, values: Values) -> str:
    note_add(actor=actor, customer=row, **values)
    return gettext("Noted.")


def _letter(actor: Actor, row: Customer, values: Values) -> str:
    addresses = letter_write(actor=actor, customer=row, **values)
    return gettext("On its way to %(addresses)s.") % {"addresses": ", ".join(addresses)}


def _contact(actor: Actor, row: Customer, values: Values) -> str:
    data = ContactData(**{**values, "purposes": tuple(values["purposes"])})
    contact_add(actor=actor, customer=row, contact=data)
    return gettext("The contact is added.")


def _log_in(actor: Actor, row: Customer, values: Values) -> str:
    tenant = tenant_by_id(row.tenant_id)
    account = portal_account_create(
        actor=actor,
        tenant=tenant,
        customer_id=row.pk,
        language=row.language or tenant.language,
        **values,
    )
    portal_account_invite(actor=actor, tenant=tenant, account=account)
    return gettext("%(portal_id)s is made; the link to set a password is on its way.") % {
        "portal_id": account.portal_id
    }


def _delete(actor: Actor, row: Customer, values: Values) -> str:
    customer_delete(actor=actor, customer=row, reason=values["reason"])
    return gettext("The customer is deleted. It can be restored.")


def _restore(actor: Actor, row: Customer, values: Values) -> str:
    customer_restore(actor=actor, customer=row, reason=values["reason"])
    return gettext("The customer is back, as inactive.")


def _is_here(row: Customer) -> bool:
    return row.deleted_at is None


def _is_deleted(row: Customer) -> bool:
    return row.deleted_at is not None


def _address_act(field: str, kind: str) -> Act:
    def run(actor: Actor, row: Customer, values: Values) -> str:
        change: dict[str, Any] = {field: AddressData(**values)}
        customer_update(actor=actor, customer=row, **change)
        return gettext("Saved.")

    return Act(
        name=field.replace("_", "-"),
        label=ADDRESS_LABELS[AddressKind(kind)],
        button=_("Save"),
        permission="customers:update",
        run=run,
        form=AddressForm,
        initial=lambda row: address_initial(row, kind),
        applies=_is_here,
    )


def _list(row: Customer) -> str:
    return reverse("admin:customers_customer_changelist")


# These stand as buttons at the head of the page; the others beside what they change.
HEAD_ACTS = (
    Act(
        name="edit",
        label=_("Edit"),
        button=_("Save"),
        permission="customers:update",
        run=_edit,
        form=EditForm,
        initial=edit_initial,
        applies=_is_here,
    ),
    Act(
        name="status",
        label=_("Change status"),
        permission="customers:update",
        run=_status,
        form_for=status_form,
        applies=_is_here,
    ),
    Act(
        name="note",
        label=_("Write a note"),
        button=_("Save the note"),
        permission="notes:create",
        run=_note,
        form=NoteForm,
        applies=_is_here,
    ),
    Act(
        name="mail",
        label=_("Write a mail"),
        button=_("Send it"),
        permission="mails:write",
        run=_letter,
        form=LetterForm,
        explanation=_("It is sent at once and kept among the mails of the customer."),
        applies=_is_here,
    ),
    Act(
        name="restore",
        label=_("Restore"),
        permission="customers:delete",
        run=_restore,
        form=ReasonForm,
        explanation=_("The customer comes back as inactive; its log-ins stay closed."),
        applies=_is_deleted,
        tone="main",
    ),
    Act(
        name="delete",
        label=_("Delete"),
        permission="customers:delete",
        run=_delete,
        form=ReasonForm,
        explanation=_(
            "The customer leaves every list and its log-ins are closed. Documents and the audit "
            "trail stay, as the law asks."
        ),
        applies=_is_here,
        tone="danger",
        leads_to=_list,
    ),
)
PANEL_ACTS = (
    *(_address_act(field, kind) for field, kind in ADDRESS_FIELDS.items()),
    Act(
        name="contact",
        label=_("Add a contact"),
        permission="contacts:create",
        run=_contact,
        form=ContactForm,
        applies=_is_here,
    ),
    Act(
        name="log-in",
        label=_("Make a log-in"),
        permission="portal_accounts:manage",
        run=_log_in,
        form=LogInForm,
        explanation=_("A link to set the password is mailed to the address."),
        initial=lambda row: {
            "email": row.email,
            "first_name": row.first_name[:80],
            "last_name": row.last_name[:80],
        },
        applies=_is_here,
    ),
)
