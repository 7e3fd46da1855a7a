"""What all sandbox back ends share: faults on demand. See ``docs/mechanisms/sandbox.md``."""

from ispplatform.core.sandbox.calls import sandbox_call

__all__ = ["sandbox_call"]
