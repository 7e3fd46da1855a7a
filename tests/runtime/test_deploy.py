"""What operators are told stands in the settings, and what runs elsewhere is the same text."""

import re
from pathlib import Path

from django.conf import settings

DEPLOY = Path(settings.BASE_DIR) / "deploy"
SETTINGS = Path(settings.BASE_DIR) / "ispplatform" / "settings"


def test_every_variable_of_the_example_is_one_that_settings_read():
    example = (DEPLOY / "env.example").read_text()
    told = set(re.findall(r"^([A-Z_]+)=", example, re.MULTILINE))
    source = "".join(path.read_text() for path in SETTINGS.glob("*.py"))
    read = set(re.findall(r"env\.\w+\(\s*\"([A-Z_]+)\"", source))

    assert len(told) > 10
    assert told - read == set()


def test_every_secret_that_production_requires_stands_in_the_example():
    example = (DEPLOY / "env.example").read_text()
    source = "".join(path.read_text() for path in SETTINGS.glob("*.py"))
    required = set(re.findall(r"env\.required\(\s*\"([A-Z_]+)\"", source))

    assert {"SECRET_KEY", "FIELD_ENCRYPTION_KEYS"} <= required
    assert required - set(re.findall(r"^([A-Z_]+)=", example, re.MULTILINE)) == set()
