"""Lists as CSV or as a spreadsheet: rows of texts, whatever they are about."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

from django.utils.translation import gettext_noop as _
from python_calamine import CalamineError, CalamineWorkbook

from crm.imports.errors import FormulaCells, NotATable, TooManyCells
from crm.imports.formats.blocks import ROWS, Block, by_width, list_blocks, list_rows
from crm.imports.formats.rows import cells_of, plain
from crm.imports.formats.sheets import NoSheet, filled
from crm.imports.formats.source import Source
from crm.imports.formats.values import cell_text

SEPARATORS = ";,\t|"
LOOKED_AT = 30
Row = tuple[int, list[str]]


@dataclass
class Table:
    """A header and the rows below it, one by one or many at a time: `rows` or `blocks`, which are read once."""

    headers: list[str]
    header_line: int
    rows: Iterator[Row]
    container: str
    separator: str = ""
    formulas: dict[int, int] = field(default_factory=dict)
    text: Source | None = None
    width: int = 0

    def blocks(self) -> Iterator[list[Block]]:
        """The rows, a piece of the file at a time. Text is read again from its file, so that none is held."""
        first = next(self.rows, None)
        if self.text and first:
            yield from list_blocks(self.text, self.separator, first[0], self.width)
        elif first:
            rows = chain([first], self.rows)
            yield from (list(by_width(some)) for some in iter(lambda: list(islice(rows, ROWS)), []))

    def refuse_formulas(self, columns: Iterable[int]) -> None:
        """Raises FormulaCells when a column that is read holds formulas: their saved result may be old, or none."""
        for column in sorted(columns):
            if column in self.formulas:
                raise FormulaCells(line=self.formulas[column], column=self.headers[column])


def open_table(source: Source, known: frozenset[str]) -> Table:
    """Open a list; `known` are plain header names that tell the header from a title above it.

    Raises NotATable, TooManyCells, UnclosedQuote.
    """
    if source.spreadsheet:
        (rows, formulas), container, separator, width = _sheet(source), "xlsx", "", 0
    else:
        separator = _separator(source)
        width = _full_width(source, separator)
        rows, formulas, container = list_rows(source, separator, width), {}, "csv"
    first = list(islice(rows, LOOKED_AT))
    at = _header_at(first, known)
    line, headers = first[at]
    below = ((number, cells) for number, cells in chain(first[at + 1 :], rows) if any(cells))
    text = None if source.spreadsheet else source
    return Table([" ".join(h.split()) for h in headers], line, below, container, separator, formulas, text, width)


def _header_at(rows: list[Row], known: frozenset[str]) -> int:
    if not rows:
        raise NotATable(kind=_("a file without rows"))
    scores = [sum(plain(cell) in known for cell in cells) for _line, cells in rows]
    if max(scores) >= 2:
        return scores.index(max(scores))
    return next((index for index, (_line, cells) in enumerate(rows) if sum(map(bool, cells)) > 1), 0)


def _separator(source: Source) -> str:
    """The sign that cuts the first lines most often and most evenly: a line or two cut otherwise do not count."""

    def evenness(separator: str) -> int:
        return max((count * (width - 1) for width, count in _widths(source, separator).items()), default=0)

    return max(SEPARATORS, key=evenness)


def _full_width(source: Source, separator: str) -> int:
    """How many cells a whole row has: the most of the first lines, as one with a cell of several lines is cut short."""
    return max(_widths(source, separator), default=0)


def _widths(source: Source, separator: str) -> Counter[int]:
    lines = (line for _number, line in islice(source.lines(), LOOKED_AT))
    return Counter(len(cells_of(line, separator, 0)) for line in lines if line.strip())


def _sheet(source: Source) -> tuple[Iterator[Row], dict[int, int]]:
    """The rows of the first sheet that has more than one, and its columns with formulas."""
    try:
        book = CalamineWorkbook.from_path(str(source.path))
        for name in book.sheet_names:
            cells = filled(source.path, name)
            if cells.too_much:
                raise TooManyCells(sheet=name, rows=cells.rows, columns=cells.columns)
            sheet = book.get_sheet_by_name(name)
            if sheet.height > 1 or len(book.sheet_names) == 1:
                break
    except (CalamineError, NoSheet) as error:
        raise NotATable(kind=_("a spreadsheet that cannot be opened (damaged or protected by a password)")) from error
    # What is left of the first cell is not read.
    first = sheet.start[1] if sheet.start else 0
    formulas = {column - first: row for column, row in cells.formulas.items() if column >= first}
    rows = ((number, list(map(cell_text, row))) for number, row in enumerate(sheet.iter_rows(), 1))
    return rows, formulas


def sample(table: Table, size: int) -> list[Row]:
    """The first rows, which stay in the table."""
    first = list(islice(table.rows, size))
    table.rows = chain(first, table.rows)
    return first


def column(rows: Iterable[Row], index: int) -> list[Any]:
    """Texts of one column that are not empty."""
    return [cells[index] for _line, cells in rows if index < len(cells) and cells[index]]
