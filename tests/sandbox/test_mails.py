"""Mails that the catcher kept: read as people read them, each by its own company only."""

from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.conf import settings

from ispplatform.core.errors import NotFound
from ispplatform.core.models import Tenant
from ispplatform.core.sandbox.mails import mail_attachment, mail_opened, mails_caught
from ispplatform.run.mail_catcher import message_keep

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def mail_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(settings, "MAIL_CATCHER_DIR", tmp_path)
    return tmp_path


def letter(subject: str, *, company: object = None, html: str = "") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Northwind <office@northwind.example>"
    message["To"] = "ada@customer.example"
    message["Subject"] = subject
    if company is not None:
        message["X-Company"] = str(company)
    message.set_content("Your code is 123456.\n")
    if html:
        message.add_alternative(html, subtype="html")
    return message


def kept(directory: Path, message: EmailMessage, *, minute: int = 0) -> str:
    """Keep a message as the catcher does; return the name of its file."""
    content = b"X-Envelope-To: ada@customer.example\r\n" + message.as_bytes()
    at = NOON.replace(minute=minute)
    return message_keep(directory, content=content, received_at=at).name


def test_mails_are_listed_newest_first(tenant: Tenant, mail_dir: Path):
    kept(mail_dir, letter("First", company=tenant.pk), minute=1)
    kept(mail_dir, letter("Größe & Ärger", company=tenant.pk), minute=3)
    kept(mail_dir, letter("Second", company=tenant.pk), minute=2)
    found = [(one.subject, one.to, one.caught_at) for one in mails_caught(tenant)]
    assert found == [
        ("Größe & Ärger", "ada@customer.example", NOON.replace(minute=3)),
        ("Second", "ada@customer.example", NOON.replace(minute=2)),
        ("First", "ada@customer.example", NOON.replace(minute=1)),
    ]
    assert [one.subject for one in mails_caught(tenant, limit=1)] == ["Größe & Ärger"]


def test_a_mail_shows_its_text_and_its_page(tenant: Tenant, mail_dir: Path):
    name = kept(mail_dir, letter("Code", company=tenant.pk, html="<p>Your <b>code</b></p>"))
    opened = mail_opened(tenant, name)
    assert opened.text == "Your code is 123456.\n"
    assert opened.html == "<p>Your <b>code</b></p>\n"
    assert ("Subject", "Code") in opened.headers
    assert opened.attachments == ()


def test_attachments_come_as_they_were(tenant: Tenant, mail_dir: Path):
    message = letter("Invoice", company=tenant.pk)
    message.add_attachment(
        b"%PDF-1.7", maintype="application", subtype="pdf", filename="INV-2026-00001.pdf"
    )
    name = kept(mail_dir, message)
    assert mail_opened(tenant, name).attachments == (("INV-2026-00001.pdf", 8),)
    assert mail_attachment(tenant, name, 0) == (
        "INV-2026-00001.pdf",
        "application/pdf",
        b"%PDF-1.7",
    )
    with pytest.raises(NotFound):
        mail_attachment(tenant, name, 1)


def test_another_companys_mail_is_not_there(tenant: Tenant, other_tenant: Tenant, mail_dir: Path):
    name = kept(mail_dir, letter("Theirs", company=other_tenant.pk))
    assert mails_caught(tenant) == []
    with pytest.raises(NotFound):
        mail_opened(tenant, name)
    assert [one.subject for one in mails_caught(other_tenant)] == ["Theirs"]


def test_a_mail_without_a_company_belongs_to_the_only_one(tenant: Tenant, mail_dir: Path):
    kept(mail_dir, letter("Somebody's"))
    assert [one.subject for one in mails_caught(tenant)] == ["Somebody's"]


def test_a_mail_without_a_company_is_nobodys_where_there_are_two(
    tenant: Tenant, other_tenant: Tenant, mail_dir: Path
):
    name = kept(mail_dir, letter("Somebody's"))
    assert mails_caught(tenant) == mails_caught(other_tenant) == []
    with pytest.raises(NotFound):
        mail_opened(tenant, name)


@pytest.mark.parametrize("name", ["../secret", "secret.eml", "", "20260301T120000.000000Z-zz.eml"])
def test_only_names_that_the_catcher_gives_are_opened(tenant: Tenant, mail_dir: Path, name: str):
    (mail_dir.parent / "secret").write_text("keys")
    (mail_dir / "secret.eml").write_text("Subject: keys\n\nkeys")
    with pytest.raises(NotFound):
        mail_opened(tenant, name)


def test_a_missing_directory_holds_no_mail(tenant: Tenant, mail_dir: Path):
    mail_dir.rmdir()
    assert mails_caught(tenant) == []
