"""`./acquit bench simulation`: a ledger of a year and more, replayed over its last days, today's set-up beside a draft.

Invoices are issued every day and paid with the delays of a real ledger (70 in 100 about the due day, 20 up to two
months late, 7 up to five, 3 never); half of the payments stand in the books as credits applied to their invoice.
"""

import argparse
import json
import os
from datetime import timedelta
from time import perf_counter
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.utils import timezone  # noqa: E402

from bench._portfolio import ADDRESSES, CUSTOMERS, DIGITS, NAMES, ON, TABLES, house, one, run  # noqa: E402
from bench.night import timed  # noqa: E402
from collections_app.engine.night import Night  # noqa: E402
from collections_app.engine.simulation import night as simulated_night  # noqa: E402
from collections_app.engine.simulation.models import Simulation  # noqa: E402
from collections_app.engine.simulation.operations import ask_simulation, run_simulation  # noqa: E402
from collections_app.scenarios.models import Scenario, ScenarioVersion, Step  # noqa: E402
from crm.accounts.models import Entity  # noqa: E402

HISTORY = 450
LEFT_OVER = """
do $$
declare name text;
begin
    for name in select nspname from pg_namespace where nspname like 'simulation\\_%' loop
        execute format('drop schema %I cascade', name);
    end loop;
end $$
"""
LEDGER = """
create temporary table drawn as
select n, %(first)s + bench_digits(n, 'who', %(customers)s) as customer_id,
       20 + bench_digits(n, 'amount', 300000) / 100.0 as amount, issued_on, issued_on + 30 as due_on,
       case when fate < 70 then issued_on + 24 + bench_digits(n, 'about', 14)
            when fate < 90 then issued_on + 40 + bench_digits(n, 'late', 50)
            when fate < 97 then issued_on + 90 + bench_digits(n, 'very', 90) end as paid_on,
       bench_digits(n, 'as', 2) = 0 as by_credit
from (select n, %(on)s::date - bench_digits(n, 'day', %(history)s) as issued_on, bench_digits(n, 'fate', 100) as fate
      from generate_series(1, %(invoices)s) n) invoice
"""
INVOICES = """
with invoice as (
    insert into receivables_invoice (entity_id, customer_id, external_id, number, installment, kind, debt_type,
                                     issued_on, due_on, due_on_source, currency, amount, open_amount, settled_on, label)
    select %(entity)s, customer_id, 'F' || n, 'F' || n, 1, 'invoice', 'trade', issued_on, due_on, 'file', 'EUR', amount,
           case when paid_on <= %(on)s then 0 else amount end, case when paid_on <= %(on)s then paid_on end, ''
    from drawn returning id, external_id
),
credit as (
    insert into receivables_credit (entity_id, customer_id, external_id, number, kind, received_on, currency, amount,
                                    open_amount, label)
    select %(entity)s, customer_id, 'R' || n, '', 'payment', paid_on, 'EUR', amount, 0, ''
    from drawn where by_credit and paid_on <= %(on)s returning id, external_id
)
insert into receivables_movement (
    entity_id, customer_id, invoice_id, credit_id, kind, currency, amount, "on", at, reason
)
select %(entity)s, d.customer_id, i.id, c.id, case when c.id is null then 'closed_in_ledger' else 'allocated' end,
       'EUR', -d.amount, d.paid_on, now(), ''
from drawn d join invoice i on i.external_id = 'F' || d.n left join credit c on c.external_id = 'R' || d.n
where d.paid_on <= %(on)s
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="./acquit bench simulation")
    parser.add_argument("--customers", type=int, default=10_000)
    parser.add_argument("--invoices", type=int, default=120_000)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--alone", action="store_true", help="today's set-up only")
    parser.add_argument("--trace", action="store_true", help="time each statement too")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    if given.trace:
        trace()
    entity = build(given.customers, given.invoices)
    result = measure(entity, given.days, alone=given.alone)
    print(json.dumps(result) if given.json else "\n".join(f"{name:<16}{value}" for name, value in result.items()))


def measure(entity: Entity, days: int, *, alone: bool) -> dict[str, Any]:
    asked = ask_simulation(
        entity,
        kind="replay",
        from_on=ON - timedelta(days=days),
        until_on=ON - timedelta(days=1),
        version=None if alone else draft(entity),
        by=None,
        at=timezone.now(),
        start=False,
    )
    started = perf_counter()
    run_simulation(asked.pk, clock=timezone.now)
    seconds = perf_counter() - started
    report = Simulation.objects.get(pk=asked.pk).report
    touches = {
        side: sum(row["touches"] for row in report[side]["channels"]) for side in ("today", "tried") if side in report
    }
    return {
        "seconds": round(seconds, 1),
        "days": days,
        "sides": len(touches),
        "ms_per_night": round(1000 * seconds / days / len(touches), 1),
        "touches": touches,
        "open_invoices": one("select count(*) from receivables_invoice where settled_on is null"),
    }


def build(customers: int, invoices: int) -> Entity:
    """An entity with four scenarios, twelve groups and this ledger; what a stopped simulation left is removed."""
    entity, team = house()
    run(LEFT_OVER)
    run(DIGITS)
    run(NAMES)
    params = {
        "entity": entity.pk,
        "team": team.pk,
        "customers": customers,
        "invoices": invoices,
        "on": ON,
        "history": HISTORY,
    }
    run(CUSTOMERS, params)
    params["first"] = one("select min(id) from customers_customer where entity_id = %(entity)s", params)
    for statement in (ADDRESSES, "drop table if exists pg_temp.drawn", LEDGER, INVOICES):
        run(statement, params)
    for table in TABLES:
        run(f"vacuum (analyze) {table}")
    return entity


def draft(entity: Entity) -> ScenarioVersion:
    """The scenario of most customers, with every step five days later."""
    scenario = Scenario.objects.get(entity=entity, code="s0")
    version = ScenarioVersion.objects.create(scenario=scenario, number=2, entry_policy="step_by_age")
    steps = list(Step.objects.filter(version__scenario=scenario, version__number=1, offset_days__gt=0))
    for step in steps:
        step.pk, step.version, step.offset_days = None, version, step.offset_days + 5
    Step.objects.bulk_create(steps)
    return version


def trace() -> None:
    """Print the milliseconds of each statement of a night."""
    for name in ("do", "keep"):
        setattr(simulated_night.SimulatedNight, name, timed(getattr(simulated_night.SimulatedNight, name)))
    assert issubclass(simulated_night.SimulatedNight, Night)


if __name__ == "__main__":
    main()
