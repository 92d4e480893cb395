"""Statements asked again and again: PostgreSQL plans them once per connection.

Planning the question put to all gates takes six times as long as answering it (decision 0031). A plan is made again by
the server itself when a table or its statistics change.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

from django.db import connection

NAMED = re.compile(r"%(?:\((\w+)\)s|(%))")
PLANNABLE = re.compile(r"(?:\s|--[^\n]*\n)*(?:select|with|insert|update|delete)\b", re.IGNORECASE)
# What a value written into a statement would be read as. Of others (texts, lists, nothing) the statement says it.
READ_AS = {bool: "boolean", float: "float8", Decimal: "numeric", date: "date", datetime: "timestamptz"}
# Connection of the driver -> text of a statement with the types of its parameters -> the name it has there.
_known: WeakKeyDictionary[Any, dict[tuple[str, ...], str]] = WeakKeyDictionary()


def rows(statement: str, types: Mapping[str, str], params: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Run a SELECT with named parameters; `types` gives the SQL type of each of them."""
    with connection.cursor() as cursor:
        name = _prepared(statement, types)
        cursor.execute(f"execute {name} ({', '.join(['%s'] * len(types))})", [params[key] for key in types])
        return cursor.fetchall()


@contextmanager
def planning_once() -> Iterator[None]:
    """Inside, each statement with named parameters is planned once, for whatever values come later; so what is asked
    must not depend on a guess about them. Where tables grow a lot: `forget_plans`."""
    with connection.execute_wrapper(_ask_as_planned):
        yield


def forget_plans() -> None:
    """Have every statement planned again, for the tables as they are now."""
    with connection.cursor() as cursor:
        cursor.execute("discard plans")


def forget_statements() -> None:
    """Give back the memory of whatever this connection has planned."""
    with connection.cursor() as cursor:
        cursor.execute("deallocate all")
    _known.pop(connection.connection, None)


def _ask_as_planned(execute: Callable[..., Any], asked: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    if many or not isinstance(params, Mapping) or not PLANNABLE.match(asked):
        return execute(asked, params, many, context)
    types = {name: _read_as(params[name]) for name in _names(asked)}
    values = f" ({', '.join(['%s'] * len(types))})" if types else ""
    return execute(f"execute {_prepared(asked, types)}{values}", [params[name] for name in types], many, context)


def _read_as(value: Any) -> str:
    if type(value) is int:
        return "integer" if abs(value) < 2**31 else "bigint"
    return READ_AS.get(type(value), "unknown")


@lru_cache(maxsize=500)
def _names(statement: str) -> tuple[str, ...]:
    """Of its parameters, each once."""
    return tuple(dict.fromkeys(found[1] for found in NAMED.finditer(statement) if found[1]))


def _prepared(statement: str, types: Mapping[str, str]) -> str:
    """Its name on this connection, which must be open."""
    known = _known.setdefault(connection.connection, {})
    key = (statement, *types.values())
    if key not in known:
        name = f"planned_{len(known)}"
        given = f" ({', '.join(types.values())})" if types else ""
        with connection.wrap_database_errors, connection.connection.cursor() as cursor:
            cursor.execute(f"prepare {name}{given} as {_numbered(statement, list(types))}")
        known[key] = name
    return known[key]


def _numbered(statement: str, names: list[str]) -> str:
    """%(name)s as the server numbers parameters. Raises ValueError for a parameter without a type."""
    return NAMED.sub(lambda found: "%" if found[2] else f"${names.index(found[1]) + 1}", statement)
