"""`./acquit bench night`: a first night, the night after it, that one again, and one on which everybody is looked at
once more, against what PostgreSQL needs at least.

The floor is measured in the same run on the same customers: one aggregate over the open items, and COPY of one narrow
row per opened action and per carried invoice into tables with a primary key and two indexes.
"""

import argparse
import io
import json
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from time import perf_counter
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ["MAIL_RECIPIENT_ALLOWLIST"] = "*"

django.setup()

from django.db import connection, transaction  # noqa: E402 - after the set-up
from django.template import engines  # noqa: E402 - after the set-up

from bench._guard import refuse  # noqa: E402 - after the set-up
from bench._memory import Memory  # noqa: E402 - after the set-up
from bench._portfolio import ON, build, one, run  # noqa: E402
from collections_app.engine.night import Night  # noqa: E402
from collections_app.engine.operations import NightReport, run_night  # noqa: E402
from config.celery import app  # noqa: E402 - after the set-up
from crm.accounts.models import Entity  # noqa: E402

AGGREGATE = """
select count(*) from (
    select customer_id, currency, sum(open_amount), min(due_on) from receivables_invoice
    where entity_id = %(entity)s and settled_on is null group by customer_id, currency
) account
"""
UNDO = """
truncate engine_account, engine_change, messaging_message, actions_refusal, actions_actionline, actions_action,
    actions_cycle, engine_agedpart, engine_decision, engine_dailyfigures, engine_runstage, engine_run,
    segments_membership cascade
"""
PAID = """
with paid as (
    select entity_id, customer_id, id, currency, open_amount from receivables_invoice
    where entity_id = %(entity)s and settled_on is null and bench_digits(id, 'paid', 400) = 0
),
moved as (
    insert into receivables_movement (entity_id, customer_id, invoice_id, kind, currency, amount, "on", at, reason)
    select entity_id, customer_id, id, 'closed_in_ledger', currency, -open_amount, %(on)s, now(), '' from paid
),
settled as (
    update receivables_invoice i set open_amount = 0, settled_on = %(on)s from paid where i.id = paid.id returning 1
)
select count(*) from settled
"""
NEW = """
with made as (
    insert into receivables_invoice (entity_id, customer_id, external_id, number, installment, kind, debt_type,
                                     issued_on, due_on, due_on_source, currency, amount, open_amount, label)
    select entity_id, customer_id, gen_random_uuid(), 'N' || id, 1, 'invoice', 'trade',
           %(on)s, %(on)s::date + 30, 'file', currency, amount, amount, ''
    from receivables_invoice
    where entity_id = %(entity)s and settled_on is null and bench_digits(id, 'new', 400) = 0
    returning 1
)
select count(*) from made
"""
FLOOR_TABLES = """
drop table if exists floor_action, floor_line;
create table floor_action (id bigint primary key, customer_id bigint, step_code text, amount numeric(18,3));
create index on floor_action (customer_id);
create index on floor_action (step_code, id);
create table floor_line (id bigint primary key, action_id bigint, invoice_id bigint, amount numeric(18,3));
create index on floor_line (action_id);
create index on floor_line (invoice_id);
"""
NARROW = {
    "floor_action": "select id, customer_id, step_code, amount from actions_action",
    "floor_line": "select row_number() over (), action_id, invoice_id, amount from actions_actionline",
}


def main() -> None:
    given = asked()
    if given.trace:
        trace()
    entity = again() if given.keep else build_said(given.customers, given.invoices)
    warm_up()
    run("checkpoint")  # what was written to make the ledger is not part of the night
    result = measure(entity, given.shards)
    print(json.dumps(result) if given.json else as_text(result))


def asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./acquit bench night")
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--invoices", type=int, default=1_000_000)
    parser.add_argument("--shards", type=int, help="parts worked on side by side (the setting NIGHT_SHARDS)")
    parser.add_argument("--keep", action="store_true", help="the ledger of the last time, its nights undone")
    parser.add_argument("--trace", action="store_true", help="time each statement too")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def measure(entity: Entity, shards: int | None) -> dict[str, Any]:
    """What the nights of a ledger took."""
    with Memory() as memory:
        first, first_seconds = night(entity, 0, shards)
    floor_seconds = floor(entity)
    changed = spend_a_day(entity)
    return {
        "ratio_to_floor": round(first_seconds / floor_seconds, 2),
        "seconds": round(first_seconds, 2),
        "floor_seconds": round(floor_seconds, 2),
        "stages": told(first),
        "actions_opened": sum(first.actions_opened.values()),
        "worker_peak_mb": memory.worker_mb,
        "postgresql_peak_mb": memory.server_mb,
        "facts_changed": changed,
        **beside(first_seconds, "usual_night", *night(entity, 1, shards)),
        **beside(first_seconds, "rerun", *night(entity, 1, shards)),
        **beside(first_seconds, "full_night", *night(entity, 2, shards, full=True)),
        "lines": one("select count(*) from actions_actionline"),
    }


def beside(first_seconds: float, name: str, report: NightReport, seconds: float) -> dict[str, Any]:
    """Another night, with its share of the first one's seconds."""
    share = round(seconds / first_seconds, 3)
    return {f"{name}_seconds": round(seconds, 2), f"{name}_share": share, f"{name}_stages": told(report)}


def build_said(customers: int, invoices: int) -> Entity:
    say(f"Writing {invoices} invoices of {customers} customers")
    return build(customers, invoices)


def again() -> Entity:
    """The ledger of the last time, as it was before its first night but for what the day after it brought."""
    refuse()
    run(UNDO)
    run("vacuum (analyze)")
    return Entity.objects.get(code="BENCH")


def warm_up() -> None:
    """Load the client of the broker and the template engine, as a worker has long before a night."""
    engines.all()
    with app.connection_for_write() as broker:
        broker.connect()


def told(report: NightReport) -> list[dict[str, Any]]:
    """The stages with their rows per second."""
    return [
        stage | {"rows_per_second": round(stage["rows"] * 1000 / stage["ms"]) if stage["ms"] else None}
        for stage in report.stages
    ]


def spend_a_day(entity: Entity) -> int:
    """What a day brings: one open invoice in 400 is paid, as many come in; the tables are vacuumed and what is written
    goes to the disk, as both do by themselves in a day. How many facts changed."""
    params = {"entity": entity.pk, "on": ON}
    changed = one(PAID, params) + one(NEW, params)
    run("vacuum (analyze)")
    run("checkpoint")
    return int(changed)


def night(entity: Entity, days: int, shards: int | None = None, *, full: bool = False) -> tuple[NightReport, float]:
    """Run the night `days` after the date of the ledger; its report and its seconds. `full`: everybody is looked at."""
    on = ON + timedelta(days=days)
    started = perf_counter()
    report = run_night(entity, on=on, at=datetime.combine(on, time(3), UTC), shards=shards, full=full)
    seconds = perf_counter() - started
    say(f"Night of {on}: {seconds:.2f} s, {sum(report.actions_opened.values())} actions")
    return report, seconds


def floor(entity: Entity) -> float:
    """Seconds PostgreSQL needs at least for the same customers; see the top of the file."""
    run(FLOOR_TABLES)
    rows = {table: exported(select) for table, select in NARROW.items()}
    started = perf_counter()
    one(AGGREGATE, {"entity": entity.pk})
    with transaction.atomic(), connection.cursor() as cursor:
        for table, text in rows.items():
            with cursor.copy(f"copy {table} from stdin") as copy:
                copy.write(text)
    seconds = perf_counter() - started
    say(f"Floor: {seconds:.2f} s")
    return seconds


def exported(select: str) -> bytes:
    """The rows of a SELECT as COPY text, ready to be written back."""
    buffer = io.BytesIO()
    with connection.cursor() as cursor, cursor.copy(f"copy ({select}) to stdout") as copy:
        for chunk in copy:
            buffer.write(chunk)
    return buffer.getvalue()


def as_text(result: dict[str, Any]) -> str:
    lines = []
    for name, value in result.items():
        if isinstance(value, list):
            lines += [f"    {one['name']:<12}{one['rows']:>10}{one['ms']:>10} ms" for one in value]
        else:
            lines.append(f"{name:<22}{value}")
    return "\n".join(lines)


def trace() -> None:
    """Print the milliseconds of each statement of a night."""
    for name in ("do", "keep"):
        setattr(Night, name, timed(getattr(Night, name)))


def timed(method: Callable[..., int]) -> Callable[..., int]:
    def run_it(night: Night, *names: str, **said: str) -> int:
        started = perf_counter()
        rows = method(night, *names, **said)
        say(f"    {names[-1]:<28}{rows:>10}{(perf_counter() - started) * 1000:>10.0f} ms")
        return rows

    return run_it


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
