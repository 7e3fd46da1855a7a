"""Documents as PDF/A-3b: set by Typst, with fonts and layouts of our own, without a network.

See ``docs/mechanisms/pdf.md``.
"""

from ispplatform.core.pdf.documents import (
    BusinessDocument,
    Column,
    Total,
    render_document,
    svg_of_png,
)
from ispplatform.core.pdf.rendering import Attachment, DocumentNotRendered, render_pdf

__all__ = [
    "Attachment",
    "BusinessDocument",
    "Column",
    "DocumentNotRendered",
    "Total",
    "render_document",
    "render_pdf",
    "svg_of_png",
]
