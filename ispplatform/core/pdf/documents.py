"""The business letter that invoices, credit notes, offers and reminders are printed as."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from struct import unpack

from django.utils import translation
from django.utils.translation import gettext

from ispplatform.core.pages.brand import DEFAULT_ACCENT
from ispplatform.core.pages.colors import light_accent
from ispplatform.core.pdf.rendering import Attachment, render_pdf

Pair = tuple[str, str]
LONGEST_SHAPE = 5  # times as wide as high


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """A column of the table of lines.

    Args:
        align: ``start`` or ``end``.
        width: a share of the free width (``1fr``), or ``auto`` for what the content needs.
    """

    label: str
    align: str = "start"
    width: str = "auto"


@dataclass(frozen=True, kw_only=True, slots=True)
class Total:
    """A line below the table; the strong one is what has to be paid."""

    label: str
    value: str
    is_strong: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class BusinessDocument:
    """All words of a letter with a window for the address, exactly as they are printed.

    Args:
        language: Django's code; decides the layout's own words and hyphenation.
        sender_name: stands in the letterhead where there is no logo.
        sender_line: the small line above the address in the window, one line.
        recipient: up to eight lines for the window.
        facts: what stands beside the window: number, date, customer number.
        rows: for each line the cells; a cell with line breaks prints its later lines small.
        payment: how to pay: account, reference.
        footer: up to four columns of lines at the foot of each page.
        logo_svg: an SVG drawing, or empty; of a picture see ``svg_of_png``.
        stamp: a word across the head of the letter ("Copy", "Paid", "Sandbox"), or empty.
    """

    language: str
    title: str
    number: str
    sender_name: str
    sender_line: str
    recipient: Sequence[str]
    facts: Sequence[Pair]
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    totals: Sequence[Total]
    intro: Sequence[str] = ()
    notes: Sequence[str] = ()
    payment_title: str = ""
    payment: Sequence[Pair] = ()
    footer: Sequence[Sequence[str]] = ()
    accent: str = DEFAULT_ACCENT
    logo_svg: str = ""
    stamp: str = ""


def svg_of_png(png: bytes) -> str:
    """Return a drawing that shows nothing but this picture, for ``BusinessDocument.logo_svg``.

    A very long picture gets room above and below, so that it is at most 80 mm wide in a letter.
    """
    width, height = unpack(">II", png[16:24])  # PNG (RFC 2083), 4.1.1: IHDR is the first chunk
    sheet = max(height, -(-width // LONGEST_SHAPE))
    data = b64encode(png).decode("ascii")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{sheet}">'
        f'<image y="{(sheet - height) // 2}" width="{width}" height="{height}" '
        f'href="data:image/png;base64,{data}"/></svg>'
    )


def render_document(
    document: BusinessDocument, *, made_at: datetime, attachments: Sequence[Attachment] = ()
) -> bytes:
    """Return the document as PDF/A-3b.

    Raises:
        DocumentNotRendered: a row has more or fewer cells than there are columns.
    """
    with translation.override(document.language):
        words = {
            # The numbers are put in by the layout, which alone knows how many pages there are.
            "page_of": gettext("Page {page} of {pages}"),
            "continued": gettext("continued"),
        }
    data = {
        **asdict(document),
        "language": document.language.partition("-")[0],
        "accent": light_accent(document.accent).ground,
        "words": words,
    }
    return render_pdf("business_document", data, made_at=made_at, attachments=attachments)
