"""What the last nights of an entity did, to compare one with."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from statistics import median

from collections_app.engine.models import Run, RunState

NIGHTS = 10
ENOUGH = 3  # fewer nights say nothing of what is usual


@dataclass(frozen=True)
class Figure:
    """A figure of a night beside its median over the nights before; `usual` None while there are too few."""

    code: str
    value: int
    usual: float | None

    @property
    def share(self) -> float | None:
        """How many times as usual."""
        return self.value / self.usual if self.usual else None


@dataclass(frozen=True)
class NightFigures:
    """`opened` by step and `rows` by stage, over all the runs of one date; `kept_back` by reason, when the last of them
    that came to its end did."""

    opened: Counter[str]
    kept_back: Counter[str]
    rows: Counter[str]


STAGES = ("groups", "close", "assign", "hand_over")


def nights_before(run: Run) -> list[NightFigures]:
    """The last nights before the date of `run`, the latest first; those that came to no end are part of those that did
    for the same date. Two queries."""
    before = Run.objects.filter(entity=run.entity_id, on__lt=run.on)
    ended = before.filter(state=RunState.DONE).order_by("-on").values_list("on", flat=True)
    by_date: dict[date, list[Run]] = {on: [] for on in ended.distinct()[:NIGHTS]}
    for one in before.filter(on__in=by_date).order_by("pk").prefetch_related("stages"):
        by_date[one.on].append(one)
    return [figures_of(*runs) for runs in by_date.values()]


def night_of(run: Run) -> NightFigures:
    """The night a run belongs to, as it stood when that run ended."""
    same = Run.objects.filter(entity=run.entity_id, on=run.on, pk__lte=run.pk)
    return figures_of(*same.order_by("pk").prefetch_related("stages"))


def figures_of(*runs: Run) -> NightFigures:
    """A night that was run again, in the order of its runs: it did what they did together, also those that failed; what
    the last one that ended kept back is what is kept back."""
    last = [run for run in runs if run.state == RunState.DONE] or runs
    found = NightFigures(Counter(), Counter(last[-1].blocked), Counter())
    for run in runs:
        found.opened.update(run.opened)
        found.rows.update({stage.name: stage.rows for stage in run.stages.all() if stage.name in STAGES})
    return found


def usual(values: list[int]) -> float | None:
    """Their median, with enough nights."""
    return float(median(values)) if len(values) >= ENOUGH else None


def compared(run: Run) -> list[Figure]:
    """What the night did beside what is usual: actions opened, and by step; kept back, and by reason; rows of some
    stages."""
    before, mine = nights_before(run), night_of(run)

    def figure(code: str, of: Callable[[NightFigures], int]) -> Figure:
        return Figure(code, of(mine), usual([of(night) for night in before]))

    def each(kind: str, of: Callable[[NightFigures], Counter[str]]) -> list[Figure]:
        codes = sorted({code for night in (mine, *before) for code in of(night)})
        return [figure(f"{kind}:{code}", lambda night, code=code: of(night)[code]) for code in codes]  # type: ignore[misc]

    return [
        figure("opened", lambda night: night.opened.total()),
        *each("step", lambda night: night.opened),
        figure("kept_back", lambda night: night.kept_back.total()),
        *each("reason", lambda night: night.kept_back),
        *(figure(name, lambda night, name=name: night.rows[name]) for name in STAGES),  # type: ignore[misc]
    ]
