"""One night of one entity: its parameters, and how its statements run."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from collections_app.engine.findings import Findings
from collections_app.engine.models import Run
from collections_app.engine.scope import Scope
from crm.accounts.calendars import HORIZON, NoWorkingDay, last_worked_day, last_worked_days, next_worked_days
from crm.accounts.models import Entity
from crm.accounts.rules import WORKERS
from crm.core import sql
from crm.core.among import Among, between, listed
from crm.core.crash import crash_point
from crm.customers.queries import best_addresses
from crm.holds.queries import net_open_items, promises
from telephony.messaging.states import GONE_WRONG

HERE = "collections_app.engine"
EVERYBODY = 2**63 - 1
# No nested loop: what was written a moment ago has no statistics, and a loop chosen on a wrong guess is quadratic in
# customers. No merge join either: it would first put in order what a hash takes as it comes.
WHOLE_SETS = {"enable_nestloop": "off", "enable_mergejoin": "off"}
# But where both sides lie in the order of customers already.
IN_ORDER = WHOLE_SETS | {"enable_mergejoin": "on"}
# No merge join where some customers are looked at: it would walk an index from its beginning up to the last of them.
FEW = {"enable_mergejoin": "off"}
# The customers of a table, found in an index however many they are: mostly none, and nobody can guess it.
BEFORE = Among("and {customer} = any(array(select listed.customer_id from before listed))")
LOOKS_AHEAD = 366  # days of the calendar a night knows; what is further away is looked at again then
# Promises whose day has passed and of which something is open still: few.
EXPIRED = """and h.ends_on < %(on)s /* each h.customer_id */
      and exists (
          select from receivables_invoice i
          where i.entity_id = h.entity_id and i.customer_id = h.customer_id and i.settled_on is null
            and (i.id = h.invoice_id or h.invoice_id is null and i.due_on < h.starts_on)
          offset 0
      )"""
# What a statement of the night is built on, by its mark: statements of the apps below, conditions for a few customers.
BUILT_ON: dict[str, Callable[[Among], str]] = {
    "/* net open items */": net_open_items,
    "/* promises unkept */": lambda among: promises(EXPIRED, kept_by="%(on)s::date").rstrip(),
    "/* alive */": lambda among: sql.statement("collections_app.actions", "alive"),
    "/* carries */": lambda among: sql.statement(HERE, "carries"),
    "/* dates of nobody */": lambda among: sql.statement("collections_app.actions", "dates_of_nobody"),
    "/* gone wrong */": lambda among: sql.codes(GONE_WRONG),
    # Read in the index: what a customer was ever told is many rows, what he is told in this cycle a few.
    "/* of open cycles */": lambda among: (
        "and x.cycle_id = any(array(select c.id from night_cycles c))" if among.few else ""
    ),
    "/* last decisions */": lambda among: text(f"last_decisions{'_of_few' if among.few else ''}", among),
    "/* best addresses of opening */": lambda among: best_addresses(listed("opening") if among.few else among),
    "/* best addresses of before */": lambda _among: best_addresses(BEFORE),
}


def text(name: str, among: Among) -> str:
    """sql/{name}.sql about these customers."""
    statement = sql.statement(HERE, name)
    for mark, part in BUILT_ON.items():
        if mark in statement:
            statement = statement.replace(mark, part(among))
    return among.within(statement)


def decision_params(entity: Entity, on: date) -> dict[str, Any]:
    """What the decision SQL needs to know."""
    return {
        "entity": entity.pk,
        "on": on,
        "time_zone": entity.time_zone,
        "books_in": entity.currency,
        "worked": worked_before(entity, on),
        **_days_ahead(entity, on),
    }


def worked_before(entity: Entity, on: date) -> date:
    """The nearest worked day up to `on`; where there is none, a day long ago: it is not `on`."""
    try:
        return last_worked_day(entity, on)
    except NoWorkingDay:
        return on - timedelta(days=HORIZON)


def _days_ahead(entity: Entity, on: date) -> dict[str, Any]:
    """`calendar`: whether there is a worked day to come; without one nothing opens."""
    try:
        days = next_worked_days(entity, on, LOOKS_AHEAD)
    except NoWorkingDay:
        return {"calendar": False, "next_worked": sql.array([]), "preventive_until": on}
    return {"calendar": True, "next_worked": sql.array(days), "preventive_until": days[1] - timedelta(days=1)}


def _worked_before_each(entity: Entity, on: date) -> list[date]:
    """For `on` and each day the night knows after it, the nearest worked day up to it, or `on` where there is none."""
    try:
        return last_worked_days(entity, on, LOOKS_AHEAD)
    except NoWorkingDay:
        return [on]


@dataclass
class Night:
    """`customers`: the ids it may look at, from the first up to but not including the second; of those it looks at
    all, or at the ones `scope` says. `blocked`: what was kept back, by reason. `found`: what it found and did.
    `seen`: the snapshot after which it read all that its rows name."""

    run: Run
    entity: Entity
    on: date
    at: datetime
    customers: tuple[int, int] = (0, EVERYBODY)
    params: dict[str, Any] = field(default_factory=dict)
    blocked: dict[str, int] = field(default_factory=dict)
    found: Findings = field(default_factory=Findings)
    seen: str = ""
    scope: Scope = field(init=False)
    among: Among = field(init=False)

    def __post_init__(self) -> None:
        everybody = between(*self.customers)
        of_run = {"at": self.at, "run": self.run.pk, "working": sorted(map(str, WORKERS)), **everybody.params}
        self.params = decision_params(self.entity, self.on) | of_run
        self.look_at(Scope.of(self.run))

    def look_at(self, scope: Scope) -> None:
        """Look at the customers a scope says."""
        self.scope = scope
        self.among = between(*self.customers) if scope.full else self.listed("night_customers")
        self.params |= {
            "people": scope.people,
            "sighted": scope.sighted,
            "currencies": scope.currencies,
            "before": scope.before or self.on,
            "last_worked": sql.array(_worked_before_each(self.entity, self.on)),
        }

    def listed(self, table: str) -> Among:
        """The customers of a table of this session, said with the range of the part: no index is read beyond it."""
        return listed(table, within=self.customers if self.customers != (0, EVERYBODY) else None)

    def do(self, name: str) -> int:
        """Run sql/{name}.sql between two crash points; rows it touched."""
        with self._running(name) as cursor:
            return int(cursor.rowcount)

    def ids(self, name: str) -> list[int]:
        """As `do`, of a statement that returns the ids of the rows it touched."""
        with self._running(name) as cursor:
            return [row_id for (row_id,) in cursor.fetchall()]

    @contextmanager
    def _running(self, name: str) -> Iterator[CursorWrapper]:
        crash_point(f"before {name}")
        with connection.cursor() as cursor:
            cursor.execute(text(name, self.among), self.params)
            yield cursor
        crash_point(f"after {name}")

    def keep(self, table: str, name: str, *, key: str = "") -> int:
        """Make the SELECT of sql/{name}.sql a temporary table of this session, with statistics; its rows. `key`: the
        column others find its rows by, whatever a plan thinks of how many it asks for."""
        return self.keep_rows(table, text(name, self.among), self.params, key=key)

    def keep_rows(self, table: str, select: str, params: Mapping[str, Any], *, key: str = "") -> int:
        """As `keep`, of a SELECT with its parameters."""
        # In one message to the server: a night makes thirty of them.
        made = f"drop table if exists pg_temp.{table} cascade; create temporary table {table} as {select}\n"
        found_by = f"create index on {table} ({key});" if key else ""
        with connection.cursor() as cursor:
            cursor.execute(f"{made}; {found_by} analyze {table}", params)
            cursor.nextset()
            return int(cursor.rowcount)

    def name(self, view: str, name: str) -> None:
        """Make the SELECT of sql/{name}.sql a view of this session. It says nothing of this night (no date):
        a simulation keeps it for all nights."""
        with connection.cursor() as cursor:
            cursor.execute(f"create or replace temporary view {view} as {text(name, self.among)}")

    def pairs(self, name: str) -> dict[str, Any]:
        """The two columns of the SELECT of sql/{name}.sql as a dict."""
        with connection.cursor() as cursor:
            cursor.execute(text(name, self.among), self.params)
            return dict(cursor.fetchall())


def join_whole_sets(*, in_order: bool = False) -> None:
    """For the rest of the transaction: see WHOLE_SETS and IN_ORDER."""
    sql.set_local(**(IN_ORDER if in_order else WHOLE_SETS))
