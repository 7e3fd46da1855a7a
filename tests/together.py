"""Which tests run in one process, one after the other, so that what they share is made once.

xdist deals single tests out to its processes; a directory that is named here is dealt as a whole.
"""

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

# The demo company takes many seconds to load, and every test in there looks at the same one.
TOGETHER = ("tests/demo/loaded/",)


class _Dealing(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        return next((place for place in TOGETHER if nodeid.startswith(place)), nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """Return who deals the tests out."""
    return _Dealing(config, log)
