"""The words of a document as they are printed; made of nothing but what is frozen."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from babel import Locale
from django.utils import translation
from django.utils.translation import gettext as _

from billing.choices import DocumentKind
from billing.models import Document, DocumentLine, DocumentTax
from billing.rules.tax import TaxRule
from ispplatform.core.money import minor_digits
from ispplatform.core.pages.brand import DEFAULT_ACCENT
from ispplatform.core.pages.formats import (
    country_text,
    date_text,
    format_locale,
    money_text,
    number_text,
)
from ispplatform.core.pdf import BusinessDocument, Column, Total, svg_of_png
from ispplatform.core.tenancy.logos import logo_png

Pair = tuple[str, str]
TAX_IDS = {"vat": "VAT", "vat_id": "VAT", "tax": "Tax no.", "tax_number": "Tax no."}


def printed(document: Document) -> BusinessDocument:
    """Return an issued document as it is printed, in its own language."""
    with translation.override(document.language):
        return _Printer(document).whole()


class _Printer:
    """Holds what every part of one document needs."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.seller: dict[str, Any] = document.seller
        self.locale: Locale = format_locale(document.language, self.seller.get("country", ""))
        self.lines: list[DocumentLine] = list(document.lines.all())
        self.taxes: list[DocumentTax] = list(document.taxes.all())
        self.with_tax = all(line.tax_included for line in self.lines)
        self.is_paid = document.kind == DocumentKind.INVOICE and document.made_from_id is not None

    def whole(self) -> BusinessDocument:
        document, seller = self.document, self.seller
        return BusinessDocument(
            language=document.language,
            title=str(DocumentKind(document.kind).label),
            number=document.number,
            sender_name=seller.get("brand") or seller["name"],
            sender_line=" · ".join([seller["name"], *_address(seller.get("address", {}))]),
            recipient=self._recipient(),
            facts=self._facts(),
            intro=self._intro(),
            columns=self._columns(),
            rows=[self._row(line) for line in self.lines],
            totals=self._totals(),
            notes=self._notes(),
            payment_title=_("How to pay") if self._asks_for_money() else "",
            payment=self._payment() if self._asks_for_money() else (),
            footer=self._footer(),
            accent=seller.get("accent") or DEFAULT_ACCENT,
            logo_svg=_logo(seller.get("logo", "")),
            stamp=_("Sandbox") if seller.get("is_sandbox") else "",
        )

    def money(self, amount: Decimal) -> str:
        return money_text(amount, self.document.currency, self.locale)

    def day(self, day: date | None) -> str:
        return "" if day is None else date_text(day, self.locale)

    def _recipient(self) -> list[str]:
        buyer = self.document.buyer
        person = f"{buyer.get('first_name', '')} {buyer.get('last_name', '')}".strip()
        address = buyer.get("address", {})
        names = [address.get("name", ""), buyer.get("company_name", ""), person]
        if not any(names):
            names = [buyer.get("name", "")]
        shown = list(dict.fromkeys(name for name in names if name))
        lines = [*shown, *_address(address)]
        country = address.get("country", "")
        if country and country != self.seller.get("country"):
            lines.append(country_text(country, self.locale).upper())
        return lines[:8]

    def _facts(self) -> list[Pair]:
        document = self.document
        shows_due = document.kind != DocumentKind.CREDIT_NOTE and not self.is_paid
        facts = [
            (_("Number"), document.number),
            (_("Date"), self.day(document.issue_date)),
            (_("Date of supply"), self.day(document.tax_point)),
            (_("Due"), self.day(document.due_date) if shows_due else ""),
            (_("Customer number"), document.buyer.get("customer_number", "")),
            (_("Your VAT number"), document.buyer.get("vat_number", "")),
            (_("Order"), document.subject_label),
        ]
        return [(label, value) for label, value in facts if value]

    def _intro(self) -> list[str]:
        document = self.document
        if document.kind == DocumentKind.CREDIT_NOTE and document.corrects is not None:
            sentence = _("This credit note corrects invoice %(number)s of %(day)s.") % {
                "number": document.corrects.number,
                "day": self.day(document.corrects.issue_date),
            }
            reason = _("Reason: %(reason)s") % {"reason": document.reason}
            return [sentence, reason] if document.reason else [sentence]
        if document.kind == DocumentKind.PRO_FORMA:
            return [
                _(
                    "This is not an invoice for tax purposes. You receive one as soon as the "
                    "payment is here."
                )
            ]
        return []

    def _columns(self) -> list[Column]:
        price, amount = _("Unit price"), _("Net")
        if self.with_tax:
            price, amount = _("Price with tax"), _("Amount with tax")
        return [
            Column(label=_("Description"), width="1fr"),
            Column(label=_("Quantity"), align="end"),
            Column(label=price, align="end"),
            Column(label=_("Tax"), align="end"),
            Column(label=amount, align="end"),
        ]

    def _row(self, line: DocumentLine) -> list[str]:
        words = [line.label]
        if line.period_start and line.last_day:
            words.append(f"{self.day(line.period_start)} – {self.day(line.last_day)}")
        words += [part for part in line.details.splitlines() if part.strip()]
        if line.discount:
            words.append(_("Discount: %(amount)s") % {"amount": self.money(line.discount)})
        price = ""
        if line.tax_included == self.with_tax:
            price = self._unit_price(line.unit_price)
        return [
            "\n".join(words),
            number_text(line.quantity.normalize(), self.locale),
            price,
            f"{number_text(line.tax_percent.normalize(), self.locale)} %",
            self.money(line.gross if self.with_tax else line.net),
        ]

    def _unit_price(self, price: Decimal) -> str:
        """A price with more decimals than the currency keeps them."""
        rounded = self.money(price)
        exact = price.normalize()
        if -int(exact.as_tuple().exponent) <= minor_digits(self.document.currency):
            return rounded
        return f"{number_text(exact, self.locale)} {self.document.currency}"

    def _totals(self) -> list[Total]:
        document = self.document
        totals = [Total(label=_("Net"), value=self.money(document.net_total))]
        for row in self.taxes:
            percent = number_text(row.tax_percent.normalize(), self.locale)
            label = _("%(percent)s %% tax on %(net)s") % {
                "percent": percent,
                "net": self.money(row.net),
            }
            totals.append(Total(label=label, value=self.money(row.tax)))
        totals.append(
            Total(label=_("Total"), value=self.money(document.gross_total), is_strong=True)
        )
        return totals

    def _notes(self) -> list[str]:
        notes = [note for note in self.document.notes.splitlines() if note.strip()]
        if self.is_paid:
            notes.append(
                _("Paid on %(day)s. Thank you.") % {"day": self.day(self.document.tax_point)}
            )
        rules = dict.fromkeys(row.tax_rule for row in self.taxes)
        notes += [words for words in (self._rule_words(rule) for rule in rules) if words]
        footer = self.seller.get("footer", "")
        return [*notes, footer] if footer else notes

    def _rule_words(self, rule: str) -> str:
        country = country_text(self.document.tax_country, self.locale)
        words = {
            TaxRule.REVERSE_CHARGE: _(
                "Reverse charge: the recipient owes the tax (Art. 196, Directive 2006/112/EC)."
            ),
            TaxRule.EXPORT: _("Not taxable here: the place of supply lies outside."),
            TaxRule.EXEMPT: _("Exempt from tax."),
            TaxRule.SMALL_BUSINESS: _("No tax is charged: small business."),
            TaxRule.OSS: _("Taxed at the rate of %(country)s.") % {"country": country},
        }
        return words.get(TaxRule(rule), "")

    def _asks_for_money(self) -> bool:
        has_account = bool(self.seller.get("bank_account", {}).get("iban"))
        asks = self.document.kind != DocumentKind.CREDIT_NOTE and not self.is_paid
        return has_account and asks and self.document.gross_total > 0

    def _payment(self) -> list[Pair]:
        account = self.seller["bank_account"]
        rows = [
            (_("To"), account.get("holder") or self.seller["name"]),
            ("IBAN", account["iban"]),
            ("BIC", account.get("bic", "")),
            (_("Reference"), self.document.number),
            (_("Amount"), self.money(self.document.gross_total)),
        ]
        return [(label, value) for label, value in rows if value]

    def _footer(self) -> list[list[str]]:
        seller = self.seller
        account = seller.get("bank_account", {})
        tax_ids = [
            f"{TAX_IDS.get(name.lower(), name)}: {value}"
            for name, value in seller.get("tax_ids", {}).items()
        ]
        bank = [account.get("bank", ""), account.get("iban", ""), account.get("bic", "")]
        columns: list[Sequence[str]] = [
            [seller["name"], *_address(seller.get("address", {}))],
            [seller.get("email", "")],
            tax_ids,
            bank,
        ]
        shown = [[line for line in column if line] for column in columns]
        return [column for column in shown if column]


def _logo(digest: str) -> str:
    return svg_of_png(logo_png(digest)) if digest else ""


def _address(address: dict[str, str]) -> list[str]:
    town = f"{address.get('postal_code', '')} {address.get('city', '')}".strip()
    parts = [address.get("street", ""), address.get("street2", ""), town, address.get("state", "")]
    return [part for part in parts if part]
