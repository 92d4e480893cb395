"""Amounts as 1.200, which do not tell whether their sign groups thousands or is the decimal mark."""

from collections.abc import Iterator

from crm.core.amounts import OTHER_MARK, Figure, UnclearAmount, amount_of, unclear_mark
from crm.core.currencies import rounded
from crm.imports.errors import AmountsUndecided
from crm.imports.formats.cells import Cells, currency_of
from crm.imports.formats.table import Row
from crm.imports.mapping import AMOUNTS, ColumnMap

Unclear = tuple[str, str, str]  # the field, its text, the currency of its row


def settle_marks(columns: ColumnMap, rows: list[Row], usual: str, separator: str) -> None:
    """Decide for the columns of amounts in which nothing of a sample shows the decimal mark: where the currency has no
    three decimals, three digits after a sign are thousands. That is supposed, unless most of these amounts would have
    more decimals than their currency: 2.345 euros are two thousand, 950.000 and 12.500 may be a program's three
    decimals. Raises AmountsUndecided in a currency that has three.

    `usual` is the currency of a row that names none; `separator` parts the columns: programs that do it with commas
    write decimals with a point.
    """
    unclear = list(_unclear(columns, rows, usual))
    columns.likely_mark = "." if separator == "," else ""
    grouping = {unclear_mark(text) for _name, text, currency in unclear if _too_exact(text, currency)}
    most = 2 * sum(_too_exact(text, currency) for _name, text, currency in unclear) >= len(unclear)
    if len(grouping) == 1 and most:
        mark = OTHER_MARK[grouping.pop()]
        columns.proven = columns.likely_mark in ("", mark)
        columns.likely_mark = columns.likely_mark or mark
    for name, text, currency in unclear:
        try:
            columns.mark_supposed(name, text, currency)
        except UnclearAmount as error:
            raise undecided(columns, name, text) from error


def _unclear(columns: ColumnMap, rows: list[Row], usual: str) -> Iterator[Unclear]:
    """The amounts that do not tell their mark, of columns that show none."""
    for name in [name for name, mark in columns.marks.items() if not mark]:
        for _line, row in rows:
            cells = Cells(columns, row)
            if unclear_mark(text := cells.text(name)):
                yield name, text, currency_of(cells.text("currency"), columns, usual)


def _too_exact(text: str, currency: str) -> bool:
    """Whether the sign of an amount cannot be its decimal mark: there would be more decimals than the currency has."""
    amount = amount_of(text, unclear_mark(text))
    return amount != rounded(amount, currency)


def refuse_supposed(columns: ColumnMap) -> None:
    """For an import nobody looks at before it is written. Raises AmountsUndecided where a mark is but supposed."""
    for name in sorted(columns.unproven()):
        raise undecided(columns, name, columns.unclear[name])


def figures_alike(columns: ColumnMap, rows: Iterator[Row]) -> Iterator[Row]:
    """Rows of a spreadsheet with the numbers of its columns of amounts written as their texts are; where nothing tells
    how these are, so that each number tells its own mark."""
    marks = [(columns.places[name], columns.marks.get(name, "")) for name in AMOUNTS if name in columns.places]
    for line, row in rows:
        for place, mark in marks:
            if place < len(row) and isinstance(row[place], Figure):
                row[place] = row[place].replace(".", mark) if mark else _telling(row[place])
        yield line, row


def _telling(figure: str) -> str:
    """A number with a point that cannot be taken for a sign of thousands."""
    return f"{figure}0" if figure[-4:-3] == "." else figure


def undecided(columns: ColumnMap, name: str, text: str) -> AmountsUndecided:
    """The refusal that asks how the amounts of a column are written."""
    read = {"format": columns.format, "headers": columns.headers, "places": columns.columns(), "marks": columns.marks}
    return AmountsUndecided(column=columns.columns()[name], value=text, **read)
