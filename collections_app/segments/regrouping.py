"""Putting each customer in the first group he meets, beside whoever else does it or changes the groups."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.backends.utils import CursorWrapper
from psycopg.errors import ForeignKeyViolation, UniqueViolation

from collections_app.segments.compiler import Compiler
from collections_app.segments.criteria import Node, WrongCriteria, parse
from collections_app.segments.models import Group
from crm.accounts.models import Entity
from crm.core.among import EVERYBODY, Among, named
from crm.core.sql import statement

TRIES = 3
WITH_GROUP = """/* for each */
    select c.*, m.group_id as was, m.from_on, m.turns_on as turned_on from customers_customer c
    left join segments_membership m on m.customer_id = c.id and m.entity_id = c.entity_id and m.to_on is null
    where c.entity_id = %(entity)s /* found c.id */"""


class _OvertakenError(Exception):
    """A supervisor changed the groups after they were read."""


class GroupNotReadable(ValueError):
    """The criteria of a group no longer make sense (a fact is gone): the message says which and where."""

    def __init__(self, group: Group, wrong: WrongCriteria) -> None:
        super().__init__(f"{group.code}: {wrong}")
        self.group = group


def regroup(entity: Entity, *, on: date, among: Among = EVERYBODY) -> int:
    """Give each of these customers of the entity his group at `on`; return the memberships changed.

    One statement whatever their number. A row is written only where the group differs; a second move on the same day
    replaces the first; a customer already moved after `on` is left alone. The customer's team follows that of his
    portfolio collector, or else of his group. Whoever groups, merges or gives away one of them at the same moment is
    waited for, and what he left is seen; groups changed meanwhile are read again. Raises `GroupNotReadable`.
    """
    return _regrouped(entity, on=on, among=among, rounds=TRIES)


def _regrouped(entity: Entity, *, on: date, among: Among, rounds: int) -> int:
    """As `regroup`; those somebody else changes meanwhile are looked at so many times in all."""
    for left in reversed(range(TRIES)):
        try:
            moved, crossed = _moved(entity, on=on, among=among, last=not left)
        except (_OvertakenError, IntegrityError) as error:
            if not left or not _meanwhile(error):
                raise
            continue
        # What is still crossed the last time is noted by the database: the next night looks at them again.
        again = crossed if left and rounds > 1 else []
        return moved + (_regrouped(entity, on=on, among=named(again), rounds=rounds - 1) if again else 0)
    raise AssertionError


def _moved(entity: Entity, *, on: date, among: Among, last: bool) -> tuple[int, list[int]]:
    """How many moved, and the customers somebody else changed while they were looked at."""
    compiler, groups = Compiler(entity, on=on, among=among), _rules(entity)
    sql = statement("collections_app.segments", "regroup").replace("/* wanted */", wanted_groups(compiler, groups))
    with transaction.atomic(), connection.cursor() as cursor:
        with joining_whole_tables(cursor, wanted=not among.few):
            cursor.execute(sql, compiler.params)
            moved, crossed = cursor.fetchone()
        # Whoever regroups by other rules from here on waits for the rows written, and sees them.
        if not last and _told(_rules(entity)) != _told(groups):
            raise _OvertakenError
    return int(moved), list(crossed or [])


def _rules(entity: Entity) -> list[Group]:
    """The groups in use, in the order they are tried."""
    return list(Group.objects.filter(entity=entity, archived=False).order_by("priority"))


def _told(groups: list[Group]) -> list[tuple[Any, ...]]:
    """What a rule says."""
    return [(group.pk, group.is_default, group.criteria, group.team_id) for group in groups]


def _meanwhile(error: Exception) -> bool:
    """Whether somebody else's commit explains it: he moved one of the customers, or removed a group."""
    return isinstance(error, _OvertakenError) or isinstance(error.__cause__, UniqueViolation | ForeignKeyViolation)


@contextmanager
def joining_whole_tables(cursor: CursorWrapper, *, wanted: bool) -> Iterator[None]:
    """No nested loop while every customer is looked at: right after a bulk import the planner takes the tables for
    empty, and a loop over aggregates is then a thousand times slower."""
    if wanted:
        cursor.execute("select set_config('enable_nestloop', 'off', true)")
    yield
    if wanted:
        cursor.execute("select set_config('enable_nestloop', 'on', true)")


def wanted_groups(compiler: Compiler, groups: list[Group]) -> str:
    """SELECT (customer_id, group_id, turns_on, collector_id, team_id): the first group he meets, or the default one,
    and the first day on which the date alone may give him another; `was`, `from_on`, `turned_on`: where he is now."""
    branches, fallback, turns = [], "null", ["null"]
    for group in groups:
        if group.is_default:
            fallback = compiler.value(group.pk)
        elif node := criteria_of(group):
            branches.append(f"when {compiler.condition(node)} then {compiler.value(group.pk)}")
            turns += compiler.turning(node)
    chosen = f"case when c.merged_into_id is not null then null {' '.join(branches)} else {fallback} end"
    turns_on = f"least({', '.join(dict.fromkeys(turns))})::date as turns_on"
    now = "c.collector_id, c.team_id, c.was, c.from_on, c.turned_on"
    columns = f"c.id as customer_id, ({chosen})::bigint as group_id, {turns_on}, {now}"
    return f"select {columns}\n{compiler.from_clause(WITH_GROUP)}"


def criteria_of(group: Group) -> Node | None:
    """The checked criteria of a group, None where it has none. Raises GroupNotReadable."""
    try:
        return parse(group.criteria) if group.criteria else None
    except WrongCriteria as wrong:
        raise GroupNotReadable(group, wrong) from wrong


def readable(compiler: Compiler, group: Group) -> str:
    """SQL boolean of a group's criteria; a group without criteria takes nobody."""
    node = criteria_of(group)
    return compiler.condition(node) if node else "false"
