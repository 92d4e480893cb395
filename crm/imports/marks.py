"""Amounts as 1.200, which do not tell whether their sign groups thousands or is the decimal mark."""

from collections import Counter
from collections.abc import Iterator

from crm.core.amounts import BadValue, Figure, supposed_mark
from crm.imports.errors import AmountsUndecided
from crm.imports.formats.cells import Cells, currency_of
from crm.imports.formats.table import Row
from crm.imports.mapping import AMOUNTS, ColumnMap


def settle_marks(columns: ColumnMap, rows: list[Row], usual: str, separator: str) -> None:
    """Decide for the columns of amounts in which nothing of a sample proves the decimal mark: where the currency has no
    three decimals, three digits after a sign are thousands. Raises AmountsUndecided where it has three.

    `usual` is the currency of a row that names none; `separator` parts the columns: programs that do it with commas
    write decimals with a point.
    """
    for name in [name for name, mark in columns.marks.items() if not mark]:
        marks = Counter(filter(None, _supposed(columns, name, rows, usual)))
        if marks:
            columns.marks[name] = "." if separator == "," else marks.most_common(1)[0][0]
            columns.undecided |= {name}


def _supposed(columns: ColumnMap, name: str, rows: list[Row], usual: str) -> Iterator[str]:
    """The decimal mark each amount of a column supposes. Raises AmountsUndecided."""
    for _line, row in rows:
        cells = Cells(columns, row)
        text = cells.text(name)
        try:
            yield supposed_mark(text, currency_of(cells.text("currency"), usual))
        except BadValue as error:
            raise _undecided(columns, name, text) from error


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


def _undecided(columns: ColumnMap, name: str, text: str) -> AmountsUndecided:
    read = {"format": columns.format, "headers": columns.headers, "places": columns.columns(), "marks": columns.marks}
    return AmountsUndecided(column=columns.columns()[name], value=text, **read)
