"""What a customer accepts with an order can be read before."""

from typing import Any

import pytest

from sales.portal.forms import ReviewForm
from sales.settings import ACCEPTED_DOCUMENTS
from tests.sales.conftest import Shop
from tests.sales.portal.test_purchase import Visitor, visitor

__all__ = ["visitor"]

pytestmark = pytest.mark.django_db(transaction=True)


def chosen(shop: Shop, **document: str) -> None:
    document = {"code": "terms", "title": "Terms <1>", "version": "3", **document}
    shop.tenant.settings["sales.accepted_documents"] = [document]
    shop.tenant.save(update_fields=["settings"])


def test_a_text_of_our_own_has_a_page(shop: Shop, visitor: Visitor):
    chosen(shop, text="First.\n\nSecond <b>.")
    page = visitor.get("/documents/terms")
    assert "<h1>Terms &lt;1&gt;</h1>" in page
    assert "Version 3" in page
    assert "<p>Second &lt;b&gt;.</p>" in page
    visitor.get("/documents/privacy", status=404)


def test_a_text_that_is_missing_is_said_to_be(shop: Shop, visitor: Visitor):
    assert "has not published this text here" in visitor.get("/documents/terms")


def test_a_text_elsewhere_is_led_to(shop: Shop, visitor: Visitor):
    chosen(shop, url="https://shop.example/terms")
    answer = visitor.client.get("/documents/terms")
    assert (answer.status_code, answer["Location"]) == (302, "https://shop.example/terms")


@pytest.mark.parametrize(
    ("document", "address"),
    [
        ({}, "/documents/terms"),
        ({"url": "https://shop.example/t?a=1&b"}, "https://shop.example/t?a=1&amp;b"),
    ],
)
def test_the_box_links_to_what_is_accepted(shop: Shop, document: dict[str, Any], address: str):
    chosen(shop, **document)
    form = ReviewForm(tenant=shop.tenant, methods=[("card", "Card")])
    label = str(form.fields["accept_terms"].label)
    assert f'<a href="{address}" target="_blank">Terms &lt;1&gt;</a> (version 3)' in label


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": "terms", "title": "Terms"},
        {"code": "Terms of us", "title": "Terms", "version": "1"},
        {"code": "terms", "title": "Terms", "version": "1", "url": "javascript:alert(1)"},
        {"code": "terms", "title": "Terms", "version": "1", "page": "x"},
    ],
)
def test_wrong_documents_are_refused_when_they_are_set(wrong: dict[str, str]):
    assert ACCEPTED_DOCUMENTS.check([wrong])
