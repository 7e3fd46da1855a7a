"""Write every error code into ``docs/errors.md``, from the classes themselves."""

from importlib import import_module
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.urls import get_resolver
from django.utils.module_loading import module_has_submodule

from ispplatform.core.errors import PlatformError

BEGIN, END = "<!-- codes: begin -->\n", "<!-- codes: end -->\n"
KERNEL = "ispplatform"


class Command(BaseCommand):
    """``manage.py document_errors [--check]``."""

    help = "Rewrites the table of error codes in docs/errors.md."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="only tell whether it is up to date"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path = settings.BASE_DIR / "docs" / "errors.md"
        text = path.read_text()
        before, _, rest = text.partition(BEGIN)
        _, _, after = rest.partition(END)
        made = f"{before}{BEGIN}\n{errors_table()}\n{END}{after}"
        if made == text:
            self.stdout.write("docs/errors.md is up to date.")
        elif options["check"]:
            self.stderr.write("docs/errors.md is out of date: manage.py document_errors")
            raise SystemExit(1)
        else:
            path.write_text(made)
            self.stdout.write("docs/errors.md rewritten.")


def errors_table() -> str:
    """Return one Markdown table per app: code, HTTP status, when, and what a refusal says."""
    tables = []
    for app, errors in refusals().items():
        lines = ["| code | status | when | `meaning` | `next_step` |", "|---|---|---|---|---|"]
        lines += [
            f"| `{code}` | {status} | {_sentence(error)} | {error.meaning} | {error.next_step} |"
            for (code, status), error in sorted(errors.items())
        ]
        title = "Every app" if app == KERNEL else app.capitalize()
        tables.append("\n".join([f"### {title}", "", *lines, ""]))
    return "\n".join(tables)


def refusals() -> dict[str, dict[tuple[str, int], type[PlatformError]]]:
    """Return the class that explains each code and status, by app, those of every app first."""
    _import_everything()
    return dict(sorted(_by_app().items(), key=lambda item: (item[0] != KERNEL, item[0])))


def _import_everything() -> None:
    for label in settings.HOUSE_APPS:
        module = apps.get_app_config(label.rpartition(".")[2]).module
        if module is not None and module_has_submodule(module, "errors"):
            import_module(f"{label}.errors")
    _ = get_resolver().url_patterns  # the views bring the rest


def _sentence(error: type[PlatformError]) -> str:
    return " ".join((error.__doc__ or "").partition("\n\n")[0].split())


def _by_app() -> dict[str, dict[tuple[str, int], type[PlatformError]]]:
    found: dict[str, dict[tuple[str, int], type[PlatformError]]] = {}
    for error in sorted(_subclasses(PlatformError), key=lambda cls: (cls.__module__, cls.__name__)):
        app = error.__module__.partition(".")[0]
        if app == "tests" or error is PlatformError:
            continue
        # The class that brought a code explains it; subclasses only tell cases apart.
        found.setdefault(app, {}).setdefault((error.code, error.http_status), error)
    kernel = found.get(KERNEL, {})
    return {
        app: {key: text for key, text in errors.items() if app == KERNEL or key not in kernel}
        for app, errors in found.items()
    }


def _subclasses(base: type[PlatformError]) -> set[type[PlatformError]]:
    return {base}.union(*(_subclasses(sub) for sub in base.__subclasses__()))
