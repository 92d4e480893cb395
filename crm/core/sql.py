"""Statements too large for the ORM live in `sql/NAME.sql` of their app and run here."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from django.db import connection


@cache
def statement(package: str, name: str) -> str:
    """Text of `sql/{name}.sql` in `package`, e.g. statement("crm.receivables", "net_open_items")."""
    return (files(package) / "sql" / f"{name}.sql").read_text(encoding="utf-8")


def set_local(**settings: str) -> None:
    """Settings of the database for the rest of the transaction, in one statement; a dot in a name is written `__`."""
    wanted = ", ".join(["set_config(%s, %s, true)"] * len(settings))
    values = [word for name, value in settings.items() for word in (name.replace("__", "."), value)]
    with connection.cursor() as cursor:
        cursor.execute(f"select {wanted}", values)


def array(dates: Iterable[date]) -> str:
    """Dates as the server reads an array of them: a long one is written once, not for each statement that names it."""
    return f"{{{','.join(map(str, dates))}}}"


def codes(values: Iterable[str]) -> str:
    """Codes as a statement lists them, in the order of the alphabet: ('bounced', 'failed')."""
    listed = ", ".join(f"'{code}'" for code in sorted(map(str, values)))
    return f"({listed})"


def run(package: str, name: str, params: Mapping[str, Any]) -> int:
    """Run a stored statement with named parameters; return the number of rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement(package, name), params)
        return int(cursor.rowcount)


def paged(package: str, name: str, params: Mapping[str, Any]) -> int:
    """Run a stored statement page after page, outside a transaction each in its own; return how many rows it touched.

    It takes `after` beside `params`, begins behind that number and gives one row: `touched`, and `on_to`, where the
    next page begins, none behind the last."""
    after: int | None = 0
    touched = 0
    while after is not None:
        [found] = rows(package, name, {**params, "after": after})
        after, touched = found["on_to"], touched + found["touched"]
    return touched


def rows(package: str, name: str, params: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Run a stored SELECT (or RETURNING) with named parameters; one dict per row."""
    with connection.cursor() as cursor:
        cursor.execute(statement(package, name), params)
        columns = [column.name for column in cursor.description or ()]
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
