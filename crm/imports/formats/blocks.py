"""Rows read many at a time: columns of texts, cut out of a piece of the file in a few passes."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from crm.imports.errors import UnclosedQuote
from crm.imports.formats.rows import cells_of, excel_text
from crm.imports.formats.source import Source

ROWS = 2_000
# csv.reader refuses cells twice as long as that.
LONG = 1 << 16
Row = tuple[int, list[str]]


@dataclass(slots=True)
class Block:
    """Rows of the same width: the lines where they start, and their cells column by column, as the file has them.

    `escaped`: a cell may hold what COPY's text format writes with a backslash.
    """

    numbers: Sequence[int]
    columns: list[list[str]]
    escaped: bool

    def column(self, index: int | None) -> list[str]:
        """The stripped cells of a column; empty texts where the rows have no such column."""
        return list(map(str.strip, self.raw(index)))

    def raw(self, index: int | None) -> list[str]:
        """The cells of a column as they are."""
        if index is None or index >= len(self.columns):
            return [""] * len(self.numbers)
        return self.columns[index]

    def row(self, place: int) -> Row:
        """One row, its cells stripped."""
        return self.numbers[place], [column[place].strip() for column in self.columns]


def plain(number: int, text: str, separator: str) -> Block | None:
    """Lines without a quotation mark that all have as many cells as the first; None where they are otherwise."""
    width, lines = text.count(separator, 0, text.index("\n")) + 1, text.count("\n")
    cells = text.replace("\n", f"{separator}\n{separator}").split(separator)
    whole = lines * (width + 1)
    if len(cells) != whole + 1 or cells[width :: width + 1].count("\n") != lines:
        return None
    columns = [cells[index : whole : width + 1] for index in range(width)]
    escaped = "\\" in text or "\x00" in text or (separator != "\t" and "\t" in text)
    return Block(range(number, number + lines), columns, escaped)


def by_width(rows: Iterable[Row]) -> Iterator[Block]:
    """Rows of any width, as blocks of one width."""
    found: dict[int, list[Row]] = {}
    for row in rows:
        found.setdefault(len(row[1]), []).append(row)
    for alike in found.values():
        numbers, cells = zip(*alike, strict=True)
        yield Block(numbers, list(map(list, zip(*cells, strict=True))), escaped=True)


def fec_blocks(source: Source, separator: str, width: int, start: int) -> Iterator[list[Block]]:
    """The lines of a FEC from number `start` on, a piece of the file at a time."""
    for number, text in source.blocks(start):
        block = None if '"' in text else plain(number, text, separator)
        if block:
            yield [block]
            continue
        lines = enumerate(text.split("\n")[:-1], number)
        yield list(by_width((at, cells_of(line, separator, width)) for at, line in lines if line.strip()))


def list_blocks(source: Source, separator: str, start: int) -> Iterator[list[Block]]:
    """The rows of a list from line `start` on, a piece of the file at a time. Raises UnclosedQuote."""
    pieces = source.blocks(start)
    for number, text in pieces:
        block = plain(number, text, separator) if '"' not in text and _has_short_lines(text) else None
        if block:
            yield [block]
        else:
            yield from (list(by_width(rows)) for rows in _quoted(number, text, pieces, separator))


def _has_short_lines(text: str) -> bool:
    return all("\n" in text[at : at + LONG] for at in range(0, len(text), LONG))


def _quoted(number: int, text: str, pieces: Iterator[tuple[int, str]], separator: str) -> Iterator[list[Row]]:
    """Rows of a piece where cells may be quoted, and of those after it as long as a row goes on into the next."""
    feed = _Feed(text, pieces)
    reader = csv.reader(feed, delimiter=separator)
    rows: list[Row] = []
    start = number
    try:
        for cells in reader:
            if any(map(str.strip, cells)):
                rows.append((start, [excel_text(cell.strip()) for cell in cells]))
            start = number + reader.line_num
            if not feed.left or len(rows) == ROWS:
                yield rows
                rows = []
            if not feed.left:
                return
    except csv.Error as error:
        raise UnclosedQuote(line=start) from error


class _Feed:
    """Lines of a piece, then of the next ones when they are asked for. `left`: some of the present piece remain."""

    def __init__(self, text: str, pieces: Iterator[tuple[int, str]]) -> None:
        self.pieces = pieces
        self._take(text)

    def _take(self, text: str) -> None:
        self.lines = text.split("\n")[:-1]
        self.at = 0

    @property
    def left(self) -> bool:
        return self.at < len(self.lines)

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        if not self.left:
            self._take(next(self.pieces)[1])
        self.at += 1
        return f"{self.lines[self.at - 1]}\n"
