"""A night of a simulation: the stages and statements of the real one, on copies; nothing is queued for a worker."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from collections_app.actions.dispatch import ORIGIN
from collections_app.compliance.time_barred import hold_what_ran_out
from collections_app.engine import stages, watched
from collections_app.engine.handing_over import ask_gates, forget_changes, keep_below_ceilings
from collections_app.engine.night import FEW as FEW_LOOKED_AT, HERE, Night, join_whole_sets
from collections_app.engine.schedule import hour_of
from collections_app.engine.simulation import mornings
from crm.core import planned, sql
from crm.holds.operations import end_expired_holds, follow_settlements
from telephony.messaging import operations as messaging

# Copies that start small and grow.
GROWING = (
    "actions_action, actions_actionline, actions_cycle, engine_account, messaging_message, receivables_invoice, "
    "segments_membership"
)
# Plans are made again for a table of several times the rows, not for one of a few.
MANY_TIMES = 4
FEW = 50
# Kept to explain the past to a person, or to take up a night that was killed; no later night reads it.
NOT_NEEDED = frozenset({"record_decisions", "note_looked_at"})


@dataclass
class Kept:
    """What the nights of one side leave each other in their session. `views`: with the statement each was made of.
    `rows`: of each table, on its last night; `planned_for`: when statements were planned. `commits`: whether each night
    is a transaction, which empties its tables, not a piece of one."""

    commits: bool = field(default_factory=lambda: not connection.in_atomic_block)
    views: dict[str, str] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    planned_for: dict[str, int] = field(default_factory=dict)

    def note(self, table: str, rows: int) -> None:
        """A plan is good for fewer rows than it was made for, not for many times more: then all are made again."""
        self.rows[table] = rows
        if rows > MANY_TIMES * max(FEW, self.planned_for.setdefault(table, rows)):
            self.plan_again()
            self.planned_for[table] = rows

    def plan_again(self) -> None:
        """Statements are planned for the rows there are from now on."""
        planned.forget_plans()
        self.planned_for = {}


@dataclass
class SimulatedNight(Night):
    """`learns`: whether statistics are taken; they are needed while tables grow fast, that is in the first nights."""

    kept: Kept = field(default_factory=Kept)
    learns: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        self.params["gate_allowed"] = ["*"]

    def of(self, customers: tuple[int, int], kept: Kept) -> "SimulatedNight":
        """The same night for some customers, on the connection where `kept` was left."""
        night = SimulatedNight(self.run, self.entity, self.on, self.at, customers, kept=kept, learns=self.learns)
        night.look_at(self.scope)
        return night

    def do(self, name: str) -> int:
        """As in a real night, less what only explains or outlives a killed one."""
        return 0 if name in NOT_NEEDED else super().do(name)

    def keep_rows(self, table: str, select: str, params: Mapping[str, Any], *, key: str = "") -> int:
        """As in a real night, but the table stays: to make it and to take its statistics each time would cost more than
        its rows. Each commit empties it, but for one with a key, whose index would be built again: that is done where
        statements are to be planned again, for its size with what was deleted would be taken for that of its rows."""
        as_new = table not in self.kept.planned_for
        with connection.cursor() as cursor:
            if table in self.kept.rows:
                if key:
                    cursor.execute(f"{'truncate' if as_new else 'delete from'} {table}")
                elif not self.kept.commits:
                    cursor.execute(f"delete from {table}")
                cursor.execute(f"insert into {table} {select}", params)
                kept = int(cursor.rowcount)
            else:
                cursor.execute(f"drop table if exists pg_temp.{table} cascade")
                emptied = "" if key else "on commit delete rows"
                cursor.execute(f"create temporary table {table} {emptied} as {select}", params)
                kept = int(cursor.rowcount)
                if key:
                    cursor.execute(f"create index on {table} ({key})")
            if self.learns or (key and as_new):
                cursor.execute(f"analyze {table}")
        self.kept.note(table, kept)
        return kept

    def pairs(self, name: str) -> dict[str, Any]:
        """Nothing: what a night tells of itself is read by nobody here."""
        return {}

    def name(self, view: str, name: str) -> None:
        """Once, as long as it says the same: it reads tables that stay."""
        if self.kept.views.get(view) != name:
            self.kept.views[view] = name
            super().name(view, name)


def begin(night: SimulatedNight) -> None:
    """The stages before any customer is looked at."""
    _work(night, stages.BEFORE)


def hold_by_the_books(night: SimulatedNight) -> None:
    """What the stage "holds" does with what is settled and with limitation: here once the books stand on the day, which
    another thread brings them to while this one begins the night."""
    for change in (follow_settlements, hold_what_ran_out):
        change(night.entity, on=night.on, at=night.at)


def look_at_customers(night: SimulatedNight) -> None:
    """The stages that look at one customer at a time, for those of `night`; none is compared with others."""
    full = night.scope.full
    if full:
        night.kept.plan_again()
    else:
        sql.set_local(**FEW_LOOKED_AT)
    with watched.deciding():
        for stage in stages.BY_CUSTOMER:
            if full:
                join_whole_sets(in_order=stage.in_order)
            _work(night, [stage])
    if full:  # without loops
        night.kept.plan_again()


def end(night: SimulatedNight) -> None:
    """The stages that compare customers; then the statistics of what everybody's part has written."""
    _work(night, stages.AFTER)
    sql.set_local(enable_nestloop="on")  # a day goes on in the same transaction
    if night.learns:
        with connection.cursor() as cursor:
            cursor.execute(f"analyze {GROWING}")


def _work(night: SimulatedNight, of: Iterable[stages.Stage]) -> None:
    for stage in of:
        work = INSTEAD.get(stage.name) or stage.work
        work(night)


def _end_holds(night: Night) -> int:
    return end_expired_holds(night.entity, on=night.on, at=night.at)


def _hand_over(night: Night) -> int:
    """Ask every gate, and put into the copied outbox what may leave: no worker is told, none would find it."""
    ask_gates(night)
    forget_changes(night)
    return messaging.queue_many(sql.statement(HERE, "to_queue"), night.params, origin=ORIGIN, at=night.at, wake=False)


def _keep_below_ceilings(night: Night) -> int:
    """What is due today, as the night does; then what leaves tomorrow before its night."""
    above, tomorrow = keep_below_ceilings(night, tell=False), night.on + timedelta(days=1)
    at = hour_of(tomorrow, night.entity.night_at, ZoneInfo(night.entity.time_zone))
    mornings.keep_below_ceilings(night.entity, tomorrow, night_at=at)
    return above


def _nothing(night: Night) -> int:
    return 0


# Books count as imported every day; partitions of the live timeline are not made ahead of time. No worker sends what is
# queued here, so that nothing has to be withheld until somebody has looked at it.
INSTEAD: dict[str, Callable[[Night], int]] = {
    "withhold": _nothing,
    "freshness": _nothing,
    "holds": _end_holds,
    "hand_over": _hand_over,
    "ceilings": _keep_below_ceilings,
    "check": _nothing,
    "scope": _nothing,
    "figures": _nothing,
}
