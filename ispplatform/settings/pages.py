"""Server-rendered pages: templates, static files, what a page may load."""

from csp.constants import NONCE, NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE

from ispplatform.settings import env

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [env.BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "ispplatform.core.pages.context.house",
            ],
            "libraries": {
                "desk": "ispplatform.core.admin.tags",
                "ui": "ispplatform.core.pages.ui",
                "mail": "ispplatform.core.pages.mail_tags",
            },
        },
    }
]

FORM_RENDERER = "ispplatform.core.pages.forms.HouseRenderer"
FORMAT_MODULE_PATH = ["ispplatform.formats"]
CSRF_FAILURE_VIEW = "ispplatform.core.pages.errors.csrf_failure"

STATIC_URL = "/static/"
STATICFILES_DIRS = [env.BASE_DIR / "static"]
# Production serves what collectstatic wrote, under names that carry a digest and never change;
# everywhere else the files are served from where they lie.
_IS_COLLECTED = env.text("ENVIRONMENT") == "production"
STATIC_ROOT = env.text("STATIC_ROOT") or None
WHITENOISE_USE_FINDERS = not _IS_COLLECTED
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "whitenoise.storage.CompressedManifestStaticFilesStorage"
            if _IS_COLLECTED
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
    },
}

# No outside host, ever. Pages that take a card widen it for their gateway, each by itself.
_POLICY = {
    "default-src": [SELF],
    "script-src": [SELF, NONCE],
    "style-src": [SELF, NONCE],
    "img-src": [SELF, "data:"],
    "font-src": [SELF],
    "connect-src": [SELF],
    "object-src": [NONE],
    "base-uri": [NONE],
    "form-action": [SELF],
    "frame-ancestors": [NONE],
}
CONTENT_SECURITY_POLICY = {"DIRECTIVES": _POLICY}
# The back office's widgets evaluate their templates and style themselves: docs/adr/0031.
ADMIN_CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        **_POLICY,
        "script-src": [SELF, UNSAFE_EVAL, UNSAFE_INLINE],
        "style-src": [SELF, UNSAFE_INLINE],
    }
}

# The back office: Unfold in the colours of the house, with what apps put into its slots. Its
# functions are named, not imported: settings are read before any module of ours.
_LOOK = "ispplatform.core.admin.look"
UNFOLD = {
    "SITE_TITLE": f"{_LOOK}.site_title",
    "SITE_HEADER": f"{_LOOK}.site_header",
    "SITE_SUBHEADER": f"{_LOOK}.site_subheader",
    "SITE_ICON": f"{_LOOK}.site_icon",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": f"{STATIC_URL}images/icon.svg"}
    ],
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_LANGUAGES": True,
    "LANGUAGES": {"action": "/preferences/language"},
    "ENVIRONMENT": f"{_LOOK}.environment",
    "ENVIRONMENT_TITLE_PREFIX": f"{_LOOK}.environment_prefix",
    "DASHBOARD_CALLBACK": "ispplatform.core.admin.dashboard.dashboard",
    "BORDER_RADIUS": "8px",
    "STYLES": [
        f"{_LOOK}.tokens_stylesheet",
        f"{_LOOK}.components_stylesheet",
        f"{_LOOK}.flow_stylesheet",
        f"{_LOOK}.admin_stylesheet",
    ],
    "SCRIPTS": [f"{_LOOK}.search_script"],
    "SIDEBAR": {
        "show_search": True,
        "command_search": True,
        "show_all_applications": False,
        "navigation": "ispplatform.core.admin.navigation.sidebar",
    },
    "COLORS": {
        "primary": f"{_LOOK}.primary_colors",
        "base": {
            "50": "#f6f8f7",
            "100": "#eef1ef",
            "200": "#dfe5e2",
            "300": "#c6cfcb",
            "400": "#93a1a0",
            "500": "#63706d",
            "600": "#4d5b59",
            "700": "#37423f",
            "800": "#252e31",
            "900": "#171e21",
            "950": "#0f1517",
        },
    },
}
