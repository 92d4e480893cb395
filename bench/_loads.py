"""People at work on the pages: those who never stop to read, and those who do."""

import random
import time
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from bench._screens import Screen
from bench._web import Person


def percentile(seconds: list[float], part: int) -> float:
    """Milliseconds within which `part` percent of the answers came."""
    return round(sorted(seconds)[min(len(seconds) - 1, len(seconds) * part // 100)] * 1000, 1)


def percentiles(seconds: list[float]) -> dict[str, float]:
    """p50, p95 and p99, in milliseconds."""
    return {f"p{part}": percentile(seconds, part) for part in (50, 95, 99)}


def without_pause(people: Sequence[Person], screen: Screen, each: int, first: int = 0) -> list[float]:
    """Everybody asks `each` times at the same time, again as soon as he has his answer; all the seconds."""

    def work(place: int) -> list[float]:
        return [people[place].seconds(screen.asks(place, first + turn)) for turn in range(each)]

    with ThreadPoolExecutor(len(people)) as pool:
        return [second for seconds in pool.map(work, range(len(people))) for second in seconds]


def reading(
    screens: Sequence[Screen], crew: dict[bool, Sequence[Person]], visits: int, pause: float
) -> dict[str, list[float]]:
    """The seconds of each screen, asked for `visits` times in all by people who walk from screen to screen and read
    each for a moment: `pause` seconds on average, from nothing to twice that. `crew`: who leads, and who does not."""
    walk = [screen for screen in screens for _ in range(visits)]
    random.Random(1).shuffle(walk)
    size = min(len(people) for people in crew.values())

    def work(place: int) -> list[tuple[str, float]]:
        chance, found = random.Random(place), []
        for turn, screen in enumerate(walk[place::size]):
            time.sleep(chance.uniform(0, 2 * pause))
            found.append((screen.name, crew[screen.leader][place].seconds(screen.asks(place, 1_000 + turn))))
        return found

    seconds: dict[str, list[float]] = defaultdict(list)
    with ThreadPoolExecutor(size) as pool:
        for name, second in (answer for answers in pool.map(work, range(size)) for answer in answers):
            seconds[name].append(second)
    return seconds
