"""Rows on their way into a temporary table, by COPY, a block at a time; and room for the statements that read them."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from crm.core.crash import crash_point
from crm.core.sql import rows, statement

ESCAPED = str.maketrans({"\\": "\\\\", "\t": " ", "\n": " ", "\r": " ", "\x00": ""})
BLOCK = 2_000
# Above so many rows statements join whole tables; below, they look rows up in what may be a very large ledger.
MANY = 5_000
WORK_MEM = "128MB"
# Bytes sent at once: each sending wakes the server, and more than its socket holds would make us wait for it.
SENT = 1 << 17


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


def line_of(values: Iterable[Any]) -> str:
    """A line of COPY's text format."""
    return "\t".join(map(copied, values)) + "\n"


def copy_blocks(table: str, columns: Iterable[str], blocks: Iterable[bytes]) -> None:
    """COPY blocks of lines in COPY's text format, in UTF-8, into some columns of `table`. Memory does not grow with
    them."""
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for block in _gathered(blocks):
            copy.write(block)


def _gathered(blocks: Iterable[bytes]) -> Iterator[bytes]:
    some: list[bytes] = []
    for block in blocks:
        some.append(block)
        if sum(map(len, some)) >= SENT:
            yield b"".join(some)
            some.clear()
    yield b"".join(some)


def copy_rows(table: str, lines: Iterable[tuple[Any, ...]]) -> int:
    """COPY lines into `table`; return how many. Memory does not grow with them."""
    count, block = 0, []
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY {table} FROM STDIN") as copy:
            for line in lines:
                count += 1
                block.append(line_of(line))
                if len(block) == BLOCK:
                    copy.write("".join(block))
                    block.clear()
            copy.write("".join(block))
        if count > BLOCK:
            cursor.execute(f"analyze {table.partition(' ')[0]}")
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


def answer(name: str, params: dict[str, Any]) -> list[dict[str, Any]]:
    """Run a stored statement of this app; return its rows, which are few."""
    crash_point(f"import: before {name}")
    found = rows("crm.imports", name, params)
    crash_point(f"import: after {name}")
    return found


def write_addresses(name: str, params: dict[str, Any]) -> list[dict[str, Any]]:
    """Run a stored statement that writes addresses `given` by one source, the last ones first; return its rows."""
    text = statement("crm.imports", name)
    for part in ("first", "said"):
        text = text.replace(f"/* {part} */", statement("crm.imports", f"addresses_{part}"))
    crash_point(f"import: before {name}")
    with connection.cursor() as cursor:
        cursor.execute(text, params)
        names = [column.name for column in cursor.description or ()]
        found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    crash_point(f"import: after {name}")
    return found


def prepare(name: str) -> None:
    """Run a stored statement list without parameters (temporary tables)."""
    with connection.cursor() as cursor:
        cursor.execute(statement("crm.imports", name))


def analyze(*tables: str, rows: int = 0) -> None:
    """Tell the planner how much there is in tables; in those of this session nothing else does. Not above MANY `rows`:
    plans for so many are those of `room_for` all the same, and looking would cost more than it saves."""
    if rows <= MANY:
        with connection.cursor() as cursor:
            cursor.execute("analyze " + ", ".join(tables))


@contextmanager
def room_for(rows: int) -> Iterator[None]:
    """Within it statements plan for so many rows in the temporary tables.

    For many, joins are by hash, which stays right whatever the planner believes of tables just written; for few it may
    look rows up in the ledger, which costs nothing however large the ledger is.
    """
    settings = {"work_mem": WORK_MEM}
    if rows > MANY:
        settings |= {"enable_nestloop": "off", "enable_mergejoin": "off"}
    with connection.cursor() as cursor:
        for name, value in settings.items():
            cursor.execute("select set_config(%s, %s, true)", [name, value])
        yield
        for name in settings:
            cursor.execute(f"set local {name} to default")
