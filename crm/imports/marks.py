"""Amounts as 1.200, which do not tell whether their sign groups thousands or is the decimal mark."""

from collections import Counter
from collections.abc import Iterator

from crm.core.money import decimals
from crm.imports.errors import AmountsUndecided
from crm.imports.formats.cells import Cells, currency_of
from crm.imports.formats.table import Row
from crm.imports.mapping import OTHER_MARK, ColumnMap, unclear_mark

AFTER_A_SIGN = 3  # digits of such an amount


def settle_marks(columns: ColumnMap, rows: list[Row], usual: str, separator: str) -> None:
    """Decide for the columns of amounts in which nothing of a sample proves the decimal mark: where the currency has no
    three decimals, three digits after a sign are thousands. Raises AmountsUndecided where it has three.

    `usual` is the currency of a row that names none; `separator` parts the columns: programs that do it with commas
    write decimals with a point.
    """
    for name in [name for name, mark in columns.marks.items() if not mark]:
        signs: Counter[str] = Counter()
        for sign, text, currency in _unclear(columns, name, rows, usual):
            if decimals(currency) == AFTER_A_SIGN:
                raise _undecided(columns, name, text)
            signs[sign] += 1
        if signs:
            columns.marks[name] = "." if separator == "," else OTHER_MARK[signs.most_common(1)[0][0]]
            columns.undecided |= {name}


def _unclear(columns: ColumnMap, name: str, rows: list[Row], usual: str) -> Iterator[tuple[str, str, str]]:
    """Sign, text and currency of the amounts that do not tell."""
    for _line, row in rows:
        cells = Cells(columns, row)
        text = cells.text(name)
        if sign := unclear_mark(text):
            yield sign, text, currency_of(cells.text("currency"), usual)


def _undecided(columns: ColumnMap, name: str, text: str) -> AmountsUndecided:
    read = {"format": columns.format, "headers": columns.headers, "places": columns.columns(), "marks": columns.marks}
    return AmountsUndecided(column=columns.columns()[name], value=text, **read)
