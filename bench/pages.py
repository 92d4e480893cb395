"""`./acquit bench pages`: how long people wait for their pages on a large ledger, alone and eight at a time.

Real HTTP against the web server the demo starts (granian, two processes of eight threads). Nobody thinks between two
pages: eight people here ask as much as some hundreds do at work.
"""

import argparse
import json
import os
import sys
from datetime import UTC, datetime, time
from time import perf_counter
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ["MAIL_RECIPIENT_ALLOWLIST"] = "*"
django.setup()

from guardian.shortcuts import assign_perm  # noqa: E402 - after the set-up

from bench._portfolio import ON, build, one, run  # noqa: E402
from bench._screens import Screen, World  # noqa: E402
from bench._web import Person, person, serving, together  # noqa: E402
from collections_app.engine.operations import run_night  # noqa: E402
from crm.accounts.models import Entity, Role, User  # noqa: E402

PHONES = """
insert into customers_address (customer_id, channel, value, preferred, invalid_reason, consent)
select id, 'phone', '+336' || lpad((10000000 + id %% 89999999)::text, 8, '0'), true, '', 'unknown'
from customers_customer where entity_id = %(entity)s and bench_digits(id, 'phone', 100) < 60
"""
TABLES = ("customers_address", "actions_action", "actions_actionline", "actions_cycle", "segments_membership",
          "messaging_message", "engine_decision")  # fmt: skip


def main() -> None:
    given = _options().parse_args()
    entity = kept() if given.keep else build_world(given.customers, given.invoices)
    world = World(entity, User.objects.get(username="bench0"), leader(entity), given.deep)
    results = measure(world, given)
    result = {
        "customers": one("select count(*) from customers_customer"),
        "invoices": one("select count(*) from receivables_invoice"),
        "open_actions": one("select count(*) from actions_action where state in ('todo', 'to_approve', 'scheduled')"),
        "users": given.users,
        "server": "granian, 2 processes of 8 threads",
        "screens": results,
        "missed": [row["name"] for row in results if row["p95"] > row["target"]],
    }
    print(json.dumps(result, ensure_ascii=False) if given.json else as_text(result))


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./acquit bench pages")
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--invoices", type=int, default=1_000_000)
    parser.add_argument("--users", type=int, default=8)
    parser.add_argument("--each", type=int, default=12, help="pages each of them asks for, per screen")
    parser.add_argument("--deep", type=int, default=1_000, help="how many next pages down")
    parser.add_argument("--only", default="", help="screens whose name contains this")
    parser.add_argument("--keep", action="store_true", help="the ledger of the last time, not a new one")
    parser.add_argument("--json", action="store_true")
    return parser


def build_world(customers: int, invoices: int) -> Entity:
    """The ledger of the other measures after its first night, with telephones; today is its date."""
    started = perf_counter()
    entity = build(customers, invoices)
    run_night(entity, on=ON, at=datetime.combine(ON, time(3), UTC))
    run(PHONES, {"entity": entity.pk})
    Entity.objects.filter(pk=entity.pk).update(stands_on=ON)
    for table in TABLES:
        run(f"vacuum (analyze) {table}")
    say(f"The ledger and its first night took {perf_counter() - started:.0f} s")
    return kept()


def kept() -> Entity:
    return Entity.objects.get(code="BENCH")


def leader(entity: Entity) -> User:
    """Somebody who sees the entity whole and its settings."""
    user, _new = User.objects.get_or_create(
        username="benchlead", defaults={"role": Role.SUPERVISOR, "is_staff": True, "first_name": "Lead"}
    )
    assign_perm("accounts.see_entity", user, entity)
    return user


def measure(world: World, given: argparse.Namespace) -> list[dict[str, Any]]:
    """Each screen alone and by all users together, in milliseconds."""
    screens = [screen for screen in world.screens() if given.only in screen.name]
    collectors = [User.objects.get(username=f"bench{number % 10}") for number in range(given.users)]
    with serving() as port:
        workers = [person(user, port) for user in collectors]
        leaders = [person(world.leader, port) for _ in range(given.users)]
        for each in (workers, leaders):
            together(each, lambda place, turn: screens[0].asks(place, turn), 2)
        return [timed(screen, leaders if screen.leader else workers, given.each) for screen in screens]


def timed(screen: Screen, people: list[Person], each: int) -> dict[str, Any]:
    """`alone`: the median of one person asking; the others with everybody at once."""
    together(people, screen.asks, 1)
    alone = together(people[:1], lambda place, turn: screen.asks(place, turn + 100), max(5, each // 2))
    crowd = together(people, lambda place, turn: screen.asks(place, turn + 200), each)
    row = {"name": screen.name, "target": screen.target_ms, "alone": percentile(alone, 50)}
    row |= {f"p{part}": percentile(crowd, part) for part in (50, 95, 99)}
    say(as_row(row))
    return row


def percentile(seconds: list[float], part: int) -> float:
    """Milliseconds within which `part` percent of the answers came."""
    return round(sorted(seconds)[min(len(seconds) - 1, len(seconds) * part // 100)] * 1000, 1)


def as_row(row: dict[str, Any]) -> str:
    missed = "" if row["p95"] <= row["target"] else f"  over {row['target']}"
    figures = "".join(f"{row[name]:>9.0f}" for name in ("alone", "p50", "p95", "p99"))
    return f"{row['name']:<44}{figures}{missed}"


def as_text(result: dict[str, Any]) -> str:
    lines = [f"{'milliseconds':<44}{'alone':>9}{'p50':>9}{'p95':>9}{'p99':>9}"]
    lines += [as_row(row) for row in result["screens"]]
    lines += [f"{name}: {value}" for name, value in result.items() if name not in ("screens", "missed")]
    return "\n".join([*lines, f"over their target: {len(result['missed'])} of {len(result['screens'])}"])


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
