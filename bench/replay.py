"""`./acquit bench replay`: a real ledger lived through night by night, its movements known only from their date.

Each day the file is imported up to that day, the night runs, and everything open is done by a person at noon. Prints
how often each step was opened, and what must never happen: an action for what was settled, a step that went missing in
a cycle or came after a later one. That a step comes twice is not asked: the key of actions refuses it.
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

from bench._faults_of_nights import AFTER_SETTLEMENT, LOST, OUT_OF_ORDER  # noqa: E402 - after the set-up
from bench._portfolio import empty, one  # noqa: E402
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
        "after_settlement": one(AFTER_SETTLEMENT),
        "out_of_order": one(OUT_OF_ORDER),
        "lost": one(LOST),
        "seconds": round(perf_counter() - started, 1),
    }


def house(first: date) -> Entity:
    """An entity of its own with the default templates, scenarios and groups."""
    empty()
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
