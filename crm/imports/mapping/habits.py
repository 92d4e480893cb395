"""How dates and amounts of a list are written, from a sample or as a person says."""

import re
from collections import Counter
from collections.abc import Callable

from crm.core.amounts import OTHER_MARK, UNCLEAR, Figure, digits_and_marks
from crm.imports.formats.table import Row, column
from crm.imports.formats.values import YEAR_LAST
from crm.imports.mapping.columns import ColumnMap
from crm.imports.mapping.headers import AMOUNTS, DATES, currency_of_header

DIGITS_ALIKE = str.maketrans("12345678", "9" * 8)  # a leading zero proves that nothing is grouped
WITH_MARKS = re.compile(r"[\d.,]*[.,][\d.,]*")


def read_habits(found: ColumnMap, rows: list[Row], default: str) -> None:
    """How dates and amounts are written in each column, from the sample."""
    either, undecided = set(), set()
    for name in set(DATES) & set(found.places):
        texts = column(rows, found.places[name])
        met = Counter(texts)
        orders = _weighed(_order, met)
        orders.pop("", None)
        found.orders[name] = orders.most_common(1)[0][0] if orders else default
        either |= {name} if len(orders) > 1 else set()
        undecided |= {name} if not orders and any(map(YEAR_LAST.match, met)) else set()
        found.shapes[name] = dict(_weighed(_shape, met).most_common(6))
    found.either_order, found.undecided = frozenset(either), frozenset(undecided)
    proven: Counter[str] = Counter()
    for name in [name for name in AMOUNTS if name in found.places]:
        votes = _marks(column(rows, found.places[name]))
        found.marks[name] = _first(votes)
        proven += votes
        found.currency = found.currency or currency_of_header(found.headers[found.places[name]])
    # One program wrote them all: what the amounts of a column do not prove, those of another may.
    found.marks = {name: mark or _first(proven) for name, mark in found.marks.items()}


def order_given(found: ColumnMap, order: str) -> None:
    """Read every date in the order a person says, whatever the values seem to be."""
    found.orders |= dict.fromkeys(found.orders, order)
    found.either_order, found.undecided = frozenset(), found.undecided - set(DATES)


def mark_given(found: ColumnMap, mark: str) -> None:
    """Read every amount with the decimal mark a person says."""
    found.marks |= dict.fromkeys(found.marks, mark)


def _weighed(look: Callable[[str], str], met: Counter[str]) -> Counter[str]:
    """How often each thing is seen, looking once at each text."""
    seen: Counter[str] = Counter()
    for text, times in met.items():
        seen[look(text)] += times
    return seen


def _order(text: str) -> str:
    """What a date proves of the order of day and month: nothing when both could be either."""
    match = YEAR_LAST.match(text)
    if not match:
        return ""
    first, second = int(match[1]), int(match[2])
    return "dmy" if first > 12 >= second else "mdy" if second > 12 >= first else ""


def _shape(text: str) -> str:
    return "".join("9" if sign.isdigit() else "a" if sign.isalpha() else sign for sign in text)[:20]


def _marks(texts: list[str]) -> Counter[str]:
    """How many amounts of a column prove which decimal mark; a number of a spreadsheet proves nothing of its texts."""
    votes: Counter[str] = Counter()
    written = (text for text in texts if not isinstance(text, Figure))
    for text, times in Counter(text.translate(DIGITS_ALIKE) for text in written).items():
        bare = digits_and_marks(text)
        if not WITH_MARKS.fullmatch(bare) or UNCLEAR.fullmatch(bare):
            continue
        mark = bare[max(bare.rfind(","), bare.rfind("."))]
        grouping = bare.count(mark) > 1
        votes[OTHER_MARK[mark] if grouping else mark] += times
    return votes


def _first(votes: Counter[str]) -> str:
    """The mark most amounts prove; "" where none does, so that each speaks for itself."""
    return votes.most_common(1)[0][0] if votes else ""
