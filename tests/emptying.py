"""How the database is emptied after a test that commits: of the rows it left, in the few tables it wrote to.

Django truncates all tables, each of which gets new files, and has what migrations deliver written once more: half a
second after each of these tests.
"""

from collections.abc import Iterable

from django.db import connection, transaction
from django.test import TransactionTestCase

_as_django_does = TransactionTestCase._fixture_teardown
# What Django leaves: the rights, the rates of the law…; a sum of the rows of each table that has some.
_delivered: dict[str, str] = {}


def empty(case: TransactionTestCase) -> None:
    """Leave what Django leaves; by its own means the first time, and where something delivered was changed."""
    if not (_delivered and _may_pass_triggers() and _emptied()):
        _as_django_does(case)
        _delivered.clear()
        _delivered.update(_sums(_filled()))


def _emptied() -> bool:
    """False, with nothing done, where something delivered was changed."""
    with transaction.atomic(), connection.cursor() as cursor:
        # Whoever still writes is waited for, as by TRUNCATE.
        cursor.execute(f"lock table {', '.join(_tables())} in share row exclusive mode")
        if _sums(_delivered) != _delivered:
            return False
        written = [f"delete from {table}" for table in _filled() if table not in _delivered]
        # Neither what refuses to forget nor what points at a row is asked: all of it goes.
        cursor.execute(";".join(["set local session_replication_role = replica", *written]))
    return True


def _tables() -> list[str]:
    return sorted(connection.introspection.django_table_names(only_existing=True, include_views=False))


def _filled() -> list[str]:
    tables = (f"select '{table}' where exists (select from {table})" for table in _tables())
    with connection.cursor() as cursor:
        cursor.execute(" union all ".join(tables))
        return [table for (table,) in cursor.fetchall()]


def _sums(tables: Iterable[str]) -> dict[str, str]:
    rows = (f"select '{table}', sum(hashtextextended(t::text, 0))::text from {table} t" for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(" union all ".join(rows))
        return dict(cursor.fetchall())


def _may_pass_triggers() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("select current_setting('is_superuser')")
        return bool(cursor.fetchone() == ("on",))
