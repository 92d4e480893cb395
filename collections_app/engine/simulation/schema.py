"""A schema of its own for each side of a simulation: unlogged copies that statements find before the live tables."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import structlog
from django.db import OperationalError, connection, transaction

from collections_app.engine import watched
from collections_app.engine.simulation.copies import COPIES, Copy
from collections_app.engine.simulation.exceptions import LiveTablesTouched
from collections_app.engine.simulation.models import Simulation, SimulationKind, SimulationState
from crm.core import planned, sql
from crm.core.waiting import in_the_way

log = structlog.get_logger(__name__)

NAMED = re.compile(r"simulation_(\d+)_(\d+)_\w+")
COLUMNS = """
select attname from pg_attribute
where attrelid = %s::regclass and attnum > 0 and not attisdropped and attgenerated = '' order by attnum
"""
WITH_IDENTITY = "select attname from pg_attribute where attrelid = %s::regclass and attidentity <> ''"
INDEX = """
select pg_get_indexdef(indexrelid), indisprimary from pg_index
where indrelid = %s::regclass and indexrelid = %s::regclass
"""
# Rows this transaction wrote, by table that is neither temporary nor part of a simulation.
WRITTEN = """
select c.oid::regclass::text,
       pg_stat_get_xact_tuples_inserted(c.oid) + pg_stat_get_xact_tuples_updated(c.oid)
       + pg_stat_get_xact_tuples_deleted(c.oid) as written
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'm') and n.nspname not like 'pg\\_%%' and n.nspname not like 'simulation\\_%%'
"""
SCHEMAS = "select nspname from pg_namespace where nspname like 'simulation\\_%'"
WORK_MEM = "64MB"
PATIENCE_MS = 2_000  # with somebody who reads a schema that is to go: a backup, for hours
CHANGED_A_LOT = (
    "actions_action",
    "actions_cycle",
    "engine_account",
    "engine_change",
    "messaging_message",
    "receivables_invoice",
    "segments_membership",
)
SAMPLE = "10"  # as in a real night: the sizes of its tables are what the next joins need


def schema_name(simulation: Simulation, side: str) -> str:
    """Where a side works; a worker that takes the simulation over works elsewhere."""
    return f"simulation_{simulation.pk}_{simulation.fence}_{side}"


@contextmanager
def this_instant() -> Iterator[str]:
    """The name of what the database holds now, for the transactions of other connections (`at_one_instant`) inside."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select pg_export_snapshot()")
        yield str(cursor.fetchone()[0])


@contextmanager
def at_one_instant(instant: str = "") -> Iterator[None]:
    """A transaction that sees the database as it was at `instant`, or at its beginning, whatever others commit. Inside
    another transaction, what that one sees."""
    alone = not connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if alone:
            cursor.execute("set transaction isolation level repeatable read")
            if instant:
                cursor.execute("set transaction snapshot %s", [instant])
        yield


def create(schema: str, *, kind: str, params: Mapping[str, Any], go_on: Callable[[], None]) -> None:
    """Make the schema with its copies, filled; `params`: entity, from, from_at. `go_on` is called before each copy."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "select set_config('work_mem', %s, true), set_config('synchronous_commit', 'off', true)", [WORK_MEM]
        )
        cursor.execute(f"create schema {schema}")
        for copy in COPIES:
            go_on()
            _copy(cursor, schema, copy, kind, params)
        for trigger in watched.triggers({copy.table for copy in COPIES} & watched.WATCHED.keys(), f"{schema}."):
            cursor.execute(trigger)
        cursor.execute(f"analyze {', '.join(f'{schema}.{copy.table}' for copy in COPIES)}")


def _copy(cursor: Any, schema: str, copy: Copy, kind: str, params: Mapping[str, Any]) -> None:
    target = f"{schema}.{copy.table}"
    # No vacuum comes by in the middle: plans stay those of the statistics we take.
    cursor.execute(
        f"create unlogged table {target} (like {copy.table} including defaults including identity) "
        "with (autovacuum_enabled = false)"
    )
    replayed = kind == SimulationKind.REPLAY
    changes = {**copy.changes, **(copy.changes_then if replayed else {})}
    where = f"({copy.where}) and ({copy.then if replayed else 'true'})"
    cursor.execute(COLUMNS, [copy.table])
    columns = [name for (name,) in cursor.fetchall()]
    names = ", ".join(f'"{name}"' for name in columns)
    values = ", ".join(changes.get(name, f'x."{name}"') for name in columns)
    cursor.execute(f"insert into {target} ({names}) select {values} from {copy.table} x where {where}", params)
    for index in copy.index_names:
        _index(cursor, schema, copy.table, index)
    _number_after(cursor, target, copy.table)


def _index(cursor: Any, schema: str, table: str, index: str) -> None:
    """The same index on the copy; built after its rows, which is many times quicker."""
    cursor.execute(INDEX, [table, index])
    definition, is_key = cursor.fetchone()
    cursor.execute(re.sub(r" ON \S+ USING ", f" ON {schema}.{table} USING ", definition, count=1))
    if is_key:
        cursor.execute(f"alter table {schema}.{table} add primary key using index {index}")


def _number_after(cursor: Any, target: str, table: str) -> None:
    """New rows are numbered after those of the live table."""
    cursor.execute(WITH_IDENTITY, [target])
    for (column,) in cursor.fetchall():
        cursor.execute(f'select coalesce(max("{column}"), 0) + 1 from {table}')
        (number,) = cursor.fetchone()
        cursor.execute(f'alter table {target} alter column "{column}" restart with {int(number)}')


@contextmanager
def inside(schema: str) -> Iterator[None]:
    """A transaction whose statements find the copies of `schema` first, each planned once. What it would write
    elsewhere is found before the commit and undoes everything: LiveTablesTouched."""
    alone = not connection.in_atomic_block
    with transaction.atomic(), planned.planning_once(), connection.cursor() as cursor:
        cursor.execute(
            "select current_setting('search_path'), "
            "set_config('search_path', %s || ', ' || current_setting('search_path'), true), "
            "set_config('work_mem', %s, true), "
            "set_config('jit', 'off', true), set_config('synchronous_commit', 'off', true), "
            "set_config('default_statistics_target', %s, true), "
            "set_config('plan_cache_mode', 'force_generic_plan', true)",
            [schema, WORK_MEM, SAMPLE],
        )
        before = cursor.fetchone()[0]
        written = _written(cursor)
        yield
        touched = sorted(table for table, rows in _written(cursor).items() if rows > written.get(table, 0))
        if not alone:
            cursor.execute("select set_config('search_path', %s, true)", [before])
        if touched:
            raise LiveTablesTouched(", ".join(touched))


def _written(cursor: Any) -> dict[str, int]:
    cursor.execute(f"select * from ({WRITTEN}) counted where written > 0", {})
    return dict(cursor.fetchall())


def clean(schema: str) -> None:
    """Remove what the nights so far have left behind in its tables, for no vacuum comes by. Outside a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(f"vacuum (analyze false) {', '.join(f'{schema}.{table}' for table in CHANGED_A_LOT)}")


def drop(schema: str) -> bool:
    """Remove a schema with all it holds, if it is there; False when somebody reads it: a later sweep does it."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            sql.set_local(lock_timeout=str(PATIENCE_MS))
            cursor.execute(f"drop schema if exists {schema} cascade")
    except OperationalError as busy:
        if not in_the_way(busy):
            raise
        log.info("schema of a simulation left for later", schema=schema, reason=str(busy))
        return False
    return True


def drop_leftovers(*, at: datetime) -> list[str]:
    """Remove the schemas of simulations that no worker lives any more; the names of those removed."""
    with connection.cursor() as cursor:
        cursor.execute(SCHEMAS)
        found = [name for (name,) in cursor.fetchall() if NAMED.fullmatch(name)]
    alive = set(
        Simulation.objects.filter(state=SimulationState.RUNNING, lease_until__gte=at).values_list("pk", "fence")
    )
    return [name for name in found if _owner(name) not in alive and drop(name)]


def _owner(schema: str) -> tuple[int, int]:
    named = NAMED.fullmatch(schema)
    assert named
    return int(named[1]), int(named[2])
