"""`./acquit bench pages`: how long people wait for their pages on a large ledger, and what a page costs.

Real HTTP against the web server the demo starts (granian, two processes of eight threads). Each screen is asked for by
one person, then by eight who never stop (they ask as much as some hundreds do at work), then by eight who walk from
screen to screen and read each for a moment. What a page costs is the processor time of web server and PostgreSQL.
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

from bench._cpu import Meter  # noqa: E402
from bench._loads import percentile, percentiles, reading, without_pause  # noqa: E402
from bench._portfolio import ON, build, one, run  # noqa: E402
from bench._screens import Screen, World  # noqa: E402
from bench._web import Person, person, serving  # noqa: E402
from collections_app.actions.tallies import squash  # noqa: E402
from collections_app.engine.operations import run_night  # noqa: E402
from crm.accounts.models import Entity, Role, User  # noqa: E402

PHONES = """
insert into customers_address (customer_id, channel, value, preferred, invalid_reason, consent)
select id, 'phone', '+336' || lpad((10000000 + id %% 89999999)::text, 8, '0'), true, '', 'unknown'
from customers_customer where entity_id = %(entity)s and bench_digits(id, 'phone', 100) < 60
"""
TABLES = ("customers_address", "actions_action", "actions_actionline", "actions_cycle", "actions_tally",
          "segments_membership", "messaging_message", "engine_decision")  # fmt: skip


def main() -> None:
    given = _options().parse_args()
    entity = kept() if given.keep else build_world(given.customers, given.invoices)
    world = World(entity, User.objects.get(username="bench0"), leader(entity), given.deep)
    screens = [screen for screen in world.screens() if given.only in screen.name]
    rows = measure(screens, world, given)
    result = {
        "customers": one("select count(*) from customers_customer"),
        "invoices": one("select count(*) from receivables_invoice"),
        "open_actions": one("select count(*) from actions_action where state in ('todo', 'to_approve', 'scheduled')"),
        "users": given.users,
        "pause_s": given.pause,
        "server": "granian, 2 processes of 8 threads",
        "load_1_min": round(os.getloadavg()[0], 1),
        "screens": rows,
        "missed_without_pause": [row["name"] for row in rows if row["closed"]["p95"] > row["target"]],
        "missed_reading": [row["name"] for row in rows if row["reading"] and row["reading"]["p95"] > row["target"]],
    }
    print(json.dumps(result, ensure_ascii=False) if given.json else as_text(result))


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./acquit bench pages")
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--invoices", type=int, default=1_000_000)
    parser.add_argument("--users", type=int, default=8)
    parser.add_argument("--each", type=int, default=12, help="pages each of them asks for without a pause, per screen")
    parser.add_argument("--visits", type=int, default=40, help="times each screen is read; 0 leaves the readers out")
    parser.add_argument("--pause", type=float, default=1.0, help="seconds people read a page for, on average")
    parser.add_argument("--deep", type=int, default=1_000, help="how many next pages down")
    parser.add_argument("--only", default="", help="screens whose name contains this")
    parser.add_argument("--keep", action="store_true", help="the ledger of the last time, not a new one")
    parser.add_argument("--json", action="store_true")
    return parser


def build_world(customers: int, invoices: int) -> Entity:
    """The ledger of the other measures after its first night, with telephones; today is its date."""
    started = perf_counter()
    entity = build(customers, invoices)
    say(f"The ledger took {perf_counter() - started:.0f} s")
    run_night(entity, on=ON, at=datetime.combine(ON, time(3), UTC))
    run(PHONES, {"entity": entity.pk})
    Entity.objects.filter(pk=entity.pk).update(stands_on=ON)
    squash()  # as beat does every five minutes
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


def measure(screens: list[Screen], world: World, given: argparse.Namespace) -> list[dict[str, Any]]:
    """Each screen alone, by all without a pause, and by all who read, in milliseconds."""
    collectors = [User.objects.get(username=f"bench{number % 10}") for number in range(given.users)]
    with serving() as (port, server):
        meter = Meter(server)
        crew = {
            False: [person(user, port) for user in collectors],
            True: [person(world.leader, port) for _ in range(given.users)],
        }
        for leads, people in crew.items():
            for screen in [screen for screen in screens if screen.leader == leads][:1]:
                without_pause(people, screen, 2)
        rows = [timed(screen, crew[screen.leader], given.each, meter) for screen in screens]
        read = reading(screens, crew, given.visits, given.pause) if given.visits else {}
    for row in rows:
        row["reading"] = percentiles(read[row["name"]]) if row["name"] in read else None
    return rows


def timed(screen: Screen, people: list[Person], each: int, meter: Meter) -> dict[str, Any]:
    """`alone`: the median of one person asking; `closed`: everybody at once; `cpu`: processor time of a page."""
    without_pause(people, screen, 1)
    alone = without_pause(people[:1], screen, max(5, each // 2), 100)
    before = meter.read()
    crowd = without_pause(people, screen, each, 200)
    cpu = meter.read().each(before, len(crowd))
    row = {"name": screen.name, "target": screen.target_ms, "alone": percentile(alone, 50)}
    row |= {"closed": percentiles(crowd), "cpu": cpu, "reading": None}
    say(as_row(row))
    return row


HEADS = ("alone", "p50", "p95", "p99", "web", "base", "p50", "p95", "p99")


def as_row(row: dict[str, Any]) -> str:
    read = row["reading"] or dict.fromkeys(row["closed"])
    figures = [row["alone"], *row["closed"].values(), row["cpu"]["web"], row["cpu"]["database"], *read.values()]
    cells = "".join(f"{'' if figure is None else round(figure):>7}" for figure in figures)
    missed = "" if row["closed"]["p95"] <= row["target"] else f"  over {row['target']}"
    return f"{row['name']:<44}{cells}{missed}"


def as_text(result: dict[str, Any]) -> str:
    groups = f"{'':<44}{'':>7}{'without a pause':>21}{'cpu of a page':>14}{'reading':>21}"
    lines = [groups, f"{'milliseconds':<44}{''.join(f'{head:>7}' for head in HEADS)}"]
    lines += [as_row(row) for row in result["screens"]]
    lines += [f"{name}: {value}" for name, value in result.items() if not isinstance(value, list)]
    for name in ("missed_without_pause", "missed_reading"):
        lines.append(f"{name}: {len(result[name])} of {len(result['screens'])}")
    return "\n".join(lines)


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
