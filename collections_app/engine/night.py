"""One night of one entity: its parameters, and how its statements run."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

from collections_app.engine.models import Run
from crm.accounts.calendars import last_worked_day, next_worked_day
from crm.accounts.models import Entity
from crm.core import sql
from crm.core.crash import crash_point

HERE = "collections_app.engine"
EVERYBODY = 2**63 - 1


def decision_params(entity: Entity, on: date, *, customer_id: int | None = None) -> dict[str, Any]:
    """What the decision SQL needs to know; one customer only where `customer_id` is given."""
    return {
        "entity": entity.pk,
        "on": on,
        "from_customer": customer_id or 0,
        "to_customer": EVERYBODY if customer_id is None else customer_id + 1,
        "time_zone": entity.time_zone,
        "books_in": entity.currency,
        "worked": last_worked_day(entity, on),
        "preventive_until": next_worked_day(entity, on + timedelta(days=1)) - timedelta(days=1),
    }


@dataclass
class Night:
    """`customers`: the ids it looks at, from the first up to but not including the second. `blocked`: actions kept
    back, by reason. `owed`: what the books say per currency, read with the facts."""

    run: Run
    entity: Entity
    on: date
    at: datetime
    customers: tuple[int, int] = (0, EVERYBODY)
    params: dict[str, Any] = field(default_factory=dict)
    blocked: dict[str, int] = field(default_factory=dict)
    owed: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        first, end = self.customers
        of_run = {"at": self.at, "run": self.run.pk, "from_customer": first, "to_customer": end}
        self.params = decision_params(self.entity, self.on) | of_run

    def do(self, name: str) -> int:
        """Run sql/{name}.sql between two crash points; rows it touched."""
        crash_point(f"before {name}")
        touched = sql.run(HERE, name, self.params)
        crash_point(f"after {name}")
        return touched

    def keep(self, table: str, name: str) -> int:
        """Make the SELECT of sql/{name}.sql a temporary table of this session, with statistics; its rows."""
        with connection.cursor() as cursor:
            cursor.execute(f"drop table if exists pg_temp.{table} cascade")
            cursor.execute(f"create temporary table {table} as {sql.statement(HERE, name)}", self.params)
            kept = int(cursor.rowcount)
            # Sizes are what the next joins need; thirty thousand sampled rows a table would say little more.
            cursor.execute("set local default_statistics_target = 10")
            cursor.execute(f"analyze {table}")
            cursor.execute("set local default_statistics_target to default")
        return kept

    def name(self, view: str, name: str) -> None:
        """Make the SELECT of sql/{name}.sql a view of this session."""
        with connection.cursor() as cursor:
            cursor.execute(f"create or replace temporary view {view} as {sql.statement(HERE, name)}", self.params)

    def count(self, statement: str) -> dict[str, int]:
        """Rows of a (name, number) SELECT as a dict."""
        with connection.cursor() as cursor:
            cursor.execute(statement, self.params)
            return dict(cursor.fetchall())


def join_whole_sets() -> None:
    """For the rest of the transaction: no nested loop. What was written a moment ago has no statistics, and a loop
    chosen on a wrong guess is quadratic in customers."""
    with connection.cursor() as cursor:
        cursor.execute("set local enable_nestloop = off")
