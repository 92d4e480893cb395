"""Verbs on groups: put each customer in the first group he meets, create, change, move, archive."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Max, Q
from django.utils.translation import gettext as _, override
from psycopg.errors import UniqueViolation

from collections_app.letters import operations as letters
from collections_app.scenarios import operations as scenarios
from collections_app.scenarios.models import Scenario
from collections_app.segments.compiler import Compiler
from collections_app.segments.criteria import Node, WrongCriteria, parse
from collections_app.segments.defaults import DEFAULTS, Default, with_amounts
from collections_app.segments.models import Group
from crm.accounts.models import Entity, User
from crm.core.among import EVERYBODY, Among
from crm.core.sql import statement
from crm.law.queries import of_that_order

TRIES = 3


class GroupNotReadable(ValueError):
    """The criteria of a group no longer make sense (a fact is gone): the message says which and where."""

    def __init__(self, group: Group, wrong: WrongCriteria) -> None:
        super().__init__(f"{group.code}: {wrong}")
        self.group = group


def regroup(entity: Entity, *, on: date, among: Among = EVERYBODY) -> int:
    """Give each of these customers of the entity his group at `on`; return the memberships changed.

    One statement whatever their number. A row is written only where the group differs; a second move on the same day
    replaces the first; a customer already moved after `on` is left alone. The customer's team follows that of his
    portfolio collector, or else of his group. Whoever groups one of them at the same moment is waited for, and what he
    left is seen. Raises `GroupNotReadable`.
    """
    compiler = Compiler(entity, on=on, among=among)
    wanted = wanted_groups(compiler, entity)
    sql = statement("collections_app.segments", "regroup").replace("/* wanted */", wanted)
    sql = sql.replace("/* only */", among.on("customer_id"))
    return _move(sql, compiler.params, whole=not among.few, tries=TRIES)


def _move(sql: str, params: dict[str, Any], *, whole: bool, tries: int) -> int:
    """Tried again where somebody moved one of the customers at once: the other has committed by then."""
    try:
        with transaction.atomic(), connection.cursor() as cursor, joining_whole_tables(cursor, wanted=whole):
            cursor.execute(sql, params)
            return int(cursor.fetchone()[0])
    except IntegrityError as error:
        if tries == 1 or not isinstance(error.__cause__, UniqueViolation):
            raise
    return _move(sql, params, whole=whole, tries=tries - 1)


@contextmanager
def joining_whole_tables(cursor: CursorWrapper, *, wanted: bool) -> Iterator[None]:
    """No nested loop while every customer is looked at: right after a bulk import the planner takes the tables for
    empty, and a loop over aggregates is then a thousand times slower."""
    if wanted:
        cursor.execute("select set_config('enable_nestloop', 'off', true)")
    yield
    if wanted:
        cursor.execute("select set_config('enable_nestloop', 'on', true)")


def wanted_groups(compiler: Compiler, entity: Entity) -> str:
    """SELECT (customer_id, group_id, turns_on, collector_id, team_id): the first group he meets, or the default one,
    and the first day on which the date alone may give him another."""
    branches, fallback, turns = [], "null", ["null"]
    for group in Group.objects.filter(entity=entity, archived=False).order_by("priority"):
        if group.is_default:
            fallback = compiler.value(group.pk)
        elif node := criteria_of(group):
            branches.append(f"when {compiler.condition(node)} then {compiler.value(group.pk)}")
            turns += compiler.turning(node)
    chosen = f"case when c.merged_into_id is not null then null {' '.join(branches)} else {fallback} end"
    turns_on = f"least({', '.join(dict.fromkeys(turns))})::date as turns_on"
    columns = f"c.id as customer_id, ({chosen})::bigint as group_id, {turns_on}, c.collector_id, c.team_id"
    return f"select {columns}\n{compiler.from_clause()}"


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


class GroupRefused(ValueError):
    """The group cannot be saved or moved as asked; the message says why."""


def save_group(group: Group, *, by: User | None) -> Group:
    """Create or change a group, last in order when it has no priority yet. Raises ValidationError, WrongCriteria."""
    if group.is_default:
        group.criteria = {}
    else:
        parse(group.criteria)
    if not group.priority:
        group.priority = next_priority(group.entity)
    group.full_clean()
    group.save()
    return group


def next_priority(entity: Entity) -> int:
    """The place after every group of the entity."""
    last = Group.objects.filter(entity=entity).aggregate(last=Max("priority"))["last"]
    return (last or 0) + 1


@transaction.atomic
def move(group: Group, *, up: bool, by: User | None) -> None:
    """Exchange the place of a group with the one tried just before (or after) it. Raises GroupRefused at the ends."""
    others = Group.objects.select_for_update().filter(entity=group.entity, archived=False, is_default=False)
    beside = others.filter(priority__lt=group.priority) if up else others.filter(priority__gt=group.priority)
    neighbour = beside.order_by("-priority" if up else "priority").first()
    if group.is_default or neighbour is None:
        raise GroupRefused(_("This group cannot move any further; the default group is always tried last."))
    places = group.priority, neighbour.priority
    # A priority is used once at any moment: one of the two waits outside.
    for moved, priority in ((neighbour, next_priority(group.entity)), (group, places[1]), (neighbour, places[0])):
        moved.priority = priority
        moved.save(update_fields=["priority"])


def archive(group: Group, *, by: User | None) -> None:
    """Its members find another group at the next regrouping; its history stays. The default group stays."""
    if group.is_default:
        raise GroupRefused(_("An entity keeps its default group: make another one the default first."))
    group.archived = True
    group.save()


@transaction.atomic
def unarchive(group: Group, *, by: User | None) -> None:
    """Back, last in order."""
    group.archived, group.priority = False, next_priority(group.entity)
    group.save()


def deliver_defaults(entity: Entity, *, at: datetime) -> dict[str, int]:
    """Give the entity the templates, scenarios and groups it never received; return how many of each.

    What was delivered once is the entity's own: it is never overwritten, and what it deleted stays deleted.
    """
    with transaction.atomic(), override(entity.language):
        templates = letters.deliver_defaults(entity, at=at)
        delivered = scenarios.deliver_defaults(entity, at=at)
        fresh = scenarios.first_time(entity, [f"group:{default.code}" for default in DEFAULTS], at=at)
        wanted = [default for default in DEFAULTS if f"group:{default.code}" in fresh]
        groups = [deliver_group(entity, default, on=at.date()) for default in wanted]
    return {"templates": len(templates), "scenarios": len(delivered), "groups": sum(groups)}


def deliver_group(entity: Entity, default: Default, *, on: date) -> bool:
    """Whether the entity had room for this default group, its amounts in the entity's currency at the rate of `on`."""
    present = Q(code=default.code) | Q(is_default=True, archived=False) if default.is_default else Q(code=default.code)
    if Group.objects.filter(present, entity=entity).exists():
        return False
    scenario = Scenario.objects.filter(entity=entity, code=default.scenario, archived=False).first()
    teams = list(entity.teams.all()[:2])
    group = Group(
        entity=entity, code=default.code, name=str(default.name), scenario=scenario, is_default=default.is_default
    )
    group.criteria = with_amounts(default.criteria, lambda euros: of_that_order(euros, entity.currency, on))
    group.team = teams[0] if len(teams) == 1 else None
    save_group(group, by=None)
    return True
