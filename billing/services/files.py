"""The PDF of each document: rendered once, kept, and proved to be the same when it is read."""

import hashlib
import logging
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from billing.models import Document, DocumentFile
from billing.printing import printed
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.errors import RuleViolation
from ispplatform.core.pdf import render_document
from ispplatform.core.subjects import subject_of

logger = logging.getLogger(__name__)
KEEPER = Actor.system("document files")


class DocumentNotIssued(RuleViolation):
    """A draft has no PDF yet."""

    code = "DOCUMENT_NOT_ISSUED"


def document_pdf(document: Document) -> bytes:
    """Return the PDF of an issued document; the same bytes every time.

    A file that is lost or damaged is rendered again from the frozen document.

    Raises:
        DocumentNotIssued: it is a draft.
    """
    if document.issued_at is None:
        raise DocumentNotIssued("A draft has no PDF yet.")
    kept = DocumentFile.objects.filter(document=document).first()
    if kept is not None:
        content = _read(kept)
        if content is not None:
            return content
    content = render_document(printed(document), made_at=document.issued_at)
    _keep(document, kept, content)
    return content


def pdf_name(document: Document) -> str:
    """Return the file name under which people save the PDF: ``invoice-INV-2026-00042.pdf``."""
    sign = "".join(c if c.isalnum() or c in "-_." else "-" for c in document.number)
    return f"{document.kind.replace('_', '-')}-{sign}.pdf"


def document_file_make(document_id: UUID) -> None:
    """Render and keep the PDF of a document, unless that has been done."""
    document = Document.objects.filter(pk=document_id, issued_at__isnull=False).first()
    if document is not None:
        document_pdf(document)


def _read(kept: DocumentFile) -> bytes | None:
    if not default_storage.exists(kept.path):
        return None
    with default_storage.open(kept.path) as file:
        content: bytes = file.read()
    if hashlib.sha256(content).hexdigest() != kept.sha256:
        logger.error("The file %s is not what was kept.", kept.path)
        default_storage.delete(kept.path)
        return None
    return content


def _keep(document: Document, kept: DocumentFile | None, content: bytes) -> None:
    digest = hashlib.sha256(content).hexdigest()
    if kept is None:
        path = default_storage.save(_path(document), ContentFile(content))
        DocumentFile.objects.get_or_create(
            document=document,
            defaults={"path": path, "sha256": digest, "size_bytes": len(content)},
        )
        return
    path = default_storage.save(kept.path, ContentFile(content))
    with transaction.atomic():
        DocumentFile.objects.filter(pk=kept.pk).update(
            path=path, sha256=digest, size_bytes=len(content)
        )
        audit(
            "billing.file_renew",
            actor=KEEPER,
            subject=subject_of(document),
            before={"sha256": kept.sha256},
            after={"sha256": digest},
            customer_id=document.customer_id,
        )


def _path(document: Document) -> str:
    year = document.issue_date.year if document.issue_date else 0
    return f"documents/{document.tenant_id}/{year}/{document.kind}-{document.pk}.pdf"
