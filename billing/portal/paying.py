"""Paying: choosing how, confirming at the bank, seeing how it ended; and the kept cards."""

from decimal import Decimal
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from billing.choices import PaymentMethodKind, PaymentState
from billing.errors import CardsNotTaken, InvoiceNotFound, PaymentMethodNotFound, PaymentNotFound
from billing.models import Document, Payment, PaymentMethod
from billing.portal.card_forms import card_gateway, card_refused, with_hosts_of
from billing.portal.documents import actor_of, customer_of
from billing.portal.forms import NewCardForm, PayForm, StripeCardForm, published_cards
from billing.preferences import BANK_ACCOUNT
from billing.providers.payments.base import CardForm, CardFormKind
from billing.selectors.declines import decline_facts
from billing.selectors.invoices import payable_by_id
from billing.selectors.payments import (
    credit_of,
    payment_by_id,
    payment_method_by_id,
    payment_methods_for,
)
from billing.selectors.pro_formas import held_for
from billing.services.methods import (
    card_setup_begin,
    payment_method_add,
    payment_method_make_default,
    payment_method_read,
    payment_method_remove,
)
from billing.services.payment_checks import payment_check_now
from billing.services.payments import payment_start
from billing.services.wallet import pay_with_credit
from billing.slots import subject_pages
from ispplatform.core.errors import PlatformError
from ispplatform.core.models import ProviderConnection
from ispplatform.core.pages.access import customer_page
from ispplatform.core.pages.references import reference_of
from ispplatform.core.pages.refusals import refusal_of, refuse_form, tell_refusal

PAY = "own_payments:create"
METHODS = "own_payment_methods:manage"
BACK_FROM_BANK = "redirect_status"  # Stripe adds it to the address that a bank sends back to
LOOKS = "looks"
LOOKS_AFTER_THE_BANK = 10  # a second apart
UNDECIDED = (PaymentState.CREATED, PaymentState.PROCESSING)


@require_http_methods(["GET", "HEAD", "POST"])
@customer_page(PAY)
def pay(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Ask how a document is to be paid, and charge the card that was chosen."""
    actor = actor_of(request)
    try:
        document, due = payable_by_id(document_id, actor=actor)
    except InvoiceNotFound as error:
        raise Http404 from error
    if not due:
        return _nothing_to_pay(request, document)
    gateway, card_form = card_gateway()
    saved = list(payment_methods_for(actor).filter(connection=gateway)) if gateway else []
    kind = card_form.kind if card_form else CardFormKind.SANDBOX
    form = PayForm(request.POST if request.method == "POST" else None, saved=saved, kind=kind)
    if request.method == "POST" and gateway is not None and form.is_valid():
        try:
            payment = _paid(request, document, gateway, form)
        except PlatformError as error:
            refuse_form(form, card_refused(error))
        else:
            return redirect("billing:payment", payment.pk)
    return _pay_page(request, document, due, form, card_form)


def _pay_page(
    request: HttpRequest,
    document: Document,
    due: Decimal,
    form: PayForm,
    card_form: CardForm | None,
) -> HttpResponse:
    tenant = request.tenant
    context = {
        "document": document,
        "lines": document.lines.all(),
        "due": due,
        "settled": due - document.gross_total,
        "form": form,
        "takes_cards": card_form is not None,
        "card_form": card_form,
        "card_use": "pay",
        "test_cards": published_cards(),
        "bank_account": BANK_ACCOUNT.of(tenant),
        "by_transfer": request.GET.get("method") == PaymentMethodKind.BANK_TRANSFER,
        "credit": credit_of(document.customer, document.currency) - held_for(document),
        "subject": _subject_link(document),
    }
    page = render(request, "billing/pay.html", context, status=422 if form.errors else 200)
    return with_hosts_of(card_form, page)


def _nothing_to_pay(request: HttpRequest, document: Document) -> HttpResponse:
    link = _subject_link(document)
    messages.info(request, _("There is nothing to pay here any more."))
    return HttpResponseRedirect(link["url"] if link else reverse("billing:home"))


def _paid(
    request: HttpRequest, document: Document, gateway: ProviderConnection, form: PayForm
) -> Payment:
    actor = actor_of(request)
    values = form.cleaned_data
    method: PaymentMethod
    if form.is_new_card:
        customer = customer_of(request)
        card = payment_method_read(connection=gateway, token=values["token"], customer=customer)
        method = payment_method_add(
            actor=actor, customer=customer, connection=gateway, card=card, is_saved=False
        )
    else:
        method = payment_method_by_id(values["card"], actor=actor)
    return payment_start(
        actor=actor,
        document=document,
        payment_method=method,
        save_method=form.is_new_card and values["save_method"],
    )


def _subject_link(document: Document) -> dict[str, Any] | None:
    page = subject_pages.get(document.subject_type)
    if page is None or document.subject_id is None:
        return None
    return {"label": page.label, "url": page.url(document.subject_id)}


@require_POST
@customer_page(PAY)
def use_credit(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Pay a document with the customer's credit."""
    actor = actor_of(request)
    try:
        document, due = payable_by_id(document_id, actor=actor)
    except InvoiceNotFound as error:
        raise Http404 from error
    if not due:
        return _nothing_to_pay(request, document)
    try:
        pay_with_credit(actor=actor, document=document)
    except PlatformError as error:
        tell_refusal(request, error)
        return redirect("billing:pay", document.pk)
    messages.success(request, _("Paid with your credit."))
    link = _subject_link(document)
    return HttpResponseRedirect(link["url"] if link else reverse("billing:home"))


def _own_payment(request: HttpRequest, payment_id: UUID) -> Payment:
    try:
        return payment_by_id(payment_id, actor=actor_of(request))
    except PaymentNotFound as error:
        raise Http404 from error


@require_safe
@customer_page(PAY)
def payment(request: HttpRequest, payment_id: UUID) -> HttpResponse:
    """Show how far a payment is; while it is undecided the page asks again by itself.

    A customer who comes back from the bank makes us ask the gateway at once.
    """
    row = _own_payment(request, payment_id)
    if BACK_FROM_BANK in request.GET and row.state == PaymentState.REQUIRES_ACTION:
        payment_check_now(actor=actor_of(request), payment=row)
        address = reverse("billing:payment", args=[row.pk])
        return redirect(f"{address}?{LOOKS}={LOOKS_AFTER_THE_BANK}")
    looks = _looks_left(request)
    context = {
        "payment": row,
        "document": row.document,
        "is_undecided": row.state in UNDECIDED
        or (row.state == PaymentState.REQUIRES_ACTION and looks > 0),
        "looks": max(looks - 1, 0),
        "reference": reference_of(str(row.pk)),
        "subject": _subject_link(row.document) if row.document else None,
        **(decline_facts(row.document, request.tenant) if row.state == PaymentState.FAILED else {}),
    }
    template = "billing/payment_state.html" if _by_htmx(request) else "billing/payment.html"
    return render(request, template, context)


def _looks_left(request: HttpRequest) -> int:
    """How often the page may still ask before it sends the customer to the bank once more."""
    given = request.GET.get(LOOKS, "")
    return min(int(given), LOOKS_AFTER_THE_BANK) if given.isdecimal() else 0


def _by_htmx(request: HttpRequest) -> bool:
    return bool(request.htmx)


@require_http_methods(["GET", "HEAD", "POST"])
@customer_page(METHODS)
def methods(request: HttpRequest) -> HttpResponse:
    """List the kept cards, and keep another."""
    actor = actor_of(request)
    gateway, card_form = card_gateway()
    is_stripe = card_form is not None and card_form.kind is CardFormKind.STRIPE
    form = (StripeCardForm if is_stripe else NewCardForm)(
        request.POST if request.method == "POST" else None
    )
    if request.method == "POST" and gateway is not None and form.is_valid():
        customer = customer_of(request)
        try:
            card = payment_method_read(
                connection=gateway, token=form.cleaned_data["token"], customer=customer
            )
            payment_method_add(actor=actor, customer=customer, connection=gateway, card=card)
        except PlatformError as error:
            refuse_form(form, card_refused(error))
        else:
            messages.success(request, _("The card is kept for the next payments."))
            return redirect("billing:methods")
    context = {
        "methods": payment_methods_for(actor),
        "form": form,
        "takes_cards": gateway is not None,
        "card_form": card_form,
        "card_use": "keep",
        "test_cards": published_cards(),
    }
    page = render(request, "billing/methods.html", context, status=422 if form.errors else 200)
    return with_hosts_of(card_form, page)


@require_POST
@customer_page(METHODS)
def card_setup(request: HttpRequest) -> HttpResponse:
    """Give the browser what the gateway's form needs to keep a card; shown once, never kept."""
    gateway, _form = card_gateway()
    if gateway is None:
        nothing = CardsNotTaken("Cards cannot be taken at this moment.")
        return JsonResponse({"message": refusal_of(nothing).text}, status=nothing.http_status)
    try:
        setup = card_setup_begin(connection=gateway, customer=customer_of(request))
    except PlatformError as error:
        status = max(error.http_status, HTTPStatus.BAD_REQUEST)  # an unclear outcome is none
        return JsonResponse({"message": refusal_of(card_refused(error)).text}, status=status)
    answer = JsonResponse({"client_secret": setup.client_secret})
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
@customer_page(METHODS)
def method_remove(request: HttpRequest, method_id: UUID) -> HttpResponse:
    """Forget a card."""
    try:
        payment_method_remove(actor=actor_of(request), method_id=_own_method(request, method_id))
    except PlatformError as error:
        tell_refusal(request, error)
    else:
        messages.success(request, _("The card is forgotten."))
    return redirect("billing:methods")


@require_POST
@customer_page(METHODS)
def method_default(request: HttpRequest, method_id: UUID) -> HttpResponse:
    """Charge this card for renewals."""
    try:
        payment_method_make_default(
            actor=actor_of(request), method_id=_own_method(request, method_id)
        )
    except PlatformError as error:
        tell_refusal(request, error)
    else:
        messages.success(request, _("Saved."))
    return redirect("billing:methods")


def _own_method(request: HttpRequest, method_id: UUID) -> UUID:
    try:
        return payment_method_by_id(method_id, actor=actor_of(request)).pk
    except PaymentMethodNotFound as error:
        raise Http404 from error
