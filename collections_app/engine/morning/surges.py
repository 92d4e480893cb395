"""Many more actions, or messages ready to leave, than nights like this one bring."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from collections_app.engine.models import Run
from collections_app.engine.morning.usual import ENOUGH, NIGHTS, usual
from collections_app.engine.night import HERE
from crm.core.sql import rows

TIMES = 10  # so many times more than usual
FEW = 20  # below it nobody is flooded
PEAKS = 35  # nights: a month and a long week-end, so that the end of each month finds the last one
ABOVE_PEAK = 2  # times the highest of them
WHAT = {"opened": "surge", "queued": "flood"}  # what is counted, and the anomaly it makes


@dataclass(frozen=True)
class NightBefore:
    """What the runs of one date did. `refused`: a supervisor cancelled what they held, or has not decided yet.
    `rehearsed`: `queued` counts what they would have queued but for a rehearsal, too."""

    opened: int
    queued: int
    refused: bool
    rehearsed: bool = False


def surge(run: Run, *, opened: int, queued: int) -> list[dict[str, Any]]:
    """What of tonight is unusual beside the nights before; one query, none of a small night."""
    if max(opened, queued) < FEW:
        return []
    return unusual(nights_lately(run), opened=opened, queued=queued)


def unusual(before: Sequence[NightBefore], *, opened: int, queued: int) -> list[dict[str, Any]]:
    """The first of the two counts that is far above the usual night, and above the peaks that come back every week or
    month."""
    for name, number in (("opened", opened), ("queued", queued)):
        if found := _above(number, [getattr(night, name) for night in before], _peaks(before, name)):
            return [{"code": WHAT[name], name: number, **found, **(_rehearsed(before) if name == "queued" else {})}]
    return []


def _rehearsed(before: Sequence[NightBefore]) -> dict[str, int]:
    """How many of the nights that say what is usual were in rehearsal, if any was."""
    number = sum(night.rehearsed for night in before[:NIGHTS])
    return {"rehearsed": number} if number else {}


def nights_lately(run: Run) -> list[NightBefore]:
    """The last nights before the date of `run`, the latest first; one query."""
    params = {"entity": run.entity_id, "on": run.on, "nights": PEAKS + ENOUGH}
    return [NightBefore(**row) for row in rows(HERE, "nights_lately", params)]


def _peaks(before: Sequence[NightBefore], name: str) -> list[int]:
    """Those a night may be as high as. The first nights of an entity had nothing to be compared with; what a supervisor
    refused is no measure of what is right."""
    return [getattr(night, name) for night in before[:-ENOUGH] if not night.refused]


def _above(number: int, before: list[int], peaks: list[int]) -> dict[str, Any] | None:
    expected, peak = usual(before[:NIGHTS]), max(peaks, default=0)
    if expected is None or number < FEW or number < TIMES * max(expected, 1) or number < ABOVE_PEAK * peak:
        return None
    return {"usual": expected, "peak": peak}
