"""Rows read many at a time: columns of texts in UTF-8, cut out of a piece of the file in a few passes. Bytes are cut
and joined in half the time of texts, and the server takes them as they are."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from crm.imports.errors import UnclosedQuote
from crm.imports.formats.rows import cells_of, excel_text
from crm.imports.formats.source import Source

ROWS = 2_000
# csv.reader refuses cells twice as long as that.
LONG = 1 << 16
# What str.strip takes off and bytes.strip does not, by its first byte.
OTHER_SPACES = {
    first: re.compile(first + rest)
    for first, rest in {
        b"\x1c": b"", b"\x1d": b"", b"\x1e": b"", b"\x1f": b"", b"\xc2": rb"[\x85\xa0]", b"\xe1": rb"\x9a\x80",
        b"\xe2": rb"(?:\x80[\x80-\x8a\xa8\xa9\xaf]|\x81\x9f)", b"\xe3": rb"\x80\x80",
    }.items()
}  # fmt: skip
Row = tuple[int, list[str]]


@dataclass(slots=True)
class Block:
    """Rows of the same width: the lines where they start, and their cells column by column, as the file has them.

    `escaped`: a cell may hold what COPY's text format writes with a backslash. `spaced`: one may begin or end with a
    space beyond those of ASCII.
    """

    numbers: Sequence[int]
    columns: list[list[bytes]]
    escaped: bool
    spaced: bool = False

    def column(self, index: int | None) -> list[bytes]:
        """The stripped cells of a column; empty texts where the rows have no such column."""
        return self.stripped(self.raw(index))

    def stripped(self, cells: Iterable[bytes]) -> list[bytes]:
        """Cells of this block without the spaces around them."""
        return [cell.decode().strip().encode() for cell in cells] if self.spaced else list(map(bytes.strip, cells))

    def raw(self, index: int | None) -> list[bytes]:
        """The cells of a column as they are."""
        if index is None or index >= len(self.columns):
            return [b""] * len(self.numbers)
        return self.columns[index]

    def rows(self) -> Iterator[Row]:
        """The rows, their cells stripped."""
        columns = [[cell.decode().strip() for cell in column] for column in self.columns]
        return zip(self.numbers, map(list, zip(*columns, strict=True)), strict=True)

    def row(self, place: int) -> Row:
        """One row, its cells stripped."""
        return self.numbers[place], [column[place].decode().strip() for column in self.columns]


def plain(numbers: range, text: bytes, separator: bytes) -> Block | None:
    """Lines without a quotation mark that all have as many cells as the first; None where they are otherwise."""
    width, lines = text.count(separator, 0, text.index(b"\n")) + 1, len(numbers)
    cells = text.replace(b"\n", separator + b"\n" + separator).split(separator)
    whole = lines * (width + 1)
    if len(cells) != whole + 1 or cells[width :: width + 1].count(b"\n") != lines:
        return None
    columns = [cells[index : whole : width + 1] for index in range(width)]
    escaped = b"\\" in text or b"\x00" in text or (separator != b"\t" and b"\t" in text)
    return Block(numbers, columns, escaped, has_other_spaces(text))


def has_other_spaces(text: bytes) -> bool:
    """Whether there are spaces beyond those of ASCII."""
    return any(first in text and space.search(text) for first, space in OTHER_SPACES.items())


def by_width(rows: Iterable[Row]) -> Iterator[Block]:
    """Rows of any width, as blocks of one width."""
    found: dict[int, list[Row]] = {}
    for row in rows:
        found.setdefault(len(row[1]), []).append(row)
    for alike in found.values():
        numbers, cells = zip(*alike, strict=True)
        columns = [[cell.strip().encode() for cell in column] for column in zip(*cells, strict=True)]
        yield Block(numbers, columns, escaped=True)


def fec_blocks(source: Source, separator: str, width: int, start: int) -> Iterator[list[Block]]:
    """The lines of a FEC from number `start` on, a piece of the file at a time."""
    for numbers, text in source.blocks(start):
        block = None if b'"' in text else plain(numbers, text, separator.encode())
        if block:
            yield [block]
            continue
        lines = zip(numbers, text.decode().split("\n"), strict=False)
        yield list(by_width((at, cells_of(line, separator, width)) for at, line in lines if line.strip()))


def list_blocks(source: Source, separator: str, start: int, width: int) -> Iterator[list[Block]]:
    """The rows of a list from line `start` on, a piece of the file at a time; a whole one has `width` cells. Raises
    UnclosedQuote."""
    pieces = source.blocks(start)
    for numbers, text in pieces:
        block = plain(numbers, text, separator.encode()) if b'"' not in text and _has_short_lines(text) else None
        if block:
            yield [block]
        else:
            yield from (list(by_width(rows)) for rows in _quoted(numbers[0], text, pieces, separator, width))


def list_rows(source: Source, separator: str, width: int) -> Iterator[Row]:
    """The rows of a list one by one; a whole one has `width` cells. Raises UnclosedQuote."""
    for blocks in list_blocks(source, separator, 1, width):
        yield from sorted(chain.from_iterable(block.rows() for block in blocks))


def _has_short_lines(text: bytes) -> bool:
    return all(text.find(b"\n", at, at + LONG) >= 0 for at in range(0, len(text), LONG))


def _quoted(
    number: int, text: bytes, pieces: Iterator[tuple[range, bytes]], separator: str, width: int
) -> Iterator[list[Row]]:
    """Rows of a piece where cells may be quoted, and of those after it as long as a row goes on into the next."""
    feed = _Feed(text, pieces)
    reader = csv.reader(feed, delimiter=separator)
    rows: list[Row] = []
    start = number
    try:
        for cells in reader:
            several = number + reader.line_num - start > 1
            if feed.ended or (several and _swallowed_rows(cells, separator, width)):
                raise UnclosedQuote(line=start)
            if any(map(str.strip, cells)):
                rows.append((start, list(map(excel_text, map(str.strip, cells)))))
            start = number + reader.line_num
            if not feed.left or len(rows) == ROWS:
                yield rows
                rows = []
            if not feed.left:
                return
    except csv.Error as error:
        raise UnclosedQuote(line=start) from error


def _swallowed_rows(cells: list[str], separator: str, width: int) -> bool:
    """Whether a row of several lines holds those of others: a quotation mark not closed in its cell, but by the next
    one in the file. Then a cell holds a whole row's separators, or the row has the cells of more than one."""
    filled = next((place for place in range(len(cells), 0, -1) if cells[place - 1].strip()), 0)
    most = max(width - 1, 1)
    return filled > max(width, 1) or any("\n" in cell and cell.count(separator) >= most for cell in cells)


class _Feed:
    """Lines of a piece, then of the next ones when they are asked for. `left`: some of the present piece remain;
    `ended`: more was asked for than there is, in the middle of a row."""

    ended = False

    def __init__(self, text: bytes, pieces: Iterator[tuple[range, bytes]]) -> None:
        self.pieces = pieces
        self._take(text)

    def _take(self, text: bytes) -> None:
        self.lines = text.decode().split("\n")[:-1]
        self.at = 0

    @property
    def left(self) -> bool:
        return self.at < len(self.lines)

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        if not self.left:
            piece = next(self.pieces, None)
            if piece is None:
                self.ended = True
                raise StopIteration
            self._take(piece[1])
        self.at += 1
        return f"{self.lines[self.at - 1]}\n"
