"""Figures over time as bars, ready for an SVG without style or script inside (`dashboards/_bars.html`)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

HEIGHT = 40
WIDE = 4  # a bar; a period is as many of them as stand side by side, and a gap


@dataclass(frozen=True)
class Bar:
    """A period: `x` is its left edge, `parts` its series, each with its left edge and height; `said`: it in words."""

    x: int
    parts: list[tuple[int, int, float]]
    said: str


@dataclass(frozen=True)
class Chart:
    """Bars on one scale; no part where a period tells nothing or nothing of it."""

    title: str
    series: list[str]
    bars: list[Bar]
    wide: int
    highest: str
    half: str
    first: str
    last: str

    @property
    def width(self) -> int:
        """All of it, in the units of its bars."""
        return len(self.bars) * (self.wide + 1)


@dataclass(frozen=True)
class Period:
    """What is drawn of a day or a month: its name, its values in the order of the series, and both in words."""

    name: str
    values: tuple[Decimal | None, ...]
    said: str


def draw(
    title: str, series: list[str], periods: Sequence[Period], write: Callable[[Decimal], str], *, inside: bool = False
) -> Chart:
    """The chart of some periods, one at least. `write` tells a value of the scale; `inside`: each series is a part of
    the one before, drawn over it, and not beside."""
    highest = max([Decimal(1), *(value for period in periods for value in period.values if value is not None)])
    step = 0 if inside else WIDE
    wide = WIDE if inside else WIDE * len(series)
    bars = [
        Bar(place * (wide + 1), _parts(period.values, highest, step), period.said)
        for place, period in enumerate(periods)
    ]
    return Chart(title, series, bars, wide, write(highest), write(highest / 2), periods[0].name, periods[-1].name)


def _parts(values: Sequence[Decimal | None], highest: Decimal, step: int) -> list[tuple[int, int, float]]:
    heights = [max(Decimal(0), value or Decimal(0)) * HEIGHT / highest for value in values]
    return [(number, number * step, round(float(height), 1)) for number, height in enumerate(heights) if height]
