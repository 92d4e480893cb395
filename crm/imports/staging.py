"""Rows on their way into a temporary table, by COPY, a block at a time."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from crm.core.crash import crash_point
from crm.core.sql import statement

ESCAPED = str.maketrans({"\\": "\\\\", "\t": " ", "\n": " ", "\r": " ", "\x00": ""})
BLOCK = 2_000


def copied(value: Any) -> str:
    """A value as COPY's text format writes it."""
    match value:
        case None:
            return r"\N"
        case str():
            return value.translate(ESCAPED)
        case bool():
            return "t" if value else "f"
        case Decimal():
            return format(value, "f")
        case date():
            return value.isoformat()
        case _:
            return str(value)


def copy_rows(table: str, rows: Iterable[tuple[Any, ...]]) -> int:
    """COPY rows into `table`; return how many. Memory does not grow with them."""
    count, block = 0, []
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY {table} FROM STDIN") as copy:
            for row in rows:
                count += 1
                block.append("\t".join(map(copied, row)) + "\n")
                if len(block) == BLOCK:
                    copy.write("".join(block))
                    block.clear()
            copy.write("".join(block))
        if count > BLOCK:
            cursor.execute(f"analyze {table}")
    return count


def execute(names: str, params: dict[str, Any]) -> int:
    """Run stored statements of this app in order; return the rows touched by the last."""
    touched = 0
    with connection.cursor() as cursor:
        for name in names.split():
            crash_point(f"import: before {name}")
            cursor.execute(statement("crm.imports", name), params)
            crash_point(f"import: after {name}")
            touched = cursor.rowcount
    return touched


def prepare(name: str) -> None:
    """Run a stored statement list without parameters (temporary tables)."""
    with connection.cursor() as cursor:
        cursor.execute(statement("crm.imports", name))


def analyze(*tables: str) -> None:
    """Nothing analyses a temporary table by itself, and plans for a million rows need it."""
    with connection.cursor() as cursor:
        cursor.execute("analyze " + ", ".join(tables))


@contextmanager
def without_nested_loops() -> Iterator[None]:
    """Within it the planner joins by hash or merge, which stays right whatever it believes of the number of rows."""
    with connection.cursor() as cursor:
        cursor.execute("set local enable_nestloop = off")
        yield
        cursor.execute("set local enable_nestloop = on")
