"""`./acquit bench replay`: a real ledger lived through night by night, its movements known only from their date.

Each day the file is imported up to that day, the night runs, and everything open is done by a person at noon. Prints
how often each step was opened, and what must never happen: a step twice in a cycle, an action for what was settled.
"""

import argparse
import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ["MAIL_RECIPIENT_ALLOWLIST"] = "*"
django.setup()

from bench._portfolio import CLEAR, one, run  # noqa: E402 - after the set-up
from collections_app.actions.models import OPEN_STATES, Action  # noqa: E402
from collections_app.engine.operations import run_night  # noqa: E402
from collections_app.segments.operations import deliver_defaults  # noqa: E402
from crm.accounts.models import Entity  # noqa: E402
from crm.imports.operations import import_file  # noqa: E402
from crm.imports.outcome import Options  # noqa: E402
from crm.law.operations import load_law  # noqa: E402

SHARED = Path(__file__).parents[2] / "shared" / "data"
LEDGERS = {
    "fec": ("0000000001FEC20220831.txt", date(2022, 3, 1), date(2022, 8, 31)),
    "open-items": ("open_items.csv", date(2020, 4, 1), date(2020, 7, 31)),
}
REPEATED = """
select count(*) from (
    select customer_id, currency, step_code, cycle_id, invoice_id, occasion_on from actions_action
    group by 1, 2, 3, 4, 5, 6 having count(*) > 1
) repeated
"""
# An action opened on a day when nothing it carries was open any more.
AFTER_SETTLEMENT = """
select count(*) from actions_action x
where not exists (
    select 1 from actions_actionline l join receivables_invoice i on i.id = l.invoice_id
    where l.action_id = x.id and (i.settled_on is null or i.settled_on >= x.opened_on)
) and exists (select 1 from actions_actionline l where l.action_id = x.id)
"""
# Steps opened out of order inside a cycle: one was lost or came back.
OUT_OF_ORDER = """
select count(*) from (
    select step_offset, lag(step_offset) over (partition by cycle_id order by opened_on, id) as before
    from actions_action where kind = 'dunning' and invoice_id is null
) step where before >= step_offset
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="./acquit bench replay")
    parser.add_argument("ledger", choices=LEDGERS)
    parser.add_argument("--file", type=Path)
    parser.add_argument("--days", type=int, help="only so many nights")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    name, first, last = LEDGERS[given.ledger]
    last = min(last, first + timedelta(days=given.days - 1)) if given.days else last
    result = replay(given.file or SHARED / name, first, last)
    print(json.dumps(result) if given.json else "\n".join(f"{key}: {value}" for key, value in result.items()))


def replay(file: Path, first: date, last: date) -> dict[str, Any]:
    """Live through the nights from `first` to `last`; the counts."""
    entity = house(first)
    opened: Counter[str] = Counter()
    done: Counter[str] = Counter()
    started = perf_counter()
    for on in days(first, last):
        import_until(file, entity, on)
        opened.update(run_night(entity, on=on, at=datetime.combine(on, time(4), UTC)).actions_opened)
        done.update(work(on))
        print(f"{on} {sum(opened.values())} actions, {perf_counter() - started:.0f} s", file=sys.stderr, flush=True)
    return {
        "nights": (last - first).days + 1,
        "opened": dict(sorted(opened.items())),
        "done": dict(sorted(done.items())),
        "repeated": one(REPEATED),
        "after_settlement": one(AFTER_SETTLEMENT),
        "out_of_order": one(OUT_OF_ORDER),
        "seconds": round(perf_counter() - started, 1),
    }


def house(first: date) -> Entity:
    """An entity of its own with the default templates, scenarios and groups."""
    run(CLEAR)
    load_law()
    entity = Entity.objects.create(
        code="REPLAY", legal_name="Replay", live_since=first, sender_email="relance@replay.example",
        street="1 rue Longue", postcode="75001", city="Paris",
    )  # fmt: skip
    deliver_defaults(entity, at=datetime.combine(first, time(3), UTC))
    return entity


def work(on: date) -> Counter[str]:
    """A person does everything that waits, at noon."""
    waiting = Action.objects.filter(state__in=OPEN_STATES)
    steps = Counter(waiting.values_list("step_code", flat=True))
    waiting.update(state="done", closed_at=datetime.combine(on, time(12), UTC), outcome="done")
    return steps


def import_until(file: Path, entity: Entity, on: date) -> None:
    """The file as it was known at the end of the day before `on`."""
    yesterday = on - timedelta(days=1)
    options = Options(until=yesterday, terms_days=30, mode="delta")
    import_file(file, entity=entity, options=options, by=None, at=datetime.combine(yesterday, time(22), UTC))


def days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


if __name__ == "__main__":
    main()
