"""Pictures of people: put up, shown, taken away, and all that is refused."""

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image
from rest_framework.test import APIClient

from accounts.errors import SharedUser, UserUnknown
from accounts.models import Avatar, Membership, User
from accounts.services.avatars import avatar_change, colleague_avatar_change
from accounts.services.erasing import person_erase
from ispplatform.core.actors import Actor
from ispplatform.core.models import AuditValues, Tenant
from ispplatform.core.pages.pictures import PHOTO_BYTES, portrait_made_anew
from ispplatform.core.tenancy.context import tenant_context
from ispplatform.core.uploads import LARGEST
from tests.accounts.oauth import browser_of
from tests.accounts.people import Program, acts, colleague, portal_program, staff_program
from tests.core.admin.test_logo import bomb_of_text, drawn, png_of
from tests.factories.accounts import PASSWORD, MembershipFactory

OWN = "/api/v1/users/me/avatar"
AT_PORTAL = "/api/portal/v1/account/avatar"
RED, BLUE = (190, 30, 45), (20, 60, 160)
SYSTEM = Actor.system("tests")


def of_user(user: User) -> str:
    return f"/api/v1/users/{user.pk}/avatar"


def send(call: Program, path: str, content: bytes, field: str = "picture", **more: Any) -> Any:
    file = SimpleUploadedFile("me.html", content, content_type="text/html")
    return call.client.post(path, {field: file, **more}, format="multipart", **call.headers)


def said_to_be(length: int, body: io.BytesIO) -> dict[str, Any]:
    """Return how a server hands an upload on that says how long it is."""
    return {
        "CONTENT_TYPE": "multipart/form-data; boundary=x",
        "CONTENT_LENGTH": str(length),
        "wsgi.input": body,
    }


def from_a_phone() -> bytes:
    """Return a photograph of 12 megapixels, on its side, that tells where it was taken."""
    told = Image.Exif()
    told[0x0112] = 6  # Orientation: turn it by 90 degrees. Source: EXIF 2.32, 4.6.4
    told[0x010F] = "Camera of Kim"
    told.get_ifd(0x8825)[1] = "N"  # GPSLatitudeRef. Source: EXIF 2.32, 4.6.6
    told.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)
    photo = Image.new("RGB", (4000, 3000), RED)
    photo.paste(BLUE, (0, 0, 4000, 1500))
    file = io.BytesIO()
    photo.save(file, "JPEG", exif=told)
    assert b"Camera of Kim" in file.getvalue()
    return file.getvalue()


def zip_bomb() -> bytes:
    """Return an archive of a kilobyte or so for each megabyte that it unpacks to."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("me.png", b"\0" * 50_000_000)
    return file.getvalue()


BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "a script": (lambda: b"<!doctype html><script>alert(1)</script>", "no PNG or JPEG"),
    "an SVG": (lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no PNG or JPEG"),
    "a GIF": (lambda: drawn(kind="GIF"), "no PNG or JPEG"),
    "nothing": (lambda: b"", "no PNG or JPEG"),
    "a zip bomb": (zip_bomb, "no PNG or JPEG"),
    "a text that unpacks to 50 MB": (bomb_of_text, "no PNG or JPEG"),
    "100 gigapixels": (lambda: png_of(400_000, 250_000), "no PNG or JPEG"),
    "5 megapixels in a PNG": (lambda: png_of(2500, 2000), "4 million"),
    "17 megapixels in a JPEG": (lambda: drawn(size=(4250, 4000), kind="JPEG"), "16 million"),
    "a JPEG that is cut off": (lambda: drawn(kind="JPEG")[:300], "no PNG or JPEG"),
    "a little too much": (lambda: drawn() + b"\0" * PHOTO_BYTES, "larger than 8 MB"),
    "a line": (lambda: drawn(size=(600, 20)), "12 times"),
    "nothing to be seen": (lambda: drawn((0, 0, 0, 0)), "transparent all over"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_usable_picture_is_refused_with_a_sentence_and_nothing_changes(
    tenant: Tenant, name: str
) -> None:
    made, sentence = BAD[name]
    call, me = staff_program(tenant, "support")
    kept = avatar_change(actor=SYSTEM, user=me.user, content=drawn())
    before = acts()

    answer = send(call, OWN, made())

    assert answer.status_code == 422
    assert sentence in answer.json()["error"]["message"]
    assert Avatar.objects.get().sha256 == kept
    assert acts() == before


@pytest.mark.parametrize(
    "body",
    [{}, {"picture": "text"}, {"other": "x"}],
)
def test_form_without_a_file_is_refused(tenant: Tenant, body: dict[str, str]) -> None:
    call, _me = staff_program(tenant, "support")
    assert call.client.post(OWN, body, format="multipart", **call.headers).status_code == 422
    assert call("POST", OWN, {"picture": "x"}).status_code == 415
    assert not Avatar.objects.exists()


@pytest.mark.parametrize(
    ("path", "length"),
    [(OWN, PHOTO_BYTES + 100_000), (AT_PORTAL, PHOTO_BYTES + 100_000)],
)
def test_upload_that_says_it_is_too_large_is_refused_before_it_is_read(
    tenant: Tenant, path: str, length: int
) -> None:
    side = portal_program if path == AT_PORTAL else lambda one: staff_program(one, "support")
    call, _me = side(tenant)
    body = io.BytesIO(b"--x\r\n" + b"a" * length)
    answer = call.client.generic(
        "POST",
        path,
        **call.headers,
        **said_to_be(length, body),
    )
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "PAYLOAD_TOO_LARGE"
    assert body.tell() == 0
    assert not Avatar.objects.exists()


def test_page_reads_nothing_of_an_upload_that_is_larger_than_any_door_takes(
    tenant: Tenant,
) -> None:
    _call, account = portal_program(tenant)
    web = Client(enforce_csrf_checks=True)
    web.get("/login")
    named = {"name": account.portal_id, "password": PASSWORD}
    token = web.cookies["csrftoken"].value
    assert web.post("/login", {**named, "csrfmiddlewaretoken": token}).status_code == 302
    body = io.BytesIO(b"--x\r\n" + b"a" * 1000)
    answer = web.generic(
        "POST",
        "/account/avatar",
        **said_to_be(LARGEST + 1, body),
    )
    assert answer.status_code == 400
    assert body.tell() == 0
    assert not Avatar.objects.exists()


def test_photograph_becomes_a_small_upright_square_and_forgets_where_it_was_taken(
    tenant: Tenant,
) -> None:
    call, me = staff_program(tenant, "support")
    answer = send(call, OWN, from_a_phone() + b"<?php system($_GET['x']);")

    assert answer.status_code == 200
    assert answer.json()["data"] == {"avatar": OWN}
    shown = call("GET", OWN)
    assert shown["Content-Type"] == "image/png"
    assert shown["Cache-Control"] == "private, no-cache"
    assert shown["X-Content-Type-Options"] == "nosniff"
    seen = Image.open(io.BytesIO(shown.content))
    assert (seen.format, seen.size, seen.info, dict(seen.getexif())) == ("PNG", (256, 256), {}, {})
    for word in (b"Camera", b"GPS", b"php", b"Exif"):
        assert word not in shown.content
    left, right = seen.getpixel((20, 128)), seen.getpixel((236, 128))
    assert left[0] > left[2]  # red: below in the file, left once it is upright
    assert right[2] > right[0]
    again = call("GET", OWN, HTTP_IF_NONE_MATCH=shown["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    told = AuditValues.objects.get(entry__act="accounts.avatar_change")
    assert (told.before, told.after) == ({"has_avatar": False}, {"has_avatar": True})
    assert told.actor_label == me.user.email


def test_photograph_that_holds_a_second_one_is_taken_as_large_as_any() -> None:
    """Phones keep depth or brightness as a second picture (CIPA DC-007, Multi-Picture Format)."""
    file = io.BytesIO()
    second = Image.new("RGB", (400, 300), BLUE)
    Image.new("RGB", (4000, 3000), RED).save(file, "MPO", save_all=True, append_images=[second])
    picture = portrait_made_anew(file.getvalue())
    red, _green, blue = Image.open(io.BytesIO(picture.png)).getpixel((128, 128))
    assert (picture.width, picture.height, red > blue) == (256, 256, True)


@pytest.mark.parametrize(("size", "place"), [((900, 300), 1), ((300, 900), 0)])
def test_middle_of_the_picture_is_kept(size: tuple[int, int], place: int) -> None:
    photo = Image.new("RGB", size, BLUE)
    photo.paste(RED, (300, 0, 600, 300) if place else (0, 300, 300, 600))
    file = io.BytesIO()
    photo.save(file, "PNG")
    seen = Image.open(io.BytesIO(portrait_made_anew(file.getvalue()).png))
    assert seen.size == (256, 256)
    for low, high in seen.getextrema()[1:]:  # green and blue: the edge may be mixed a little
        assert high - low < 10
    assert seen.getpixel((128, 128)) == RED


def test_every_answer_about_a_person_names_the_picture(tenant: Tenant) -> None:
    call, me = staff_program(tenant, "admin")
    names = {"email": me.user.email, "password": PASSWORD}

    def told() -> list[Any]:
        found = [
            call("GET", "users/me").json()["data"]["avatar"],
            call("GET", f"users/{me.user_id}").json()["data"]["avatar"],
            call("GET", "users").json()["data"][0]["avatar"],
            APIClient().post("/api/v1/auth/login", names, format="json").json()["data"]["user"],
        ]
        return [*found[:3], found[3]["avatar"]]

    assert told() == [None] * 4
    assert send(call, OWN, drawn(), field="image").status_code == 200
    assert told() == [OWN, of_user(me.user), of_user(me.user), OWN]
    gone = call("DELETE", OWN)
    assert (gone.status_code, gone.json()["data"]) == (200, {"avatar": None})
    assert told() == [None] * 4
    assert call("GET", OWN).status_code == 404
    assert call("DELETE", OWN).status_code == 200
    assert acts().count("accounts.avatar_change") == 2


def test_pictures_cost_no_statement_for_each_person(tenant: Tenant) -> None:
    call, me = staff_program(tenant, "admin")

    def costs() -> list[int]:
        found = []
        for path in ("users", "users/me", f"users/{me.user_id}", OWN, of_user(me.user)):
            with CaptureQueriesContext(connection) as asked:
                assert call("GET", path).status_code == 200
            found.append(len(asked))
        return found

    avatar_change(actor=SYSTEM, user=me.user, content=drawn())
    costs()  # what is due once a minute
    few = costs()
    for _ in range(5):
        avatar_change(actor=SYSTEM, user=colleague(tenant, "support").user, content=drawn())
    assert costs() == few
    assert few[0] <= 8
    assert max(few) <= 10


def test_customer_has_a_picture_of_their_own(tenant: Tenant) -> None:
    call, account = portal_program(tenant)
    profile = "/api/portal/v1/account/profile"
    assert call("GET", profile).json()["data"]["avatar"] is None
    assert send(call, AT_PORTAL, drawn()).json()["data"] == {"avatar": AT_PORTAL}
    assert call("GET", profile).json()["data"]["avatar"] == AT_PORTAL
    assert call("GET", AT_PORTAL)["Content-Type"] == "image/png"
    other, _account = portal_program(tenant)
    assert other("GET", AT_PORTAL).status_code == 404
    staff, _me = staff_program(tenant, "support")
    assert staff("GET", of_user(account.user)).status_code == 200
    assert send(staff, of_user(account.user), drawn()).status_code == 403
    assert call("DELETE", AT_PORTAL).json()["data"] == {"avatar": None}
    assert not Avatar.objects.exists()


def test_staff_change_a_colleagues_picture_by_the_right_to_change_colleagues(
    tenant: Tenant,
) -> None:
    chief, _me = staff_program(tenant, "admin")
    helper, _too = staff_program(tenant, "support")
    kim = colleague(tenant, "support")

    assert send(helper, of_user(kim.user), drawn()).status_code == 403
    assert helper("DELETE", of_user(kim.user)).status_code == 403
    assert not Avatar.objects.exists()
    made = send(chief, of_user(kim.user), drawn())
    assert made.json()["data"] == {"avatar": of_user(kim.user)}
    assert helper("GET", of_user(kim.user)).status_code == 200
    assert chief("DELETE", of_user(kim.user)).json()["data"] == {"avatar": None}
    assert chief("GET", of_user(kim.user)).status_code == 404
    _customers, account = portal_program(tenant)
    assert send(chief, of_user(account.user), drawn()).status_code == 404


def test_picture_of_another_companys_person_is_not_there(
    tenant: Tenant, other_tenant: Tenant
) -> None:
    call, _me = staff_program(tenant, "admin")
    with tenant_context(other_tenant.pk):
        stranger = MembershipFactory()
    avatar_change(actor=SYSTEM, user=stranger.user, content=drawn())
    assert call("GET", of_user(stranger.user)).status_code == 404
    assert send(call, of_user(stranger.user), drawn(BLUE)).status_code == 404
    assert call("DELETE", of_user(stranger.user)).status_code == 404
    assert APIClient().get(of_user(stranger.user)).status_code == 401
    assert Avatar.objects.get().user_id == stranger.user_id


def test_who_belongs_to_two_companies_is_changed_by_neither(
    tenant: Tenant, other_tenant: Tenant
) -> None:
    chief, _me = staff_program(tenant, "admin")
    kim = colleague(tenant, "support")
    with tenant_context(other_tenant.pk):
        MembershipFactory(user=kim.user)
    assert send(chief, of_user(kim.user), drawn()).status_code == 409
    with pytest.raises(SharedUser):
        colleague_avatar_change(actor=SYSTEM, membership=kim, content=drawn())
    assert not Avatar.objects.exists()


def test_browser_needs_the_csrf_token(tenant: Tenant) -> None:
    membership = colleague(tenant, "admin")
    web = APIClient(enforce_csrf_checks=True)
    web.get("/admin/login/")
    named = {"name": membership.user.email, "password": PASSWORD}
    token = web.cookies["csrftoken"].value
    web.post("/admin/login/", {**named, "csrfmiddlewaretoken": token}, format="multipart")
    picture = {"picture": SimpleUploadedFile("me.png", drawn())}
    assert web.post(OWN, picture, format="multipart").status_code == 403
    assert web.delete(OWN).status_code == 403
    page = web.post("/admin/account/", {"act": "avatar", **picture}, format="multipart")
    assert page.status_code == 403
    assert not Avatar.objects.exists()
    token = web.cookies["csrftoken"].value
    picture["picture"].seek(0)
    made = web.post(OWN, picture, format="multipart", HTTP_X_CSRFTOKEN=token)
    assert made.status_code == 200
    assert web.get(OWN, HTTP_ACCEPT="image/avif,image/webp,image/*;q=0.8").status_code == 200


def test_who_is_forgotten_has_no_picture(tenant: Tenant) -> None:
    kim = colleague(tenant, "support")
    stays: Membership = MembershipFactory(is_owner=True)
    for one in (kim, stays):
        avatar_change(actor=SYSTEM, user=one.user, content=drawn())
    person_erase(actor=SYSTEM, user=kim.user)
    with pytest.raises(UserUnknown):  # it was on its way
        avatar_change(actor=SYSTEM, user=kim.user, content=drawn())
    assert [row.user_id for row in Avatar.objects.all()] == [stays.user_id]


# ------------------------------------------------------------------------------------- on the pages


def test_colleague_changes_the_own_picture_on_the_own_page(tenant: Tenant) -> None:
    me = colleague(tenant, "support")
    web = browser_of(me)
    path = "/admin/account/"
    picture = SimpleUploadedFile("me.png", drawn())
    assert web.post(path, {"act": "avatar", "picture": picture}).status_code == 302
    page = web.get(path).content.decode()
    assert f'src="{OWN}"' in page
    assert web.get(OWN)["Content-Type"] == "image/png"
    refused = SimpleUploadedFile("me.png", b"<script>")
    page = web.post(path, {"act": "avatar", "picture": refused}, follow=True).content.decode()
    assert "This is no PNG or JPEG" in page
    assert "Choose a file first." in web.post(path, {"act": "avatar"}, follow=True).content.decode()
    assert Avatar.objects.count() == 1
    web.post(path, {"act": "avatar_remove"})
    assert not Avatar.objects.exists()


def test_colleagues_page_changes_it_as_the_interface_does(
    tenant: Tenant, other_tenant: Tenant
) -> None:
    kim = colleague(tenant, "support")
    chief, helper = browser_of(colleague(tenant, "admin")), browser_of(colleague(tenant, "support"))
    path = f"/admin/colleagues/{kim.pk}/picture/"

    def body() -> dict[str, Any]:
        return {"act": "avatar", "picture": SimpleUploadedFile("kim.png", drawn())}

    assert helper.get(path).status_code == 403
    assert helper.post(path, body()).status_code == 403
    assert path in chief.get(f"/admin/accounts/membership/{kim.pk}/change/").content.decode()
    assert chief.post(path, body()).status_code == 302
    assert f'src="{of_user(kim.user)}"' in chief.get(path).content.decode()
    chief.post(path, {"act": "avatar_remove"})
    assert not Avatar.objects.exists()
    with tenant_context(other_tenant.pk):
        MembershipFactory(user=kim.user)
        stranger = MembershipFactory()
    assert chief.post(path, body(), follow=True).status_code == 200
    assert chief.post(f"/admin/colleagues/{stranger.pk}/picture/", body()).status_code == 404
    assert not Avatar.objects.exists()


def test_customer_changes_it_on_the_account_page_and_is_told_in_german_what_is_wrong(
    tenant: Tenant,
) -> None:
    _call, account = portal_program(tenant)
    web = Client()
    web.post("/login", {"name": account.portal_id, "password": PASSWORD})
    path = "/account/avatar"
    bad = SimpleUploadedFile("me.png", b"<script>")
    page = web.post(path, {"picture": bad}, headers={"Accept-Language": "de"})
    assert page.status_code == 422
    assert "Das ist kein lesbares PNG oder JPEG" in page.content.decode()
    assert web.post(path, {}).status_code == 422
    assert not Avatar.objects.exists()
    assert web.post(path, {"picture": SimpleUploadedFile("me.png", drawn())}).status_code == 302
    assert f'src="{AT_PORTAL}"' in web.get("/account").content.decode()
    assert web.get(AT_PORTAL)["Content-Type"] == "image/png"
    assert web.get("/account/avatar/remove").status_code == 405
    assert web.post("/account/avatar/remove").status_code == 302
    assert not Avatar.objects.exists()
    assert Client().post("/account/avatar/remove").status_code == 302
