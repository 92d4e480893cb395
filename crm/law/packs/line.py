from dataclasses import dataclass
from datetime import date
from typing import Any

LONG_AGO = date(2000, 1, 1)


@dataclass(frozen=True)
class Line:
    """A rule as delivered; `customer_kind` and `debt_type` empty = any."""

    code: str
    value: dict[str, Any]
    article: str
    customer_kind: str = ""
    debt_type: str = ""
    starts_on: date = LONG_AGO


def week(weekdays: list[list[str]], saturday: list[list[str]] | None = None) -> dict[str, Any]:
    """Opening hours by ISO weekday; nothing on Sundays and public holidays."""
    days = {str(day): weekdays for day in range(1, 6)}
    return {"days": days | ({"6": saturday} if saturday else {}), "holidays": False}


def cap(channel: str, days: int, maximum: int) -> dict[str, Any]:
    """At most `maximum` occasions in `days` days; channel "all" counts every channel."""
    return {"channel": channel, "days": days, "maximum": maximum}
