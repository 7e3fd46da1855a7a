"""Take pictures of pages of a running installation, to be looked at.

``python -m tests.pages.pictures --base-url http://127.0.0.1:8000 --out pictures [name ...]``
takes each page of ``PAGES`` in every view; with names, only those.
"""

import argparse
from pathlib import Path

from tests.pages.views import VIEWS, looking, system_browser

PAGES = {
    "styleguide": "/styleguide",
    "home": "/styleguide/home",
    "invoices": "/styleguide/invoices",
    "order": "/styleguide/order",
    "shop": "/styleguide/shop",
    "checkout": "/styleguide/checkout",
    "login": "/styleguide/login",
    "mail": "/styleguide/mail",
    "error": "/styleguide/errors/500",
    "admin": "/admin/",
    "admin-operations": "/admin/core/operation/",
    "admin-connections": "/admin/core/providerconnection/",
    "admin-switches": "/admin/switches/",
    "admin-settings": "/admin/settings/",
    "admin-audit": "/admin/core/auditentry/",
}


def take(
    *, base_url: str, out: Path, names: list[str], views: list[str], cookie: str = ""
) -> list[Path]:
    """Take the pictures.

    Args:
        base_url: address of the installation, without a final slash.
        names: keys of ``PAGES``, or addresses that start with a slash; empty means all pages.
        views: names of ``VIEWS``; empty means all of them.
        cookie: the session cookie of a log-in, for pages that ask for one.

    Returns:
        The PNG files, ``<page>-<view>.png``, the whole length of each page.
    """
    out.mkdir(parents=True, exist_ok=True)
    pages = {name: PAGES.get(name, name) for name in names} or PAGES
    taken = []
    with system_browser() as browser:
        for view in (view for view in VIEWS if not views or view.name in views):
            with looking(browser, view) as window:
                if cookie:
                    window.add_cookies([{"name": "sessionid", "value": cookie, "url": base_url}])
                page = window.new_page()
                for name, address in pages.items():
                    page.goto(base_url + address, wait_until="networkidle")
                    if address.startswith("/admin"):
                        # The back office keeps its own choice of light and dark.
                        page.evaluate(
                            "scheme => localStorage.setItem('_x_adminTheme', scheme)",
                            f'"{view.scheme}"',
                        )
                        page.reload(wait_until="networkidle")
                    picture = out / f"{name.strip('/').replace('/', '-')}-{view.name}.png"
                    page.screenshot(path=picture, full_page=True)
                    taken.append(picture)
    return taken


def main() -> None:
    """Read the command line and take the pictures."""
    parser = argparse.ArgumentParser(description="Take pictures of pages.")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--base-url", default="http://127.0.0.1:8000")
    parser.add_argument("--out", type=Path, default=Path("pictures"))
    parser.add_argument("--view", action="append", default=[])
    parser.add_argument("--cookie", default="", help="value of the session cookie")
    given = parser.parse_args()
    for picture in take(
        base_url=given.base_url,
        out=given.out,
        names=given.names,
        views=given.view,
        cookie=given.cookie,
    ):
        print(picture)  # noqa: T201 - a command tells where its files are


if __name__ == "__main__":
    main()
