"""Rows read many at a time. One that is not written plainly goes to the reader of single rows, which alone says what is
wrong with it; both ways give the same values."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from crm.imports.formats.blocks import Block
from crm.imports.formats.columns import escaped, in_doubt, lines
from crm.imports.formats.rows import Problems, RowWrong

Plain = dict[str, Iterable[Any]]


class BlockReader(ABC):
    """Turns blocks into lines for COPY, with the `columns` it names.

    `rows` counts those that hold something; `wrong` tells of each row of the last piece that was left out, in their
    order, what is wrong with it.
    Rows whose `day` is after `until` are left out too, silently. `words` are columns of any text, `doubtful` those
    where None leaves a row to be read by itself. Rows of fewer than `least` cells are read by themselves.
    """

    columns: Sequence[str]
    words: Sequence[str]
    doubtful: Sequence[str]
    day: str
    least = 0

    def __init__(self, until: date | None) -> None:
        self.until = until
        self.rows = 0
        self.wrong: list[Problems] = []

    def text(self, piece: Iterable[Block]) -> bytes:
        """The lines of a piece of the file."""
        self.wrong = []
        text = b"".join(map(self._block, piece))
        self.wrong.sort(key=lambda problems: problems[0].line)
        return text

    @abstractmethod
    def plainly(self, block: Block) -> Plain:
        """The values of a block by column, as COPY writes them but for the signs it escapes."""

    def doubts(self, block: Block, plain: Plain) -> set[int]:
        """Places of the rows of a block that must be read one by one."""
        once = {id(plain[name]): plain[name] for name in self.doubtful}.values()  # two amounts may be one column
        return {place for column in once for place in in_doubt(column)}  # type: ignore[arg-type]

    @abstractmethod
    def singly(self, number: int, cells: list[str]) -> str:
        """The line of one row, "" when it is too late. Raises RowWrong."""

    def spared(self, number: int, cells: list[str]) -> str:
        """What is kept of a row that is wrong."""
        return ""

    def _block(self, block: Block) -> bytes:
        self.rows += len(block.numbers)
        if len(block.columns) < self.least:
            return self._rows(block, range(len(block.numbers)))
        plain = self.plainly(block)
        doubts = self.doubts(block, plain)
        if block.escaped:
            plain |= {name: escaped(plain[name]) for name in self.words}
        without = doubts.union(self._late(plain[self.day]))
        return lines([plain[name] for name in self.columns], without=without) + self._rows(block, sorted(doubts))

    def _late(self, days: Iterable[bytes | None]) -> Iterable[int]:
        if self.until is None:
            return ()
        until = self.until.isoformat().encode()
        return (place for place, day in enumerate(days) if day and day > until)

    def _rows(self, block: Block, places: Iterable[int]) -> bytes:
        return "".join(self._row(*block.row(place)) for place in places).encode()

    def _row(self, number: int, cells: list[str]) -> str:
        if not any(cells):
            self.rows -= 1
            return ""
        try:
            return self.singly(number, cells)
        except RowWrong as error:
            self.wrong.append(error.on_line(number))
            return self.spared(number, cells)
