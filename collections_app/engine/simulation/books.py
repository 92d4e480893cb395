"""The books as each night of a simulation knows them."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.db import connection

from collections_app.engine.simulation.assumptions import Payments
from collections_app.engine.simulation.models import SimulationKind
from crm.core import sql
from crm.core.among import EVERYBODY
from crm.holds.queries import covering, net_open_items
from crm.receivables.queries import paid_parts

HERE = "collections_app.engine.simulation"
LATER = """
create unlogged table simulated_movement (
    known_on date not null, kind text not null, invoice_id bigint, credit_id bigint, amount numeric not null
);
create index on simulated_movement (known_on);
"""
BORN = (
    "insert into receivables_invoice select * from simulated_invoice where issued_on = %(on)s::date - 1",
    "insert into receivables_credit select * from simulated_credit where received_on = %(on)s::date - 1",
)
MOVED = (
    """
update receivables_invoice i
set open_amount = i.open_amount + moved.amount,
    settled_on = case when i.open_amount + moved.amount = 0 then %(on)s::date - 1 end
from (select invoice_id, sum(amount) as amount from simulated_movement
      where known_on = %(on)s and invoice_id is not null group by invoice_id) moved
where i.id = moved.invoice_id
""",
    """
update receivables_credit c set open_amount = c.open_amount + moved.amount
from (select credit_id, sum(amount) as amount from simulated_movement
      where known_on = %(on)s and credit_id is not null group by credit_id) moved
where c.id = moved.credit_id
""",
)


def open_books(
    kind: str, payments: str, params: Mapping[str, Any], *, live: str, go_on: Callable[[], None]
) -> int | None:
    """Put the copied books on the first day and note what comes later; `live`: the schema of the real ledger, `params`:
    entity, from, until, today. `go_on` is called between statements. The number of paid invoices that say who pays
    when; None when they are not asked."""
    judged_by = None
    with connection.cursor() as cursor:
        cursor.execute(LATER)

        def run(name: str) -> None:
            go_on()
            # Unapplied money that stands in the books with a day to come covers from then on.
            known_by = {**params, "on": params["until"]}
            cursor.execute(text(name).replace("{live}", live), known_by)

        run("books_later")
        if kind == SimulationKind.REPLAY:
            for name in ("books_known", "books_open", "books_unapplied"):
                run(name)
        elif payments == Payments.AS_BEFORE:
            cursor.execute(text("books_paid"), {**params, "on": params["until"]})
            judged_by = cursor.fetchone()[0]
            run("books_predicted")
            _move(cursor, params["from"])
        cursor.execute("analyze receivables_invoice, receivables_credit, simulated_movement, customers_customer")
    return judged_by


def text(name: str) -> str:
    """sql/{name}.sql with the statements it is built on; `{live}` is left to say."""
    found = sql.statement(HERE, name).replace("/* net open items */", net_open_items(EVERYBODY))
    return covering(found.replace("/* paid parts */", paid_parts()))


def open_day(kind: str, on: date) -> None:
    """What the evening before `on` brought: invoices and money of that day, then the movements."""
    with connection.cursor() as cursor:
        for statement in BORN if kind == SimulationKind.REPLAY else ():
            cursor.execute(statement, {"on": on})
        _move(cursor, on)


def _move(cursor: Any, on: date) -> None:
    for statement in MOVED:
        cursor.execute(statement, {"on": on})
