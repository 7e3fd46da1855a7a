"""The product's settings, with the yardsticks beside its addresses and no limits in the way."""

from ispplatform.settings import *  # noqa: F403 - a settings module is its names
from ispplatform.settings.api import API_LIMITS as PRODUCT_LIMITS

ROOT_URLCONF = "bench.urls"
API_LIMITS = dict.fromkeys(PRODUCT_LIMITS, "1000000/minute")
