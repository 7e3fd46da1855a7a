"""A hundred thousand customers: histories that were lived once, copied by the database itself.

Nothing is computed anew: each copy is a whole history, so what balanced balances. Numbers go on
where the series stand, without a gap and in the order of the days.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, models, transaction
from django.db.models import F

from billing.choices import DocumentKind
from billing.models import Document, Invoice, NumberSeries
from customers.models import Customer
from customers.rules.names import display_name, search_text
from customers.services.customers import NUMBER_FORMAT
from demo.filling import bare_tables
from demo.histories import KeptRow, columns_of, customers_read, histories_read, is_id
from demo.marks import (
    HEX,
    HEX_DIGITS,
    HEX_FIRST,
    HEX_REST,
    MARKED,
    MINUTE,
    OWN,
    PADDED,
    PLAIN,
    TAIL,
    MarkedRow,
    Marker,
    Numbered,
)
from demo.people import People
from ispplatform.core.counters import take_number
from ispplatform.core.ids import uuid7
from ispplatform.core.models import AuditEntry, SearchTerm
from ispplatform.core.search import SearchFeed
from ispplatform.core.search.slots import search_feeds
from ispplatform.core.search.writing import words_of
from sales.models import Order

# Customers in one transaction. Each writes most pages of the keys' indexes anew.
CHUNK = 25_000
STEEPEST = 4.0  # how much an invoice more may weigh when copies are shared out
BATCH = 1_000
COPIES = "demo_copies"
COPIED_VERSION = 8  # of ids (RFC 9562 s. 5.8): everything else has version 7
NUMBER_DIGITS = 5


def customers_copy(
    customer_ids: Sequence[UUID],
    *,
    count: int,
    people: People,
    tell: Callable[[str], None],
    invoices_each: float | None = None,
) -> None:
    """Copy whole histories of the company in force until there are ``count`` more customers.

    Args:
        customer_ids: whose histories are copied.
        people: who the copies are.
        tell: hears how far it is.
        invoices_each: how many invoices the copies have on average; as near as those that are
            copied allow. Otherwise each is copied equally often.
    """
    customers = list(Customer.objects.filter(pk__in=customer_ids).order_by("pk"))
    kept = histories_read([customer.pk for customer in customers])
    shares = shared_out(_invoices_of(customers), count=count, mean=invoices_each)
    with transaction.atomic():
        first_number = take_number(
            "customers.customer_number", customers[0].tenant_id, count=sum(shares)
        ) - sum(shares)
        numbers = _numbers_take(kept, shares)
    by_owner: dict[int, list[KeptRow]] = defaultdict(list)
    for row in (*customers_read([customer.pk for customer in customers]), *kept):
        by_owner[row.owner].append(row)
    marked = [
        row
        for place, customer in enumerate(customers)
        for row in Marker(customer, by_owner[place], numbers).marked()
    ]
    with _scaffold():
        copying = _Copying(customers, shares, people, first_number)
        tables = [_Table(model, rows) for model, rows in _by_model(marked).items()]
        for table in tables:
            table.make()
        done = 0
        with bare_tables({table.table for table in tables}):
            for first, last in copying.rounds():
                with transaction.atomic():
                    done += copying.people_come(first, last)
                    for table in tables:
                        table.copy(first, last)
                tell(f"{done:,} copies")
            tell("indexes")
        for table in tables:
            table.drop()


def is_copy(row: models.Model) -> bool:
    """Tell whether a row of a customer's history is a copy's."""
    return UUID(str(row.pk)).version == COPIED_VERSION


def shared_out(weights: Sequence[int], *, count: int, mean: float | None) -> list[int]:
    """Return how often each of several is copied, ``count`` times in all.

    Args:
        weights: what each of them weighs.
        mean: what a copy weighs on average, as near as may be; None copies each equally often.
    """
    low, high = -STEEPEST, STEEPEST
    shares = [1.0] * len(weights)
    for _ in range(60 if mean is not None else 0):
        tilt = (low + high) / 2
        middle = max(weights) if tilt > 0 else min(weights)
        shares = [2.0 ** (tilt * (weight - middle)) for weight in weights]
        found = sum(s * w for s, w in zip(shares, weights, strict=True)) / sum(shares)
        low, high = (tilt, high) if found < (mean or 0) else (low, tilt)
    whole: list[int] = []
    rest = 0.0
    total = sum(shares)
    for share in shares:
        rest += share / total * count
        whole.append(round(rest) - sum(whole))
    return whole


def _invoices_of(customers: Iterable[Customer]) -> list[int]:
    counts = Counter(Invoice.objects.values_list("customer_id", flat=True))
    return [counts[customer.pk] for customer in customers]


def _by_model(rows: Iterable[MarkedRow]) -> dict[type[models.Model], list[MarkedRow]]:
    found: dict[type[models.Model], list[MarkedRow]] = defaultdict(list)
    for row in rows:
        found[row.model].append(row)
    return {model: sorted(some, key=lambda row: row.values["id"]) for model, some in found.items()}


# ---------------------------------------------------------------------------------------- numbers


def _numbers_take(kept: Iterable[KeptRow], shares: Sequence[int]) -> dict[str, Numbered]:
    """Take a number for each copy of whatever has one; those of one day stand together."""
    found: dict[str, Numbered] = {}
    wanted: dict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
    for row in kept:
        if row.model is Document and row.values["number"]:
            wanted["document", str(row.values["kind"])].append(
                (row.values["number"], shares[row.owner])
            )
        elif row.model is Order:
            wanted["order", ""].append((row.values["order_number"], shares[row.owner]))
    for (what, kind), rows in wanted.items():
        by_year: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for text, copies in sorted(rows, key=lambda one: one[0].split("-")):
            by_year[text.split("-")[-2]].append((text, copies))
        for year, some in by_year.items():
            count = sum(copies for _, copies in some)
            if what == "order":
                tenant_id = Order.objects.all()[0].tenant_id
                base = take_number(f"sales.order_number.{year}", tenant_id, count=count) - count
            else:
                base = _series_take(kind, int(year), count)
            for text, copies in some:
                found[text] = Numbered(text, base)
                base += copies
    return found


def _series_take(kind: str, year: int, count: int) -> int:
    """Move a series on; its last day stays, as no copy is younger than what is copied."""
    series = NumberSeries.objects.filter(kind=DocumentKind(kind), year=year)
    series.update(last=F("last") + count)
    return series.get().last - count


# ------------------------------------------------------------------------------------------ people


@dataclass
class _Copying:
    """Who the copies are."""

    customers: Sequence[Customer]
    shares: Sequence[int]
    people: People
    first_number: int

    def rounds(self) -> Iterator[tuple[int, int]]:
        """Yield the first and last place of the copies that are made in one transaction."""
        first = 1
        while first <= max(self.shares):
            last, size = first, 0
            while last <= max(self.shares) and size < CHUNK:
                size += sum(share >= last for share in self.shares)
                last += 1
            yield first, last - 1
            first = last

    def people_come(self, first: int, last: int) -> int:
        """Say who these copies are, and write the words that find them; return how many."""
        made = [
            (place, copy, self._customer(original, copy))
            for place, original in enumerate(self.customers)
            for copy in range(first, min(last, self.shares[place]) + 1)
        ]
        rows = [
            [place, copy, _digits(copy), str(copy), f"{copy % 60:02d}"]
            + [getattr(customer, name) for name in OWN]
            for place, copy, customer in made
        ]
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {COPIES}")  # noqa: S608 # nosec B608
            _insert(cursor, COPIES, rows)
        _words_write(customer for _, _, customer in made)
        return len(rows)

    def _customer(self, original: Customer, copy: int) -> Customer:
        """Return the copy as far as its words go; the database copies the row."""
        person = self.people.person(is_business=bool(original.company_name))
        digits = original.pk.hex
        self.first_number += 1
        row = Customer(
            pk=UUID(f"{digits[:12]}8{digits[13:-HEX_DIGITS]}{_digits(copy)}"),
            tenant_id=original.tenant_id,
            customer_number=NUMBER_FORMAT.format(number=self.first_number),
            first_name=person.first_name,
            last_name=person.last_name,
            company_name=person.company,
            email=person.email,
            phone="+" + "".join(sign for sign in person.phone if sign.isdigit()),
            vat_number=original.vat_number,
        )
        row.display_name = display_name(
            first_name=row.first_name,
            last_name=row.last_name,
            company_name=row.company_name,
            email=row.email,
        )
        row.search_text = search_text(
            row.customer_number,
            row.company_name,
            f"{row.first_name} {row.last_name}",
            row.email,
            row.phone,
        )
        return row


def _words_write(customers: Iterable[Customer]) -> None:
    """Write what the search keeps of customers: their names follow no pattern."""
    feed = next(feed for feed in search_feeds.items() if feed.model is Customer)
    columns = columns_of(SearchTerm)
    names = ", ".join(_quoted(column.column) for column in columns)
    places = ", ".join(["%s"] * len(columns))
    rows = [[row[column.column] for column in columns] for row in _word_rows(feed, customers)]
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {_quoted(SearchTerm._meta.db_table)} ({names}) "  # noqa: S608 # nosec B608
            f"VALUES ({places})",
            rows,
        )


def _word_rows(feed: SearchFeed, customers: Iterable[Customer]) -> Iterator[dict[str, Any]]:
    """Yield a row for each word of each customer, by column, in the database's own types."""
    common: dict[str, Any] = {}
    for customer in customers:
        if not common:
            row = SearchTerm(tenant_id=customer.tenant_id, kind=feed.kind, feed=feed.key)
            common = {
                column.column: column.get_db_prep_save(getattr(row, column.attname), connection)
                for column in columns_of(SearchTerm)
            }
        subject = {name: _as_kept(customer.pk) for name in ("subject_id", "source_id")}
        for term, (_, rank) in words_of(feed, customer).items():
            yield {**common, **subject, "id": _as_kept(uuid7()), "term": term, "rank": rank}


def _as_kept(value: UUID) -> str | UUID:
    return value.hex if connection.vendor == "sqlite" else value


def _digits(copy: int) -> str:
    return f"{copy:0{HEX_DIGITS}x}"


# ----------------------------------------------------------------------------------- the database


@contextmanager
def _scaffold() -> Iterator[None]:
    """Make the table of copies, and let the database know the digest that it lacks."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        connection.connection.create_function("demo_sha256", 1, _sha256, deterministic=True)
    columns = ", ".join(
        ["owner integer", "copy integer", "hex text", "tail text", "minute text"]
        + [f"{name} text" for name in OWN]
    )
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE {COPIES} ({columns})")
        cursor.execute(f"CREATE INDEX {COPIES}_by_owner ON {COPIES} (owner, copy)")
        yield
        cursor.execute(f"DROP TABLE {COPIES}")


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


class _Table:
    """The marked rows of one model, and the statement that fills in the marks."""

    def __init__(self, model: type[models.Model], rows: Sequence[MarkedRow]) -> None:
        self.table = model._meta.db_table
        self.marked = f"marked_{self.table}"
        self.columns = columns_of(model)
        self.rows = rows
        self.is_audit = model is AuditEntry
        self.numbers = max(len(row.numbers) for row in rows)

    def make(self) -> None:
        """Write the marked rows into a table that this connection alone sees."""
        bases = [f"base_{place}" for place in range(self.numbers)]
        declared = [f"{_quoted(column.column)} {self._type(column)}" for column in self.columns]
        columns = ", ".join(
            ["marked_owner integer", *(f"{base} integer" for base in bases), *declared]
        )
        rows = []
        for row in self.rows:
            known = [number.base for number in row.numbers]
            values = [row.values[column.column] for column in self.columns]
            rows.append([row.owner, *known, *[0] * (len(bases) - len(known)), *values])
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE TEMPORARY TABLE {self.marked} ({columns})")
            _insert(cursor, self.marked, rows)

    def drop(self) -> None:
        """Let the marked rows go."""
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE {self.marked}")

    def copy(self, first: int, last: int) -> None:
        """Write these copies of all rows."""
        columns = ", ".join(_quoted(column.column) for column in self.columns)
        values = ", ".join(map(self._filled, self.columns))
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {_quoted(self.table)} ({columns}) SELECT {values} "  # noqa: S608 # nosec B608
                f"FROM {self.marked} m JOIN {COPIES} c ON c.owner = m.marked_owner "
                f"AND c.copy BETWEEN %s AND %s",
                [first, last],
            )

    def _type(self, column: Any) -> str:
        """Return the type of a column of marked rows: text wherever a mark may stand."""
        if connection.vendor == "sqlite":
            return ""
        return "text" if self._is_text(column) else str(column.db_type(connection))

    def _is_text(self, column: Any) -> bool:
        kinds = (models.CharField, models.TextField, models.JSONField, models.DateTimeField)
        return is_id(column) or isinstance(column, kinds)

    def _filled(self, column: Any) -> str:
        """Return the expression that gives a column of a copy."""
        name = f"m.{_quoted(column.column)}"
        texts = {value for row in self.rows if isinstance(value := row.values[column.column], str)}
        marks = sorted({mark for text in texts for mark in MARKED.findall(text)})
        for mark in marks:
            name = f"replace({name}, '{mark}', {_filling(mark)})"
        if self.is_audit and column.column == "values_digest":
            return _digest(name)
        if connection.vendor == "sqlite" or not self._is_text(column):
            return name
        is_plain = not is_id(column) and isinstance(column, models.CharField | models.TextField)
        return name if is_plain else f"CAST({name} AS {column.db_type(connection)})"


def _filling(mark: str) -> str:
    """Return the expression for what stands in the place of a mark."""
    if mark in PADDED:
        number = f"m.base_{PADDED.index(mark)} + c.copy"
        if connection.vendor == "sqlite":
            return f"printf('%%0{NUMBER_DIGITS}d', {number})"
        text = f"CAST({number} AS text)"
        return f"lpad({text}, greatest({NUMBER_DIGITS}, length({text})), '0')"
    if mark in PLAIN:
        return f"CAST(m.base_{PLAIN.index(mark)} + c.copy AS text)"
    if mark in {HEX_FIRST, HEX_REST}:
        return "substr(c.hex, 1, 1)" if mark == HEX_FIRST else "substr(c.hex, 2)"
    fixed = {HEX: "hex", TAIL: "tail", MINUTE: "minute", **{OWN[name]: name for name in OWN}}
    return f"c.{fixed[mark]}"


def _digest(text: str) -> str:
    if connection.vendor == "sqlite":
        return f"demo_sha256({text})"
    return f"encode(sha256(convert_to({text}, 'UTF8')), 'hex')"


def _quoted(name: str) -> str:
    return str(connection.ops.quote_name(name))


def _insert(cursor: Any, table: str, rows: Sequence[Sequence[Any]]) -> None:
    if rows:
        places = ", ".join(["%s"] * len(rows[0]))
        cursor.executemany(f"INSERT INTO {table} VALUES ({places})", rows)  # noqa: S608 # nosec B608
