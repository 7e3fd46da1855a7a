"""Hypothesis makes the same examples up on every machine, at any time, however slow it is.

``HYPOTHESIS_PROFILE=search`` looks for new ones: other examples every time, and more of them.
"""

import os

from hypothesis import HealthCheck, settings

_SLOW_IS_NOT_WRONG: dict[str, object] = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    "database": None,
}

settings.register_profile("suite", derandomize=True, **_SLOW_IS_NOT_WRONG)
settings.register_profile("search", max_examples=2000, **_SLOW_IS_NOT_WRONG)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))
