"""Addresses of the pages that belong to no app."""

from django.templatetags.static import static
from django.urls import path
from django.utils.functional import lazy
from django.views.generic import RedirectView

from ispplatform.core.pages import home, legal, logos, preferences, styleguide

# Asked for when a page is opened: in production the name carries a digest.
_icon = lazy(lambda: static("images/icon.svg"), str)

app_name = "pages"
urlpatterns = [
    path("favicon.ico", RedirectView.as_view(url=_icon())),
    path("brand/logos/<slug:digest>.png", logos.logo, name="logo"),
    path("portal", home.portal_home, name="home"),
    path("imprint", legal.imprint, name="imprint"),
    path("preferences/theme", preferences.theme_choose, name="theme"),
    path("preferences/language", preferences.language_choose, name="language"),
    path("styleguide", styleguide.style_page, name="styleguide"),
    path("styleguide/mail", styleguide.style_mail, name="styleguide_mail"),
    path("styleguide/mail.txt", styleguide.style_mail_text, name="styleguide_mail_text"),
    path("styleguide/document.pdf", styleguide.style_document, name="styleguide_document"),
    path("styleguide/<slug:page>", styleguide.style_page, name="styleguide_page"),
    path("styleguide/errors/<int:status>", styleguide.style_error, name="styleguide_error"),
]
