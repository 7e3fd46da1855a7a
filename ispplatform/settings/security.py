"""Secrets, cookies, hosts and passwords. Production refuses to start without its secrets."""

from django.core.exceptions import ImproperlyConfigured

from ispplatform.settings import env

# "development" is the embedded default on loopback; "production" is everything else.
ENVIRONMENT = env.text("ENVIRONMENT", "development")
if ENVIRONMENT not in {"development", "production"}:
    raise ImproperlyConfigured(f"ENVIRONMENT={ENVIRONMENT!r}: use development or production.")
PRODUCTION = ENVIRONMENT == "production"

DEBUG = env.flag("DEBUG")
if PRODUCTION and DEBUG:
    raise ImproperlyConfigured("DEBUG is on in production: it shows secrets to visitors.")

if PRODUCTION:
    SECRET_KEY = env.required("SECRET_KEY", why="it signs cookies and links.")
    FIELD_ENCRYPTION_KEYS = env.required(
        "FIELD_ENCRYPTION_KEYS", why="it encrypts the credentials of providers."
    ).split(",")
    ALLOWED_HOSTS = env.words("ALLOWED_HOSTS")
    if not ALLOWED_HOSTS:
        raise ImproperlyConfigured("Set ALLOWED_HOSTS: the host names that this installation has.")
else:
    # A command run by hand reads the keys of ``make run``; without any, ones that protect nothing.
    SECRET_KEY = env.text(
        "SECRET_KEY",
        env.kept("secret_key") or "development-only-key-never-used-in-production-0123456789",
    )
    FIELD_ENCRYPTION_KEYS = env.words(
        "FIELD_ENCRYPTION_KEYS",
        env.kept("field_encryption_key") or "ZGV2ZWxvcG1lbnQtb25seS1rZXktMzItYnl0ZXMtISE=",
    )
    ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1],.localhost,testserver")

SECURE_SSL_REDIRECT = PRODUCTION and env.flag("SSL_REDIRECT", default=True)
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("BEHIND_TLS_PROXY") else None
)
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440  # bytes
FILE_UPLOAD_HANDLERS = [
    "ispplatform.core.uploads.LargestUpload",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

PASSWORD_HASHERS = [
    "accounts.hashers.PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [{"NAME": "accounts.validators.PolicyValidator"}]
AUTHENTICATION_BACKENDS = ["accounts.backends.NoPasswordBackend"]

# Browser sessions lie in the table; the shared cache, where there is one, spares the query.
SESSION_ENGINE = (
    "django.contrib.sessions.backends.cached_db"
    if env.text("REDIS_URL")
    else "django.contrib.sessions.backends.db"
)
SESSION_COOKIE_AGE = 90 * 86_400  # seconds; our own session row ends earlier
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS")
ACCESS_TOKEN_SECONDS = 3600
# What a session may do is cached only where every process sees the same cache.
SHARED_DECISION_CACHE = bool(env.text("REDIS_URL"))
# A sandbox tenant's admin may be entered without a second factor while nobody else can reach it.
BOUND_TO_LOOPBACK = not PRODUCTION and env.text("BIND", "127.0.0.1") in {
    "127.0.0.1",
    "::1",
    "localhost",
}
# Identity providers of colleagues: hosts that may lie in a private network, and whether one on this
# machine may be reached by plain http, for trying it out.
SIGN_ON_PRIVATE_HOSTS = env.words("SIGN_ON_PRIVATE_HOSTS")
SIGN_ON_LOOPBACK = not PRODUCTION and env.flag("SIGN_ON_LOOPBACK", default=DEBUG)
# Addresses that answer whichever company is meant, or none.
TENANT_FREE_PATHS = (
    "/health",
    "/status",
    "/version",
    "/metrics",
    "/openapi.json",
    "/.well-known/jwks.json",
    "/static/",
    "/api/v1/health",
    "/api/v1/status",
    "/api/v1/version",
    "/api/v1/openapi.json",
)
LOGIN_URL = "/login"

# allauth keeps second factors and nothing else: its pages, addresses and log-in are not used.
MFA_ADAPTER = "accounts.second_factor_adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1  # periods of 30 s before and after
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
# Tables of other packages that nobody looks at in the admin: unused ones, and second factors.
ADMIN_HIDDEN_MODELS = ("auth.Group", "account.EmailAddress", "mfa.Authenticator")
# Apps of others whose own admin pages are not even imported: they would act by themselves.
ADMIN_NOT_DISCOVERED = ("djstripe",)
