"""Where things are kept: database, cache, files, secrets on disk."""

from pathlib import Path

from ispplatform.settings import env

DATA_DIR = Path(env.text("DATA_DIR", str(env.BASE_DIR / "var"))).resolve()

DATABASE_URL = env.text("DATABASE_URL", f"sqlite:///{DATA_DIR / 'db.sqlite3'}")
DATABASES = {"default": env.database(DATABASE_URL)}
# The owner of the tables, for restoring and upgrading on PostgreSQL; web and workers never need it.
MIGRATOR_DATABASE_URL = env.text("MIGRATOR_DATABASE_URL")
# The role that web and workers connect as on PostgreSQL; migrations grant it what it needs.
DATABASE_APP_ROLE = env.text("DATABASE_APP_ROLE", "app")

REDIS_URL = env.text("REDIS_URL")
CACHES = {
    "default": (
        {"BACKEND": "ispplatform.core.shared_cache.SharedCache", "LOCATION": REDIS_URL}
        if REDIS_URL
        else {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "LOCATION": "isp",
            "OPTIONS": {"MAX_ENTRIES": 10_000},  # of 300, a third goes whenever there are more
        }
    )
}

# Which installation this is, kept outside the database; see docs/mechanisms/stop-switch.md. Where
# several machines share a database, all of them get the same id in their environment.
INSTALLATION_ID = env.text("INSTALLATION_ID")
INSTALLATION_ID_FILE = DATA_DIR / "installation-id"

MEDIA_ROOT = DATA_DIR / "files"
KEYS_DIR = Path(env.text("KEYS_DIR", str(DATA_DIR / "keys")))
MAIL_CATCHER_DIR = DATA_DIR / "mail"
