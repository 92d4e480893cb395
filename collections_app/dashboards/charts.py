"""The figures of some months as bars, ready for an SVG without style or script inside; the table beside it says the
same."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from collections_app.dashboards.performance import Told
from crm.core import formats

HEIGHT = 40


@dataclass(frozen=True)
class Bar:
    """A month: `x` is its left edge, `heights` those of its bars side by side; `said`: the month in words."""

    x: int
    heights: list[tuple[int, float]]
    said: str


@dataclass(frozen=True)
class Chart:
    """Bars of up to two series on one scale; nothing where a month tells nothing."""

    title: str
    series: list[str]
    bars: list[Bar]
    width: int
    highest: str
    half: str
    first: str
    last: str


def of(told: Sequence[Told], currency: str) -> list[Chart]:
    """Money of each month, and the days it takes to come; none where there is no month."""
    if not told:
        return []

    def money(amount: Decimal) -> str:
        return formats.short_money(amount, currency)

    def days(number: Decimal) -> str:
        return _("%(number)s d") % {"number": formats.number(round(number, 1))}

    cash = [_("Cash received"), _("Sales less credit notes")]
    paid = _chart(_("Cash and sales"), cash, [(one.month.cash, one.month.net_sales) for one in told], told, money)
    dso = [_("DSO, count-back"), _("DSO, simple")]
    values = [(one.counted, one.simple.value if one.simple else None) for one in told]
    return [paid, _chart(_("Days sales outstanding"), dso, values, told, days)]


def _chart(
    title: str,
    series: list[str],
    values: Sequence[tuple[Decimal | None, ...]],
    told: Sequence[Told],
    write: Callable[[Decimal], str],
) -> Chart:
    known = [value for month in values for value in month if value is not None]
    highest = max(Decimal(1), *known) if known else Decimal(1)
    bars, unknown = [], _("unknown")
    for place, month in enumerate(values):
        heights = [max(Decimal(0), value or Decimal(0)) * HEIGHT / highest for value in month]
        drawn = [(side, round(float(height), 1)) for side, height in enumerate(heights) if height]
        texts = [
            f"{label} {unknown if value is None else write(value)}" for label, value in zip(series, month, strict=True)
        ]
        said = _("%(month)s: %(figures)s") % {"month": month_name(told[place]), "figures": ", ".join(texts)}
        bars.append(Bar(place * 9, drawn, said))
    return Chart(
        title, series, bars, len(values) * 9, write(highest), write(highest / 2),
        month_name(told[0]), month_name(told[-1]),
    )  # fmt: skip


def month_name(one: Told) -> str:
    """11/2026."""
    return f"{one.month.first:%m/%Y}"
