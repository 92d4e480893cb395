"""The figures of some months as charts; the table beside them says the same."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from collections_app.dashboards.bars import Chart, Period, draw
from collections_app.dashboards.performance import Told
from crm.core import formats


def of(told: Sequence[Told], currency: str) -> list[Chart]:
    """Money of each month, and the days it takes to come; none where there is no month."""
    if not told:
        return []

    def money(amount: Decimal) -> str:
        return formats.short_money(amount, currency)

    def days(number: Decimal) -> str:
        return _("%(number)s d") % {"number": formats.number(round(number, 1))}

    cash = [_("Cash received"), _("Sales less credit notes")]
    paid = [_period(one, cash, (one.month.cash, one.month.net_sales), money) for one in told]
    dso = [_("DSO, count-back"), _("DSO, simple")]
    taken = [_period(one, dso, (one.counted, one.simple.value if one.simple else None), days) for one in told]
    return [draw(_("Cash and sales"), cash, paid, money), draw(_("Days sales outstanding"), dso, taken, days)]


def _period(
    one: Told, series: list[str], values: tuple[Decimal | None, ...], write: Callable[[Decimal], str]
) -> Period:
    unknown = _("unknown")
    texts = [
        f"{label} {unknown if value is None else write(value)}" for label, value in zip(series, values, strict=True)
    ]
    name = month_name(one)
    return Period(name, values, _("%(month)s: %(figures)s") % {"month": name, "figures": ", ".join(texts)})


def month_name(one: Told) -> str:
    """11/2026."""
    return f"{one.month.first:%m/%Y}"
