"""Dates as files write them, and cells as texts."""

import re
from datetime import date, datetime, timedelta
from functools import lru_cache

from crm.core.amounts import BadValue, Figure

EXCEL_DAY_ZERO = date(1899, 12, 30)
FIRST_YEAR, LAST_YEAR = 1970, 2200  # a date further away is a slip, and its terms may lead out of the calendar
COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
YEAR_FIRST = re.compile(r"(\d{4})[-/. ](\d{1,2})[-/. ](\d{1,2})")
YEAR_LAST = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})")
COMPACT_YEAR_LAST = re.compile(r"(\d{2})(\d{2})(\d{4})")
WITH_NAME = re.compile(r"(\d{1,2})[-/. ]*([^\W\d]{3,10})\.?[-/. ,]*(\d{4}|\d{2})")
SERIAL = re.compile(r"(\d{5})(?:[.,]\d+)?")
TIME = re.compile(r"[T ]+\d{1,2}[:h]\d{2}.*$")
MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan janv janvier january",
            "feb fev fevr fevrier february",
            "mar mars march",
            "apr avr avril april",
            "may mai",
            "jun juin june",
            "jul juil juillet july",
            "aug aou aout august",
            "sep sept septembre september",
            "oct octobre october",
            "nov novembre november",
            "dec decembre december",
        ),
        1,
    )
    for name in names.split()
}
UNACCENTED = str.maketrans("éèêûôà", "eeeuoa")


@lru_cache(maxsize=65536)
def date_of(text: str, order: str = "dmy") -> date:
    """The day a file means; `order` ("dmy" or "mdy") settles 03/04/2020. Raises BadValue.

    Read: 20200403, 2020-04-03, 03-04-2020, 3/4/20, 03.04.2020, 3 avr. 2020, an instant, a spreadsheet's number.
    """
    bare = TIME.sub("", text.strip())
    try:
        found = _year_first(bare) or _year_last(bare, order) or _named(bare) or _serial(bare)
    except (ValueError, OverflowError) as error:
        raise BadValue(text) from error
    if found is None or not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise BadValue(text)
    return found


def _year_first(text: str) -> date | None:
    if match := YEAR_FIRST.fullmatch(text):
        return date(*map(int, match.groups()))
    match = COMPACT.fullmatch(text)
    if match and FIRST_YEAR <= int(match[1]) <= LAST_YEAR and int(match[2]) <= 12:
        return date(*map(int, match.groups()))
    return None


def _year_last(text: str, order: str) -> date | None:
    match = YEAR_LAST.fullmatch(text) or COMPACT_YEAR_LAST.fullmatch(text)
    if not match:
        return None
    day, month, year = map(int, match.groups())
    if order == "mdy":
        day, month = month, day
    return date(_whole(year), month, day)


def _whole(year: int) -> int:
    """A year of two digits is one of those a book may be of: 70 to 99 are of the last century."""
    if year >= 100:
        return year
    return year + (1900 if year >= FIRST_YEAR - 1900 else 2000)


def _named(text: str) -> date | None:
    match = WITH_NAME.fullmatch(text.lower().translate(UNACCENTED))
    if not match or match[2] not in MONTHS:
        return None
    return date(_whole(int(match[3])), MONTHS[match[2]], int(match[1]))


def _serial(text: str) -> date | None:
    match = SERIAL.fullmatch(text)
    return EXCEL_DAY_ZERO + timedelta(days=int(match[1])) if match else None


def cell_text(value: object) -> str:
    """A spreadsheet's cell as the text a CSV would hold, stripped (dates ISO, whole numbers without a point)."""
    match value:
        case None:
            return ""
        case bool():
            return "1" if value else "0"
        case datetime():
            return value.date().isoformat()
        case date():
            return value.isoformat()
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 1e15 else Figure(repr(value))
        case _:
            return str(value).strip()
