"""How much anybody may upload at once, whatever page or address it goes to."""

from typing import Any, Final

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

# The largest file that any door takes (people from a file), and a megabyte for what is around it.
LARGEST: Final = 21_000_000  # bytes


def upload_check(length: int, most: int = LARGEST) -> None:
    """Return when a request of this length may be read.

    Args:
        length, most: in bytes.

    Raises:
        RequestDataTooBig: it may not; nothing of it was read.
    """
    if length > most:
        raise RequestDataTooBig("The upload is larger than is accepted.")


class LargestUpload(FileUploadHandler):
    """Refuses what says that it is too large before any of it is read; else it does nothing.

    Source: ``handle_raw_input`` runs before the parser reads, so also before the check of the
    CSRF token does. No server reads further than the request says.
    """

    def handle_raw_input(
        self,
        input_data: Any,
        META: dict[str, Any],  # noqa: N803 - Django's name
        content_length: int,
        boundary: Any,
        encoding: str | None = None,
    ) -> None:
        upload_check(content_length)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
