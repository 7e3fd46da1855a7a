"""The company's logo: taken apart and made anew, shown everywhere, frozen in what was issued."""

import io
import struct
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.test import Client
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from billing.models import DocumentFile
from billing.services.files import document_pdf
from ispplatform.core.actors import Actor
from ispplatform.core.errors import InvalidInput, NotPermitted
from ispplatform.core.models import AuditEntry, BrandLogo, Tenant
from ispplatform.core.pages.brand import LOGO, logo_digest
from ispplatform.core.pages.mails import mail_render
from ispplatform.core.pages.pictures import picture_made_anew
from ispplatform.core.pages.samples import sample_mail
from ispplatform.core.tenancy.context import tenant_context
from ispplatform.core.tenancy.logos import tenant_logo_change, tenant_logo_remove
from tests.factories.billing import addressed_customer, issued_invoice
from tests.pages.staff import staff_client

ADDRESS = "/admin/company/logo/"
CHIEF = Actor.system("tests")
RED, BLUE = (190, 30, 45), (20, 60, 160)


def drawn(
    color: tuple[int, ...] = RED, size: tuple[int, int] = (64, 32), kind: str = "PNG"
) -> bytes:
    """Return a picture of one colour as a file."""
    file = io.BytesIO()
    Image.new("RGBA" if len(color) == 4 else "RGB", size, color).save(file, kind)
    return file.getvalue()


def chunk(name: bytes, content: bytes) -> bytes:
    """Return a chunk of a PNG. Source: RFC 2083, 3.2."""
    body = name + content
    return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))


def png_of(width: int, height: int, *more: bytes, rows: bytes | None = None) -> bytes:
    """Return a PNG with these sides in its head, whatever its rows are."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    packed = zlib.compress(rows if rows is not None else b"\0" * 64)
    return (
        b"\x89PNG\r\n\x1a\n" + head + b"".join(more) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
    )


def bomb_of_text() -> bytes:
    """A small picture with a text that unpacks to 50 MB."""
    return png_of(64, 32, chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"A" * 50_000_000)))


BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "an SVG": (lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no PNG or JPEG"),
    "a GIF": (lambda: drawn(kind="GIF"), "no PNG or JPEG"),
    "a page": (lambda: b"<!doctype html><script>alert(1)</script>", "no PNG or JPEG"),
    "nothing but a head": (lambda: drawn()[:40], "no PNG or JPEG"),
    "a JPEG that is cut off": (lambda: drawn(kind="JPEG")[:300], "no PNG or JPEG"),
    "100 gigapixels": (lambda: png_of(400_000, 250_000), "no PNG or JPEG"),
    "100 megapixels": (lambda: png_of(10_000, 10_000), "no PNG or JPEG|4 million"),
    "5 megapixels": (lambda: png_of(2500, 2000), "4 million"),
    "a text that unpacks to 50 MB": (bomb_of_text, "no PNG or JPEG"),
    "more than a megabyte": (lambda: drawn() + b"\0" * 1_048_576, "larger than 1 MB"),
    "a point": (lambda: drawn(size=(15, 15)), "16 x 16"),
    "a line": (lambda: drawn(size=(600, 20)), "12 times"),
    "nothing to be seen": (lambda: drawn((0, 0, 0, 0)), "transparent all over"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_usable_picture_is_refused_with_a_sentence_and_nothing_changes(
    tenant: Tenant, name: str
) -> None:
    made, sentence = BAD[name]
    with pytest.raises(InvalidInput, match=sentence):
        tenant_logo_change(actor=CHIEF, tenant_id=tenant.pk, content=made())
    tenant.refresh_from_db()
    assert tenant.settings == {}
    assert not BrandLogo.objects.exists()
    assert not AuditEntry.objects.filter(act="core.tenant_logo_change").exists()


def test_nothing_of_the_file_but_its_pixels_is_kept() -> None:
    told = PngInfo()
    told.add_text("Comment", "<script>alert(1)</script>")
    file = io.BytesIO()
    Image.new("RGB", (64, 32), RED).save(file, "PNG", pnginfo=told)
    picture = picture_made_anew(file.getvalue() + b"<?php system($_GET['x']);")
    assert b"script" not in picture.png
    assert b"php" not in picture.png
    seen = Image.open(io.BytesIO(picture.png))
    assert (seen.size, seen.getpixel((5, 5)), seen.info) == ((64, 32), RED, {})


def test_a_large_photograph_becomes_a_small_upright_one() -> None:
    turned = Image.Exif()
    turned[0x0112] = 6  # Orientation: turn it by 90 degrees. Source: EXIF 2.32, 4.6.4
    file = io.BytesIO()
    Image.new("RGB", (1000, 2000), RED).save(file, "JPEG", exif=turned)
    picture = picture_made_anew(file.getvalue())
    assert (picture.width, picture.height) == (384, 192)


def test_transparent_margins_are_cut_off() -> None:
    canvas = Image.new("RGBA", (300, 300), (0, 0, 0, 0))
    canvas.paste((*RED, 255), (100, 100, 180, 140))
    file = io.BytesIO()
    canvas.save(file, "PNG")
    picture = picture_made_anew(file.getvalue())
    assert (picture.width, picture.height) == (80, 40)


def test_a_logo_that_was_chosen_is_shown_by_the_shop_the_desk_and_mails(
    tenant: Tenant,
    admin_desk: Client,
    client: Client,
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    assert "<img" not in client.get("/login").content.decode()
    upload = SimpleUploadedFile("logo.exe", drawn(), content_type="text/html")
    with django_capture_on_commit_callbacks(execute=True):
        assert admin_desk.post(ADDRESS, {"act": "change", "picture": upload}).status_code == 302
    tenant.refresh_from_db()
    address = LOGO.of(tenant)
    answer = client.get(address)
    assert answer["Content-Type"] == "image/png"
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert not answer.cookies
    assert Image.open(io.BytesIO(answer.content)).getpixel((1, 1)) == RED
    assert f'<img src="{address}" alt="{tenant.name}">' in client.get("/login").content.decode()
    at_desk = f"{ADDRESS}{logo_digest(tenant)}.png"
    assert at_desk in admin_desk.get(ADDRESS).content.decode()
    assert admin_desk.get(at_desk).content == answer.content
    mail = mail_render(
        "email/sample.html", sample_mail(tenant.base_url), tenant=tenant, language="en"
    )
    assert f'src="{tenant.base_url}{address}"' in mail.html
    entry = AuditEntry.objects.get(act="core.tenant_logo_change")
    assert (entry.values.before, entry.values.after) == ({"logo": ""}, {"logo": address})


def test_the_page_says_why_a_file_is_refused(tenant: Tenant, admin_desk: Client) -> None:
    upload = SimpleUploadedFile("logo.png", b"<svg/>", content_type="image/png")
    page = admin_desk.post(ADDRESS, {"act": "change", "picture": upload})
    assert page.status_code == 200
    assert "This is no PNG or JPEG" in page.content.decode()
    tenant.refresh_from_db()
    assert tenant.settings == {}


def test_who_may_only_see_the_company_changes_no_logo(tenant: Tenant) -> None:
    desk = staff_client(tenant, "operator")
    assert desk.get(ADDRESS).status_code == 200
    upload = SimpleUploadedFile("logo.png", drawn())
    assert desk.post(ADDRESS, {"act": "change", "picture": upload}).status_code == 403
    assert desk.post(ADDRESS, {"act": "remove"}).status_code == 403
    with pytest.raises(NotPermitted):
        tenant_logo_change(actor=Actor.anonymous(), tenant_id=tenant.pk, content=drawn())
    assert not BrandLogo.objects.exists()


def test_a_logo_that_was_taken_away_is_still_shown_where_it_was_named(
    tenant: Tenant, admin_desk: Client, client: Client
) -> None:
    tenant_logo_change(actor=CHIEF, tenant_id=tenant.pk, content=drawn())
    tenant.refresh_from_db()
    address = LOGO.of(tenant)
    assert admin_desk.post(ADDRESS, {"act": "remove"}).status_code == 302
    tenant.refresh_from_db()
    assert tenant.settings == {}
    assert client.get(address).status_code == 200
    assert AuditEntry.objects.filter(act="core.tenant_logo_change").count() == 2
    tenant_logo_remove(actor=CHIEF, tenant_id=tenant.pk)
    assert AuditEntry.objects.filter(act="core.tenant_logo_change").count() == 2


def test_a_logo_belongs_to_one_company(
    tenant: Tenant, other_tenant: Tenant, client: Client
) -> None:
    with tenant_context(other_tenant.pk):
        tenant_logo_change(actor=CHIEF, tenant_id=other_tenant.pk, content=drawn())
    other_tenant.refresh_from_db()
    assert client.get(LOGO.of(other_tenant)).status_code == 404
    assert (
        staff_client(tenant, "admin").get(f"{ADDRESS}{logo_digest(other_tenant)}.png").status_code
        == 404
    )


def test_the_database_keeps_each_logo_as_it_was(tenant: Tenant) -> None:
    tenant_logo_change(actor=CHIEF, tenant_id=tenant.pk, content=drawn())
    for change in (lambda: BrandLogo.objects.update(png=b"x"), BrandLogo.objects.all().delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert bytes(BrandLogo.objects.get().png).startswith(b"\x89PNG")


def test_an_invoice_keeps_the_logo_that_it_was_issued_with(
    tenant: Tenant, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    def chosen(color: tuple[int, ...]) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            tenant_logo_change(actor=CHIEF, tenant_id=tenant.pk, content=drawn(color))

    customer = addressed_customer()
    plain = issued_invoice(customer).document
    as_issued = document_pdf(plain)
    chosen(RED)
    with_red = issued_invoice(customer).document
    printed = document_pdf(with_red)
    assert with_red.seller["logo"] == BrandLogo.objects.get().sha256
    chosen(BLUE)
    DocumentFile.objects.all().delete()
    assert document_pdf(with_red) == printed
    assert document_pdf(plain) == as_issued
    with_blue = issued_invoice(customer).document
    assert with_blue.seller["logo"] != with_red.seller["logo"]
