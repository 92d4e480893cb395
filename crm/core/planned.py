"""SELECTs asked again and again, about one row each time: PostgreSQL plans them once per connection.

Planning the question put to all gates takes six times as long as answering it (decision 0031). A plan is made again by
the server itself when a table or its statistics change.
"""

import re
from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

from django.db import connection

NAMED = re.compile(r"%(?:\((\w+)\)s|(%))")
# Connection of the driver -> text of a statement -> the name it has there.
_known: WeakKeyDictionary[Any, dict[str, str]] = WeakKeyDictionary()


def rows(statement: str, types: Mapping[str, str], params: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Run a SELECT with named parameters; `types` gives the SQL type of each of them."""
    with connection.cursor() as cursor:
        name = _prepared(statement, types)
        cursor.execute(f"execute {name} ({', '.join(['%s'] * len(types))})", [params[key] for key in types])
        return cursor.fetchall()


def _prepared(statement: str, types: Mapping[str, str]) -> str:
    """Its name on this connection, which must be open."""
    known = _known.setdefault(connection.connection, {})
    if statement not in known:
        name = f"planned_{len(known)}"
        with connection.wrap_database_errors, connection.connection.cursor() as cursor:
            cursor.execute(f"prepare {name} ({', '.join(types.values())}) as {_numbered(statement, list(types))}")
        known[statement] = name
    return known[statement]


def _numbered(statement: str, names: list[str]) -> str:
    """%(name)s as the server numbers parameters. Raises ValueError for a parameter without a type."""
    return NAMED.sub(lambda found: "%" if found[2] else f"${names.index(found[1]) + 1}", statement)
