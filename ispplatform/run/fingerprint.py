"""What a migrated database depends on, as short sums."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

SOURCE_SUFFIXES = {".py", ".sql", ".csv", ".json"}


def migrations_fingerprint(base_dir: Path) -> str:
    """Return a sum over every migration of the house and over what is installed beside it."""
    migrations = (path for path in _sources(base_dir) if path.parent.name == "migrations")
    return _digest(base_dir, [base_dir / "requirements.txt", *migrations])


def code_fingerprint(base_dir: Path) -> str:
    """Return a sum over all source files: triggers, roles and permissions come from them."""
    return _digest(base_dir, [base_dir / "requirements.txt", *_sources(base_dir)])


def _sources(base_dir: Path) -> Iterator[Path]:
    for package in sorted(base_dir.iterdir()):
        if package.name != "tests" and (package / "__init__.py").exists():
            yield from sorted(path for path in package.rglob("*") if path.suffix in SOURCE_SUFFIXES)


def _digest(base_dir: Path, paths: Iterable[Path]) -> str:
    total = hashlib.sha256()
    for path in paths:
        total.update(str(path.relative_to(base_dir)).encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()[:16]
