"""Pictures that people upload, made anew: nothing of the file that came reaches a reader."""

import io
import struct
import zlib
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageOps
from PIL.JpegImagePlugin import JpegImageFile

from ispplatform.core.errors import InvalidInput

FILE_BYTES: Final = 1_048_576
PIXELS: Final = 4_000_000
SHORTEST_SIDE: Final = 16  # pixels
KEPT_BOX: Final = (640, 192)  # pixels: 16 mm of a letter at 300 dots an inch
LONGEST_SHAPE: Final = 12  # times as wide as high, or as high as wide
PHOTO_BYTES: Final = 8_388_608
PHOTO_PIXELS: Final = 16_000_000  # of a JPEG: it is unpacked small at once
PORTRAIT_SIDE: Final = 256  # pixels

UNSEEN: Final = "The picture is transparent all over: nothing would be seen."

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
    upright = _unpacked(content)
    margin = upright.getchannel("A").getbbox()
    if margin is None:
        raise _refused(UNSEEN)
    shown = upright.crop(margin)
    _require_fitting(*shown.size)
    shown.thumbnail(KEPT_BOX, Image.Resampling.LANCZOS)
    return _written(shown)


def portrait_made_anew(content: bytes) -> Picture:
    """Return the middle of a picture as a square PNG of ``PORTRAIT_SIDE``.

    As ``picture_made_anew``, for photographs: up to ``PHOTO_BYTES``, a JPEG up to ``PHOTO_PIXELS``.

    Raises:
        InvalidInput: its sentence says why; ``field`` is ``picture``.
    """
    if len(content) > PHOTO_BYTES:
        raise _refused("The file is larger than 8 MB. Make the picture smaller.")
    upright = _unpacked(content, smallest=PORTRAIT_SIDE)
    side = (PORTRAIT_SIDE, PORTRAIT_SIDE)
    shown = ImageOps.fit(upright, side, Image.Resampling.LANCZOS)
    if shown.getchannel("A").getbbox() is None:
        raise _refused(UNSEEN)
    return _written(shown)


def _unpacked(content: bytes, *, smallest: int = 0) -> Image.Image:
    """Return the pixels of a file, upright, in RGBA.

    Args:
        smallest: a JPEG may come as small as is possible with sides no shorter than this, and have
            ``PHOTO_PIXELS`` in the file; 0 for its own size.
    """
    try:
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as opened:
            is_photo = bool(smallest) and isinstance(opened, JpegImageFile)
            _require_fitting(*opened.size, most=PHOTO_PIXELS if is_photo else PIXELS)
            if is_photo:
                opened.draft("RGB", (smallest, smallest))
            opened.load()
            return ImageOps.exif_transpose(opened).convert("RGBA")
    except _DAMAGE as damage:
        raise _refused(
            "This is no PNG or JPEG that can be read. Drawings (SVG) and other formats are not "
            "taken: save the picture as PNG."
        ) from damage


def _written(shown: Image.Image) -> Picture:
    if shown.getchannel("A").getextrema() == (255, 255):
        shown = shown.convert("RGB")
    written = io.BytesIO()
    shown.save(written, "PNG", optimize=True)
    return Picture(png=written.getvalue(), width=shown.width, height=shown.height)


def _require_fitting(width: int, height: int, *, most: int = PIXELS) -> None:
    if width * height > most:
        millions = most // 1_000_000
        raise _refused(
            f"The picture has {width} x {height} pixels; {millions} million are the most."
        )
    if min(width, height) < SHORTEST_SIDE:
        raise _refused(f"The picture has {width} x {height} pixels; 16 x 16 are the least.")
    if max(width, height) > LONGEST_SHAPE * min(width, height):
        raise _refused("The picture is more than 12 times as long as it is wide.")


def _refused(sentence: str) -> InvalidInput:
    return InvalidInput(sentence, field="picture")
