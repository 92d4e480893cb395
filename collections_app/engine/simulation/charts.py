"""Touches over time as stacked bars, ready for an SVG without style or script inside, and as the table beside it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _, ngettext

from crm.core import formats
from crm.customers.models import Channel

HEIGHT = 100
WIDEST = 62
Days = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class Part:
    """One channel of a bar, from `y` up."""

    channel: str
    y: float
    height: float


@dataclass(frozen=True)
class Bar:
    """One day or week: `x` is its left edge."""

    x: int
    said: str
    parts: list[Part]


@dataclass(frozen=True)
class Chart:
    bars: list[Bar]
    width: int
    highest: int
    first: date
    last: date


@dataclass(frozen=True)
class Timeline:
    """The same days cut the same way for each side, so that bars can be compared."""

    charts: dict[str, Chart]
    channels: list[tuple[str, str]]
    rows: list[tuple[str, list[int]]]
    by_week: bool


def timeline(sides: Mapping[str, Days], first: date, last: date) -> Timeline:
    """Touches of every side from `first` to `last`: by day, or by week where the days are too many to be seen. The
    night of an evening lets leave on the day after: then it ends there."""
    last = max([last, *(date.fromisoformat(day) for days in sides.values() for day in days)])
    by_week = (last - first).days >= WIDEST
    starts = [first + timedelta(days=number) for number in range(0, (last - first).days + 1, 7 if by_week else 1)]
    counted = {side: _gathered(days, first, by_week) for side, days in sides.items()}
    highest = max((sum(found.values()) for places in counted.values() for found in places.values()), default=0)
    used = {channel for places in counted.values() for found in places.values() for channel in found}
    order = [channel for channel in Channel.values if channel in used]

    def drawn(places: Mapping[int, Mapping[str, int]]) -> Chart:
        bars = [_bar(place, on, places.get(place, {}), order, highest, by_week) for place, on in enumerate(starts)]
        return Chart(bars, len(starts) * 10, highest, first, last)

    charts = {side: drawn(places) for side, places in counted.items()}
    rows = [
        (_said(on, by_week), [sum(places.get(place, {}).values()) for places in counted.values()])
        for place, on in enumerate(starts)
    ]
    return Timeline(charts, [(channel, str(Channel(channel).label)) for channel in order], rows, by_week)


def _gathered(days: Days, first: date, by_week: bool) -> dict[int, Counter[str]]:
    places: dict[int, Counter[str]] = {}
    for day, channels in days.items():
        number = (date.fromisoformat(day) - first).days
        places.setdefault(number // 7 if by_week else number, Counter()).update(channels)
    return places


def _bar(place: int, on: date, found: Mapping[str, int], order: list[str], highest: int, by_week: bool) -> Bar:
    parts, y = [], 0.0
    for channel in order:
        if number := found.get(channel, 0):
            height = round(HEIGHT * number / highest, 2)
            parts.append(Part(channel, round(y, 2), height))
            y += height
    touches = sum(found.values())
    number_said = ngettext("%(number)d contact", "%(number)d contacts", touches) % {"number": touches}
    return Bar(place * 10 + 1, f"{_said(on, by_week)}: {number_said}", parts)


def _said(on: date, by_week: bool) -> str:
    return _("week of %(day)s") % {"day": formats.day(on)} if by_week else formats.day(on)
