"""Pictures that people upload, made anew: nothing of the file that came reaches a reader."""

import io
import struct
import zlib
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageOps

from ispplatform.core.errors import InvalidInput

FILE_BYTES: Final = 1_048_576
PIXELS: Final = 4_000_000
SHORTEST_SIDE: Final = 16  # pixels
KEPT_BOX: Final = (640, 192)  # pixels: 16 mm of a letter at 300 dots an inch
LONGEST_SHAPE: Final = 12  # times as wide as high, or as high as wide

# What Pillow raises for bytes that are no picture, cut off, or made to fill the memory.
_DAMAGE: Final = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    IndexError,
    EOFError,
    OverflowError,
    MemoryError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture made anew as PNG; sides in pixels."""

    png: bytes
    width: int
    height: int


def picture_made_anew(content: bytes) -> Picture:
    """Return a PNG with the same pixels and nothing else of the file that came.

    Only PNG and JPEG are read, whatever the file calls itself. Size and pixels are looked at before
    anything is unpacked. What is larger than ``KEPT_BOX`` is made smaller; transparent margins,
    names of cameras, places, comments and colour profiles are not kept.

    Raises:
        InvalidInput: its sentence says why; ``field`` is ``picture``.
    """
    if len(content) > FILE_BYTES:
        raise _refused("The file is larger than 1 MB. Make the picture smaller.")
    try:
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as opened:
            _require_fitting(*opened.size)
            opened.load()
            upright = ImageOps.exif_transpose(opened).convert("RGBA")
    except _DAMAGE as damage:
        raise _refused(
            "This is no PNG or JPEG that can be read. Drawings (SVG) and other formats are not "
            "taken: save the logo as PNG."
        ) from damage
    margin = upright.getchannel("A").getbbox()
    if margin is None:
        raise _refused("The picture is transparent all over: nothing would be seen.")
    shown = upright.crop(margin)
    _require_fitting(*shown.size)
    shown.thumbnail(KEPT_BOX, Image.Resampling.LANCZOS)
    if shown.getchannel("A").getextrema() == (255, 255):
        shown = shown.convert("RGB")
    written = io.BytesIO()
    shown.save(written, "PNG", optimize=True)
    return Picture(png=written.getvalue(), width=shown.width, height=shown.height)


def _require_fitting(width: int, height: int) -> None:
    if width * height > PIXELS:
        raise _refused(f"The picture has {width} x {height} pixels; 4 million are the most.")
    if min(width, height) < SHORTEST_SIDE:
        raise _refused(f"The picture has {width} x {height} pixels; 16 x 16 are the least.")
    if max(width, height) > LONGEST_SHAPE * min(width, height):
        raise _refused("The picture is more than 12 times as long as it is wide.")


def _refused(sentence: str) -> InvalidInput:
    return InvalidInput(sentence, field="picture")
