"""A night of a simulation: the stages and statements of the real one, on copies; nothing is queued for a worker."""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import connection

from collections_app.actions.dispatch import ORIGIN
from collections_app.engine import stages, watched
from collections_app.engine.handing_over import ask_gates, forget_changes, keep_below_ceilings
from collections_app.engine.night import HERE, Night, join_whole_sets, text
from crm.core import sql
from crm.holds.operations import end_expired_holds
from telephony.messaging import operations as messaging

# Copies that start small and grow.
GROWING = (
    "actions_action, actions_actionline, actions_cycle, messaging_message, receivables_invoice, segments_membership"
)
# Kept to explain the past to a person; no later night reads it.
NOT_NEEDED = frozenset({"record_decisions"})


@dataclass
class SimulatedNight(Night):
    """`kept`: tables and views of this session earlier nights of the simulation have made, with the statement each was
    made of; they are filled again. `learns`: whether statistics are taken; they are needed while tables grow fast, that
    is in the first nights."""

    kept: dict[str, str] = field(default_factory=dict)
    learns: bool = True

    def do(self, name: str) -> int:
        """As in a real night, less what only explains."""
        return 0 if name in NOT_NEEDED else super().do(name)

    def keep(self, table: str, name: str, *, key: str = "") -> int:
        """As in a real night, without making the table anew each time: that would cost more than its rows."""
        if table not in self.kept:
            self.kept[table] = name
            return super().keep(table, name, key=key)
        with connection.cursor() as cursor:
            cursor.execute(f"truncate {table}")
            cursor.execute(f"insert into {table} {text(name, self.among)}", self.params)
            kept = int(cursor.rowcount)
            cursor.execute(f"analyze {table}")
        return kept

    def name(self, view: str, name: str) -> None:
        """Once, as long as it says the same: it reads tables that stay."""
        if self.kept.get(view) != name:
            self.kept[view] = name
            super().name(view, name)


def live_through(night: SimulatedNight) -> None:
    """Every stage of a real night, in its order, but those that look at imports and keep figures."""
    for stage in STAGES:
        work = INSTEAD.get(stage.name) or stage.work
        if stage not in stages.BY_CUSTOMER:
            work(night)
            continue
        if night.scope.full:
            join_whole_sets()
        with watched.deciding():
            work(night)


def _end_holds(night: Night) -> int:
    return end_expired_holds(night.entity, on=night.on, at=night.at)


def _write(night: Night) -> int:
    written = stages.write(night)
    if isinstance(night, SimulatedNight) and night.learns:
        with connection.cursor() as cursor:
            cursor.execute(f"analyze {GROWING}")
    return written


def _hand_over(night: Night) -> int:
    """Ask every gate, and put into the copied outbox what may leave: no worker is told, none would find it."""
    ask_gates(night)
    forget_changes(night)
    return messaging.queue_many(sql.statement(HERE, "to_queue"), night.params, origin=ORIGIN, at=night.at, wake=False)


def _take_figures(night: Night) -> int:
    night.blocked |= night.pairs("blocked") | night.found.blocked
    return 0


def _keep_below_ceilings(night: Night) -> int:
    return keep_below_ceilings(night, tell=False)


def _nothing(night: Night) -> int:
    return 0


# Books count as imported every day; partitions of the live timeline are not made ahead of time. No worker sends what is
# queued here, so that nothing has to be withheld until somebody has looked at it.
INSTEAD: dict[str, Callable[[Night], int]] = {
    "withhold": _nothing,
    "freshness": _nothing,
    "holds": _end_holds,
    "open": _write,
    "hand_over": _hand_over,
    "ceilings": _keep_below_ceilings,
    "check": _nothing,
    "scope": _nothing,
    "figures": _take_figures,
}
STAGES = stages.STAGES
