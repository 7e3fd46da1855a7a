"""What the installation is made of: apps, middleware, root modules, language and time."""

from ispplatform.settings import env

BASE_DIR = env.BASE_DIR
ROOT_URLCONF = "ispplatform.urls"
WSGI_APPLICATION = "ispplatform.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"

HOUSE_APPS = [
    "ispplatform.core",
    "accounts",
    "notifications",
    "customers",
    "catalog",
    "billing",
    "provisioning",
    "domains",
    "hosting",
    "sales",
    "demo",
]

INSTALLED_APPS = [
    *HOUSE_APPS,
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "ispplatform.core.admin.apps.HouseAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "django_htmx",
    "csp",
    "django_otp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_prometheus",
    "billing.stripe_mirror.StripeMirrorConfig",
]

# The mirror of Stripe's objects (docs/mechanisms/stripe_mirror.md): it never calls Stripe itself.
DJSTRIPE_FOREIGN_KEY_TO_FIELD = "id"
DJSTRIPE_SUBSCRIBER_CUSTOMER_KEY = None
# Apps of others whose tables are made at once where none of them exists yet (docs/adr/0110).
MADE_IN_ONE_GO = ("djstripe",)

MIDDLEWARE = [
    "ispplatform.core.middleware.requests.RequestMiddleware",
    "ispplatform.core.middleware.api_errors.ApiErrorMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "ispplatform.core.pages.csp.PagePolicyMiddleware",
    "ispplatform.core.tenancy.middleware.TenantMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.PrincipalMiddleware",
    "ispplatform.core.pages.middleware.VisitorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
APPEND_SLASH = False
