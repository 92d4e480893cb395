"""What the values of columns tell where their headers do not."""

from collections.abc import Callable

from crm.core.amounts import BadValue, amount_of
from crm.imports.formats.kinds import proves_kind, speaks_of_customer
from crm.imports.formats.table import Row, column
from crm.imports.formats.values import date_of
from crm.imports.mapping.headers import AMOUNTS

MOSTLY = 0.9


def by_values(headers: list[str], rows: list[Row], places: dict[str, int]) -> None:
    """What headers did not tell, values may: two columns of dates (the later one is due), one of decimals."""
    free = [index for index in range(len(headers)) if index not in places.values()]
    dates = [index for index in free if _mostly(rows, index, _is_date)]
    if dates and "due_on" not in places and "issued_on" not in places:
        dates.sort(key=lambda index: _middle(rows, index))
        places["due_on"] = dates[-1]
        if len(dates) > 1:
            places["issued_on"] = dates[0]
    if not set(AMOUNTS) & set(places):
        amounts = [index for index in free if index not in dates and _mostly(rows, index, _is_decimal)]
        places |= {"amount": amounts[-1]} if amounts else {}
    for name, index in _identities(
        rows, [i for i in free if i not in places.values() and i not in dates], places
    ).items():
        places[name] = index


def kind_by_values(headers: list[str], rows: list[Row], places: dict[str, int]) -> None:
    """The column whose values say who is a consumer, whatever it is called; the category may say it too."""
    named = [places[name] for name in ("kind", "category") if name in places]
    free = [index for index in range(len(headers)) if index not in places.values()]
    proven = [index for index in [*named, *free] if _mostly(rows, index, proves_kind)]
    if proven:
        places["kind"] = proven[0]


def mostly_of_customers(rows: list[Row], index: int) -> bool:
    """Whether at least half of the values of a column say what a customer is."""
    texts = column(rows, index)
    return bool(texts) and 2 * sum(map(speaks_of_customer, texts)) >= len(texts)


def _identities(rows: list[Row], free: list[int], places: dict[str, int]) -> dict[str, int]:
    """The document's number is in every row another, the customer's comes back."""
    found: dict[str, int] = {}
    shares = {index: _distinct_share(rows, index) for index in free}
    if "number" not in places and "external_id" not in places:
        unique = [index for index in free if shares[index] > 0.98 and not _is_counter(rows, index)]
        found |= {"number": unique[0]} if unique else {}
    if "customer" not in places and "name" not in places:
        repeated = [index for index in free if 0 < shares[index] <= 0.98 and index not in found.values()]
        found |= {"customer": max(repeated, key=lambda index: shares[index])} if repeated else {}
    return found


def _mostly(rows: list[Row], index: int, test: Callable[[str], bool]) -> bool:
    texts = column(rows, index)
    return bool(texts) and sum(map(test, texts)) >= MOSTLY * len(texts)


def _is_date(text: str) -> bool:
    return len(text) >= 6 and (len(text) == 8 or not text.isdigit()) and _day(text) is not None


def _is_decimal(text: str) -> bool:
    try:
        amount_of(text)
    except BadValue:
        return False
    return "," in text or "." in text


def _day(text: str) -> str | None:
    for order in ("dmy", "mdy"):
        try:
            return date_of(text, order).isoformat()
        except BadValue:
            continue
    return None


def _middle(rows: list[Row], index: int) -> str:
    days = sorted(filter(None, map(_day, column(rows, index))))
    return days[len(days) // 2]


def _distinct_share(rows: list[Row], index: int) -> float:
    texts = column(rows, index)
    return len(set(texts)) / len(texts) if texts else 0.0


def _is_counter(rows: list[Row], index: int) -> bool:
    """A row number is no document."""
    texts = column(rows, index)
    if not all(text.isdigit() and len(text) < 8 for text in texts):
        return False
    numbers = list(map(int, texts))
    return numbers == sorted(numbers)
