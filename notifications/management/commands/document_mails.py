"""Writes the table of ``docs/mails.md`` from what the apps declare and the templates say."""

import re
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from notifications.slots import MailKind, mail_kinds

PAGE = Path("docs/mails.md")
BEGIN, END = "<!-- mails: begin -->\n", "<!-- mails: end -->\n"
HEAD = "| mail | event | sent when | to | subject | text |\n|---|---|---|---|---|---|"

_INCLUDE = re.compile(r"\{%\s*include\s+\"([^\"]+)\"\s*%\}")
_SUBJECT = re.compile(r"\{% subject %\}(.*?)\{% endsubject %\}", re.DOTALL)
_SAID = re.compile(
    r"\{% (paragraph|callout|small) %\}(.*?)\{% end\1 %\}|\{% (?:fact|total|button)\b(.*?)%\}",
    re.DOTALL,
)
_MARKED = re.compile(
    r"\{%\s*translate\s+(?P<quote>[\"'])(?P<text>.*?)(?P=quote)[^%]*%\}"
    r"|\{%\s*blocktranslate\b[^%]*%\}(?P<block>.*?)\{%\s*endblocktranslate\s*%\}"
    r"|\{%\s*translate\s+(?P<name>\w+)\s*%\}"
    r"|_\([\"'](?P<label>.*?)[\"']\)"
    r"|\{\{\s*(?P<value>[\w.]+)[^}]*\}\}",
    re.DOTALL,
)
_CASE = re.compile(r"\{% el(?:if|se)\b[^%]*%\}")
_VALUE = re.compile(r"\{\{\s*([\w.]+)[^}]*\}\}")
_PLURAL = re.compile(r"\{%\s*plural\s*%\}.*", re.DOTALL)
_GREETING = re.compile(r"^Hello\b")


def mails_table() -> str:
    """Return the table: each mail with its trigger, recipients, subject and text, in English.

    Where a template tells cases apart, a slash stands between them; ``‹value›`` is filled in.
    """
    rows = [_row(kind) for kind in sorted(mail_kinds.items(), key=lambda kind: kind.key)]
    return "\n".join([HEAD, *rows])


def _row(kind: MailKind) -> str:
    source = _source(kind.template)
    subjects = [_words(found.group(1)) for found in _SUBJECT.finditer(source)]
    said = [_words(found.group(2) or found.group(3) or "") for found in _SAID.finditer(source)]
    text = [one for one in dict.fromkeys(said) if one and not _GREETING.match(one)]
    cells = [
        f"`{kind.key}`",
        f"`{kind.event}`",
        kind.trigger,
        kind.audience,
        " / ".join(dict.fromkeys(subjects)),
        " · ".join(text),
    ]
    return f"| {' | '.join(cells)} |"


def _source(name: str) -> str:
    """Return a template's source with what it includes."""
    source = (settings.BASE_DIR / "templates" / name).read_text()
    return _INCLUDE.sub(lambda found: _source(found.group(1)), source)


def _words(piece: str) -> str:
    """Return the words of a piece of a template; its cases with a slash between them."""
    cases = map(_plain, _CASE.split(piece))
    return " / ".join(dict.fromkeys(case for case in cases if case))


def _plain(piece: str) -> str:
    said = []
    for found in _MARKED.finditer(piece):
        block = found.group("block")
        if block is not None:
            said.append(_VALUE.sub(r"‹\1›", _PLURAL.sub("", block)))
        elif value := found.group("value") or found.group("name"):
            said.append(f"‹{value}›")
        else:
            said.append(found.group("text") or found.group("label") or "")
    return " ".join(" ".join(said).replace("|", "\\|").split())


class Command(BaseCommand):
    """Write the table, or with ``--check`` fail when it is not what code and templates say."""

    help = "Rewrites the table of docs/mails.md."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, check: bool = False, **options: Any) -> None:
        path = settings.BASE_DIR / PAGE
        text = path.read_text()
        before, _, rest = text.partition(BEGIN)
        _, _, after = rest.partition(END)
        wanted = f"{before}{BEGIN}\n{mails_table()}\n\n{END}{after}"
        if not check:
            path.write_text(wanted)
        elif text != wanted:
            raise CommandError(f"{PAGE} is not what the mails say: run manage.py document_mails.")
