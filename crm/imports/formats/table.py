"""Lists as CSV or as a spreadsheet: rows of texts, whatever they are about."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any
from zipfile import ZipFile

from django.utils.translation import gettext_noop as _
from python_calamine import CalamineError, CalamineWorkbook

from crm.imports.errors import FormulaCells, NotATable
from crm.imports.formats.blocks import ROWS, Block, by_width, list_blocks, list_rows
from crm.imports.formats.rows import cells_of, plain
from crm.imports.formats.source import Source
from crm.imports.formats.values import cell_text

SEPARATORS = ";,\t|"
LOOKED_AT = 30
FORMULA = re.compile(rb'<c r="([A-Z]+)(\d+)"[^>]*>\s*<f[ >/]')
BLOCK = 1 << 20
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

    def blocks(self) -> Iterator[list[Block]]:
        """The rows, a piece of the file at a time. Text is read again from its file, so that none is held."""
        first = next(self.rows, None)
        if self.text and first:
            yield from list_blocks(self.text, self.separator, first[0])
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

    Raises NotATable, UnclosedQuote.
    """
    if source.spreadsheet:
        rows, formulas, container, separator = _sheet_rows(source), _formulas(source), "xlsx", ""
    else:
        separator = _separator(source)
        rows, formulas, container = list_rows(source, separator), {}, "csv"
    first = list(islice(rows, LOOKED_AT))
    at = _header_at(first, known)
    line, headers = first[at]
    below = ((number, cells) for number, cells in chain(first[at + 1 :], rows) if any(cells))
    text = None if source.spreadsheet else source
    return Table([" ".join(h.split()) for h in headers], line, below, container, separator, formulas, text)


def _header_at(rows: list[Row], known: frozenset[str]) -> int:
    if not rows:
        raise NotATable(kind=_("a file without rows"))
    scores = [sum(plain(cell) in known for cell in cells) for _line, cells in rows]
    if max(scores) >= 2:
        return scores.index(max(scores))
    return next((index for index, (_line, cells) in enumerate(rows) if sum(map(bool, cells)) > 1), 0)


def _separator(source: Source) -> str:
    """The sign that cuts the first lines most often and most evenly: a line or two cut otherwise do not count."""
    lines = [line for _number, line in islice(source.lines(), LOOKED_AT) if line.strip()]

    def evenness(separator: str) -> int:
        widths = Counter(len(cells_of(line, separator, 0)) for line in lines)
        return max((count * (width - 1) for width, count in widths.items()), default=0)

    return max(SEPARATORS, key=evenness)


def _sheet_rows(source: Source) -> Iterator[Row]:
    try:
        book = CalamineWorkbook.from_path(str(source.path))
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            if sheet.height > 1 or len(book.sheet_names) == 1:
                break
        for number, cells in enumerate(sheet.iter_rows(), 1):
            yield number, [cell_text(cell).strip() for cell in cells]
    except CalamineError as error:
        raise NotATable(kind=_("a spreadsheet that cannot be opened (damaged or protected by a password)")) from error


def _formulas(source: Source) -> dict[int, int]:
    """Columns with formulas: index from 0, and the first row where there is one. Only XLSX says it."""
    try:
        with ZipFile(source.path) as archive:
            sheets = sorted((n for n in archive.namelist() if n.startswith("xl/worksheets/sheet")), key=_sheet_order)
            return _formulas_of(archive, sheets[0]) if sheets else {}
    except OSError:
        return {}


def _sheet_order(name: str) -> int:
    return int(re.sub(r"\D", "", name.rpartition("/")[2]) or 0)


def _formulas_of(archive: ZipFile, sheet: str) -> dict[int, int]:
    found: dict[int, int] = {}
    rest = b""
    with archive.open(sheet) as xml:
        while block := xml.read(BLOCK):
            text = rest + block
            for match in FORMULA.finditer(text):
                found.setdefault(_column(match[1]), int(match[2]))
            rest = text[-300:]
    return found


def _column(letters: bytes) -> int:
    index = 0
    for letter in letters:
        index = index * 26 + letter - 64
    return index - 1


def sample(table: Table, size: int) -> list[Row]:
    """The first rows, which stay in the table."""
    first = list(islice(table.rows, size))
    table.rows = chain(first, table.rows)
    return first


def column(rows: Iterable[Row], index: int) -> list[Any]:
    """Texts of one column that are not empty."""
    return [cells[index] for _line, cells in rows if index < len(cells) and cells[index]]
