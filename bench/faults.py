"""`./acquit bench faults [--kills N] [--seed N] [--json]`: processes and servers killed at random instants.

Four kills of five hit one piece of work (a night, mails, an import, a print batch) in a process of its own; the others
hit the worker, the clock, PostgreSQL or the broker of a whole installation at work, which are started again at once.
PostgreSQL waits for its disk, as in production. After each, the next run or beat must bring all to the end an
undisturbed run has, but for at most one mail per sending connection, which a person looks up. Exit 1 otherwise, and
at once where work nobody killed fails.
"""

import argparse
import json
import os
import random
import signal
import sys
import time
from dataclasses import asdict

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ["LOG_LEVEL"] = "ERROR"
django.setup()

from django.conf import settings  # noqa: E402 - after the set-up

from bench import _kills  # noqa: E402
from bench._kills import Tally, strike  # noqa: E402
from crm.accounts.models import Entity  # noqa: E402
from tests.factories.messaging import a_world  # noqa: E402
from tests.faults.house import seen  # noqa: E402
from tests.faults.installation import Installation, installed  # noqa: E402
from tests.faults.stories import QUIET, open_house, settle, undisturbed  # noqa: E402

WHOLE = 5  # one kill of so many hits the whole installation
LATE = (*range(6, 46), 1, 2, -2)
# Part, signal, how often.
TARGETS = [
    (("worker",), signal.SIGKILL, 45),
    (("postgres",), signal.SIGKILL, 15),
    (("postgres",), signal.SIGQUIT, 10),
    (("broker",), signal.SIGKILL, 15),
    (("beat",), signal.SIGKILL, 10),
    (("worker", "beat", "postgres", "broker"), signal.SIGKILL, 5),
]
EVERY_S = 1.5
ANSWER_S = 0.05  # what a mail server takes to answer
# Killed for so long, a house is left in peace until it has done its night.
PATIENCE_S = 40


def main() -> None:
    """Print what was killed, and what went wrong."""
    parser = argparse.ArgumentParser(prog="./acquit bench faults")
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    chance, started = random.Random(given.seed), time.perf_counter()
    with installed() as place:
        place.move_in()
        settings.MEDIA_ROOT = str(place.folder / "media")
        tallies = pieces(place, given.kills - given.kills // WHOLE, chance)
        tallies["installation"] = stories(place, given.kills // WHOLE, chance)
    report(tallies, given, time.perf_counter() - started)
    sys.exit(any(tally.wrong for tally in tallies.values()))


def pieces(place: Installation, kills: int, chance: random.Random) -> dict[str, Tally]:
    """Kill each kind of work as often as the others."""
    with a_world(network=False) as world:
        kinds = {
            "night": _kills.nights(),
            "outbox": _kills.outbox(place.sink),
            "import": _kills.files(),
            "print batch": _kills.letters(world),
        }
        tallies = {}
        for number, (name, kind) in enumerate(kinds.items()):
            share = kills // len(kinds) + (number < kills % len(kinds))
            tallies[name] = strike(kind, share, chance)
            say(f"{name}: {tallies[name]}")
    return tallies


def stories(place: Installation, kills: int, chance: random.Random) -> Tally:
    """Nights and their mornings by a whole installation, one house after the other, until so many kills are done."""
    tally = Tally()
    # Those of the other kills have no night of their own here.
    place.inside(lambda: Entity.objects.update(live_since=None))
    expected = place.inside(lambda: undisturbed(LATE))
    place.sink.faults["text"] = lambda talk: time.sleep(ANSWER_S)
    place.start("worker", "beat")
    while tally.kills < kills:
        place.sink.taken.clear()
        entity = place.inside(lambda: open_house(LATE))
        disturb(place, entity, kills, tally, chance)
        last = time.perf_counter()
        place.wait_for(QUIET, entity, entity, entity)
        tally.recovered_s.append(round(time.perf_counter() - last, 1))
        unclear = place.inside(lambda entity=entity: settle(entity, place.sink.taken))
        place.wait_for(QUIET, entity, entity, entity)
        tally.to_verify += unclear
        if place.inside(lambda entity=entity: seen(Entity.objects.get(pk=entity))) != expected:
            tally.wrong.append("a night or its morning ended otherwise")
        if set(place.sink.taken.values()) != {1} or len(place.sink.taken) != len(expected["written"]):
            tally.wrong.append(f"mails taken {dict(place.sink.taken)}")
        say(f"installation: {tally.kills} kills, {tally.to_verify} to verify, {len(tally.wrong)} wrong")
    return tally


def disturb(place: Installation, entity: int, kills: int, tally: Tally, chance: random.Random) -> None:
    """Kill a part now and then, and start it again, until the house is quiet or was disturbed enough."""
    weights = [weight for _parts, _number, weight in TARGETS]
    until = time.monotonic() + PATIENCE_S
    while tally.kills < kills and time.monotonic() < until and not place.answer(QUIET, entity, entity, entity):
        time.sleep(chance.expovariate(1 / EVERY_S))
        [(parts, number, _weight)] = chance.choices(TARGETS, weights)
        place.kill(*parts, number=number)
        place.start(*parts)
        tally.kills += 1


def report(tallies: dict[str, Tally], given: argparse.Namespace, seconds: float) -> None:
    if given.json:
        figures = {name: asdict(tally) for name, tally in tallies.items()}
        print(json.dumps({"seed": given.seed, "seconds": round(seconds), "kills": figures}))
        return
    print(f"seed {given.seed}, {seconds:.0f} s")
    for name, tally in tallies.items():
        print(f"{name:<14}{tally.kills:>5} kills{tally.to_verify:>5} mails to verify{len(tally.wrong):>4} wrong ends")
        if tally.recovered_s:
            print(f"    from the last restart to the end, seconds: {sorted(tally.recovered_s)}")
        for wrong in tally.wrong[:10]:
            print(f"    {wrong}")


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
