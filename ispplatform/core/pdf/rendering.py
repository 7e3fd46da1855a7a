"""Typst behind one function: the same input gives the same bytes, today and years later."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, Final

import typst

from ispplatform.core.pdf.coverage import FONTS_DIR, drawable_data

LAYOUTS_DIR = Path(__file__).parent / "layouts"
STANDARD: Final = "a-3b"

# One compiler a process keeps the fonts in memory; it is used by one thread at a time.
_turn = Lock()


class DocumentNotRendered(RuntimeError):
    """The layout cannot be set with this data: a programming error, with Typst's own words."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Attachment:
    """A file that travels inside the document, for example the invoice as XML.

    Args:
        name: file name as readers show it.
        relationship: ``source``, ``data``, ``alternative`` or ``supplement`` (ISO 32000-2:
            AFRelationship).
    """

    name: str
    text: str
    mime_type: str
    description: str
    relationship: str = "alternative"


def render_pdf(
    layout: str,
    data: Mapping[str, Any],
    *,
    made_at: datetime,
    attachments: Sequence[Attachment] = (),
) -> bytes:
    """Return the PDF/A-3b of a layout filled with data.

    Args:
        layout: name of a file in ``layouts``, without its ending.
        data: plain values; numbers, amounts and dates come as the texts to be printed.
        made_at: aware time that the document says it was made at, to the second; part of the
            result.

    Raises:
        DocumentNotRendered: the layout and the data do not fit.
    """
    second = made_at.astimezone(UTC).replace(microsecond=0)
    inputs = {
        **drawable_data(dict(data)),
        "made_at": [second.year, second.month, second.day],
        "attachments": [
            {
                "name": file.name,
                "text": file.text,
                "mime_type": file.mime_type,
                "description": file.description,
                "relationship": file.relationship,
            }
            for file in attachments
        ],
    }
    with _turn:
        try:
            made: Any = _compiler().compile(
                input=str(LAYOUTS_DIR / f"{layout}.typ"),
                sys_inputs={"data": json.dumps(inputs, ensure_ascii=False)},
                format="pdf",
                pdf_standards=[STANDARD],
                pdf_tags=False,
                timestamp=second,
            )
        except typst.TypstError as error:
            raise DocumentNotRendered(f"{layout}: {error}") from error
    return bytes(made)


@cache
def _compiler() -> typst.Compiler:
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS_DIR)]
    )
    return typst.Compiler(root=str(LAYOUTS_DIR), font_paths=fonts, ignore_system_fonts=True)
