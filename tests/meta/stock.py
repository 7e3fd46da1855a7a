"""A company with a real row of everything that an address can name, for each of its customers.

Every customer has a word of their own in each text of theirs that people read. Where it shows up in
somebody else's answer, a wall has a hole.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import models, transaction

from accounts.choices import (
    AccessLinkPurpose,
    EmailCodePurpose,
    FactorResetStatus,
    GuardReason,
    IdentityCheck,
    SessionChannel,
)
from accounts.models import (
    AccessLink,
    Avatar,
    EmailCode,
    FactorReset,
    ImportedPerson,
    LoginGuard,
    Membership,
    MembershipRole,
    PeopleImport,
    PortalAccount,
    Role,
    Session,
    SignOnRequest,
    StaffInvitation,
    TemporaryToken,
)
from accounts.services.roles import tenant_roles_seed
from accounts.services.sessions import Device, session_begin
from accounts.tokens.encoding import text_digest
from billing.models import (
    CreditEntry,
    Dispute,
    GatewayEvent,
    Invoice,
    JournalEntry,
    LedgerAccount,
    MirroredObject,
    NumberSeries,
    Payment,
    PaymentMethod,
    Refund,
    SandboxCharge,
    Subscription,
)
from billing.services.dunning import dunning_open
from billing.services.dunning_holds import dunning_pause
from billing.services.invoices import invoice_issue
from billing.services.lines import LineInput
from billing.services.refunds import refund_start
from customers.models import Customer
from domains.models import (
    DnsZone,
    Domain,
    RegistrantContact,
    SandboxRecordSet,
    SandboxRegistrarEntry,
    SandboxRegistration,
    SandboxZone,
)
from hosting.models import (
    HostingAccount,
    HostingServer,
    Mailbox,
    MailDomain,
    SandboxPanelAccount,
    SandboxPanelMailbox,
)
from ispplatform.core.actors import Actor
from ispplatform.core.attention import attention_open
from ispplatform.core.audit import audit
from ispplatform.core.clock import system_now
from ispplatform.core.models import (
    AttentionItem,
    AuditEntry,
    BulkRun,
    EventDelivery,
    Operation,
    OutboxEvent,
    ProviderConnection,
    PurgePermit,
    Tenant,
)
from ispplatform.core.subjects import subject_of
from ispplatform.core.tenancy.context import tenant_context
from notifications.choices import MailState
from notifications.models import Mail
from provisioning.models import Service
from sales.models import CartLine, Order
from tests.factories.accounts import (
    ApiKeyFactory,
    IdentityLinkFactory,
    IdentityProviderFactory,
    IntegrationFactory,
    MembershipFactory,
    OAuthClientFactory,
    PortalAccountFactory,
)
from tests.factories.billing import transferred
from tests.factories.core import BulkRowFactory, BulkRunFactory
from tests.factories.customers import ContactFactory, CustomerFactory, NoteFactory, TagFactory
from tests.factories.domains import DelegationCheckFactory, DnsRecordFactory
from tests.factories.provisioning import ServiceScheduleFactory
from tests.sales.conftest import Shop, open_shop

SYSTEM = Actor.system("stock")


@dataclass
class Owned:
    """What one customer has.

    Attributes:
        word: stands in every text of theirs; nobody else's answers hold it.
        rows: a row of each model.
    """

    word: str
    shop: Shop
    account: PortalAccount
    rows: dict[type[models.Model], models.Model] = field(default_factory=dict)

    @property
    def tenant(self) -> Tenant:
        """The company whose customer it is."""
        return self.shop.tenant

    @property
    def customer(self) -> Customer:
        """Whose rows they are."""
        return self.shop.customer

    def id_of(self, model: type[models.Model]) -> str:
        """Return the id of their row of a model."""
        return str(self.rows[model].pk)


def stocked(tenant: Tenant, *words: str) -> list[Owned]:
    """Return customers of a company who have bought, paid and received; one for each word."""
    with tenant_context(tenant.pk):
        tenant_roles_seed(tenant)
        shop = open_shop(tenant)
        return [customer_with_all(shop, word) for word in words]


def customer_with_all(shop: Shop, word: str) -> Owned:
    """Return a new customer of a shop who has bought, paid and received."""
    customer = CustomerFactory(
        addressed=True,
        phone="+49 30 1234567",
        first_name=word.title(),
        last_name=word.title(),
        email=f"{word}@customer.example",
    )
    account = PortalAccountFactory(customer_id=customer.pk, user__email=f"{word}@portal.example")
    return having(Owned(word=word, shop=replace(shop, customer=customer), account=account))


def having(owned: Owned) -> Owned:
    """Let the customer buy, pay and receive, and staff do what they do about it."""
    order = owned.shop.ordered(owned.shop.full_cart(f"{owned.word}.example"))
    payment = owned.shop.pay(order)
    transferred(owned.customer, "7.00")
    user = owned.account.user
    session_begin(user=user, account=owned.account, channel=SessionChannel.BROWSER, device=Device())
    for row in (*_bought(order), *_of_staff(owned, payment), *_of_the_sandbox(owned.word)):
        owned.rows[type(row)] = row
    return owned


def _bought(order: Order) -> list[models.Model]:
    customer = order.customer
    zone = DnsZone.objects.filter(customer=customer).latest("pk")
    invoice = Invoice.objects.get(document__made_from=order.proforma)
    cart = open_cart_line(order)
    return [
        customer,
        order,
        cart,
        invoice,
        invoice.document,
        zone,
        DnsRecordFactory(zone=zone, name="extra"),
        DelegationCheckFactory(domain=Domain.objects.filter(customer=customer).latest("pk")),
        *(
            model.objects.filter(customer=customer).latest("pk")
            for model in (
                Service,
                Subscription,
                Payment,
                PaymentMethod,
                Domain,
                RegistrantContact,
                HostingAccount,
                MailDomain,
                CreditEntry,
                JournalEntry,
            )
        ),
        *(
            model.objects.filter(customer_id=customer.pk).latest("pk")
            for model in (Operation, OutboxEvent)
        ),
        _mail_that_left(customer),
        EventDelivery.objects.filter(event__customer_id=customer.pk).latest("pk"),
        AuditEntry.objects.filter(customer_id=customer.pk).latest("pk"),
        Mailbox.objects.filter(mail_domain__customer=customer).latest("pk"),
        *(model.objects.latest("pk") for model in (HostingServer, LedgerAccount, NumberSeries)),
        ProviderConnection.objects.get(kind="registrar"),
        order.lines.latest("pk").plan,
        order.lines.latest("pk").price,
    ]


def _mail_that_left(customer: Customer) -> Mail:
    """Return the newest mail that the customer may see; nothing is really sent here."""
    mail = Mail.objects.filter(customer_id=customer.pk, has_secret=False).latest("pk")
    Mail.objects.filter(pk=mail.pk).update(state=MailState.SENT)
    return mail


def open_cart_line(order: Order) -> CartLine:
    """Return a line of a cart that the order's customer has not ordered yet."""
    return CartLine.objects.filter(cart=order.cart).latest("pk")


def _of_staff(owned: Owned, payment: Payment) -> list[models.Model]:
    customer, word, user = owned.customer, owned.word, owned.account.user
    colleague: Membership = MembershipFactory(
        roles=list(Role.objects.filter(code="support")), user__email=f"{word}@staff.example"
    )
    service = Service.objects.filter(customer=customer).latest("pk")
    later = system_now() + timedelta(hours=1)
    with transaction.atomic():
        audit("accounts.log_in", actor=SYSTEM, subject=subject_of(user))
    refund_start(actor=SYSTEM, payment=payment, reason=word, amount=None)
    attention_open(
        kind="provisioning.trouble",
        subject=subject_of(service),
        sentence=f"{word} waits",
        customer_id=customer.pk,
    )
    return [
        owned.account,
        user,
        colleague,
        MembershipRole.objects.get(membership=colleague),
        Role.objects.create(code=f"role-{word}", name=word, grants=["customers:read"]),
        Session.objects.filter(user=user).latest("pk"),
        TemporaryToken.objects.create(
            session=Session.objects.filter(user=user).latest("pk"),
            path=f"/api/portal/v1/services?search={word}",
            method="GET",
            permission="services:read",
            expires_at=later,
        ),
        *_machines(word),
        *_vouched(colleague, word),
        *_from_a_file(word, later),
        AccessLink.objects.create(
            purpose=AccessLinkPurpose.values[0],
            email=user.email,
            user=user,
            portal_account=owned.account,
            expires_at=later,
        ),
        FactorReset.objects.create(
            user=user,
            status=FactorResetStatus.DONE,
            identity_check=IdentityCheck.LETTER,
            identity_note=word,
            asked_by=word,
            due_at=later,
        ),
        LoginGuard.objects.create(user=user, reason=GuardReason.EMAIL_CHANGE, ends_at=later),
        Avatar.objects.update_or_create(user=user, defaults={"png": b"", "sha256": "0" * 64})[0],
        Avatar.objects.create(user=colleague.user, sha256="0" * 64, png=b""),
        StaffInvitation.objects.create(
            email=f"{word}@invited.example",
            roles=["support"],
            actor_type="user",
            actor_id=str(user.pk),
            actor_label=word,
            sent_at=system_now(),
            expires_at=later,
        ),
        EmailCode.objects.create(
            purpose=EmailCodePurpose.values[0], email=user.email, user=user, expires_at=later
        ),
        ContactFactory(customer=customer, name=word),
        NoteFactory(customer=customer, text=word),
        TagFactory(name=word),
        ServiceScheduleFactory(service=service, reason=word),
        Refund.objects.filter(payment=payment).latest("pk"),
        *_at_the_gateway(word, payment),
        *_unpaid(customer, word),
        AttentionItem.objects.filter(customer_id=customer.pk).latest("pk"),
        PurgePermit.objects.create(reason=word, actor_label=word, expires_at=later),
        _in_bulk(customer, word),
    ]


def _from_a_file(word: str, later: datetime) -> list[models.Model]:
    source = PeopleImport.objects.create(
        file_name=f"{word}.csv",
        file_digest="0" * 64,
        row_count=1,
        problem_count=0,
        actor_label=word,
        expires_at=later,
    )
    email = f"{word}@file.example"
    return [source, ImportedPerson.objects.create(source=source, line=2, email=email)]


def _machines(word: str) -> list[models.Model]:
    integration = IntegrationFactory(name=f"integration of {word}")
    client = OAuthClientFactory(name=f"client of {word}", integration=integration)
    return [integration, client, ApiKeyFactory(name=f"key of {word}", integration=integration)]


def _vouched(colleague: Membership, word: str) -> list[models.Model]:
    """A provider by which a colleague came in, and a browser that is on its way there."""
    provider = IdentityProviderFactory(name=f"provider of {word}")
    way = SignOnRequest.objects.create(
        provider=provider,
        state_digest=text_digest(word),
        browser_digest=text_digest(word),
        target="/admin/",
        expires_at=system_now() + timedelta(hours=1),
    )
    link = IdentityLinkFactory(provider=provider, membership=colleague, subject=word)
    return [provider, way, link]


def _unpaid(customer: Customer, word: str) -> list[models.Model]:
    """What is done about an invoice that the customer owes, and why it stands still."""
    line = LineInput(label=word, unit_price=Decimal("90.00"))
    invoice = invoice_issue(actor=SYSTEM, customer=customer, lines=[line])
    case = dunning_open(invoice=invoice)
    assert case is not None
    return [case, dunning_pause(actor=SYSTEM, customer=customer, reason=word)]


def _in_bulk(customer: Customer, word: str) -> BulkRun:
    """A plan over more rows than the API's lists of them show with one."""
    run: BulkRun = BulkRunFactory(label=word)
    BulkRowFactory(run=run, position=0, subject_id=customer.pk, subject_label=word)
    for place in range(1, 5):
        BulkRowFactory(run=run, position=place, subject_label="")  # of what is not there any more
    return run


def _at_the_gateway(word: str, payment: Payment) -> list[models.Model]:
    """What a gateway sent about the customer's payment, and that its bank took it back."""
    return [
        GatewayEvent.objects.create(
            connection=payment.connection,
            event_id=f"evt_{word}",
            kind="charge.dispute.created",
            topic="dispute",
            reference=f"dp_{word}",
            payload="{}",
        ),
        MirroredObject.objects.create(
            connection=payment.connection, reference=f"pi_{word}", failure=word
        ),
        Dispute.objects.create(
            payment=payment,
            connection=payment.connection,
            reference=f"dp_{word}",
            currency=payment.currency,
            amount=payment.amount,
            reason=word,
        ),
    ]


def _of_the_sandbox(word: str) -> list[models.Model]:
    name = f"{word}.example"
    return [
        SandboxRegistration.objects.get(name=name),
        SandboxRegistrarEntry.objects.get(name=name),
        SandboxZone.objects.get(name=name),
        SandboxRecordSet.objects.filter(zone__name=name).latest("pk"),
        SandboxPanelAccount.objects.get(domain=name),
        SandboxPanelMailbox.objects.get(address=f"info@{name}"),
        SandboxCharge.objects.latest("pk"),
    ]
