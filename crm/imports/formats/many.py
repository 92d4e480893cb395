"""Rows read many at a time. One that is not written plainly goes to the reader of single rows, which alone says what is
wrong with it; both ways give the same values."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Sequence
from datetime import date

from crm.imports.formats.blocks import Block
from crm.imports.formats.columns import Doubtful, lines
from crm.imports.formats.rows import Problem, RowWrong

Columns = Sequence[Iterable[str | None]]


class BlockReader(ABC):
    """Turns blocks into lines for COPY, with the `columns` it names. `rows` counts those that hold something; `wrong` are
    those of the last piece that were left out, in their order. Rows after `until` are left out too, silently."""

    columns: Sequence[str]

    def __init__(self, until: date | None) -> None:
        self.until = until
        self.rows = 0
        self.wrong: list[Problem] = []

    def text(self, piece: Iterable[Block]) -> str:
        """The lines of a piece of the file."""
        self.wrong = []
        text = "".join(map(self._block, piece))
        self.wrong.sort(key=lambda problem: problem.line)
        return text

    @abstractmethod
    def plainly(self, block: Block) -> tuple[Columns, Collection[int], Doubtful]:
        """The columns of a block, the places of rows in doubt, and the days by which rows may be too late."""

    @abstractmethod
    def singly(self, number: int, cells: list[str]) -> str:
        """The line of one row, "" when it is too late. Raises RowWrong."""

    def spared(self, number: int, cells: list[str]) -> str:
        """What is kept of a row that is wrong."""
        return ""

    def _block(self, block: Block) -> str:
        count = len(block.numbers)
        self.rows += count
        columns, doubts, days = self.plainly(block)
        plain = lines(columns, without={*doubts, *self._late(days)}, count=count)
        return plain + "".join(self._row(*block.row(place)) for place in sorted(doubts))

    def _late(self, days: Doubtful) -> Iterable[int]:
        if self.until is None:
            return ()
        until = self.until.isoformat()
        return (place for place, day in enumerate(days) if day and day > until)

    def _row(self, number: int, cells: list[str]) -> str:
        if not any(cells):
            self.rows -= 1
            return ""
        try:
            return self.singly(number, cells)
        except RowWrong as error:
            self.wrong.append(error.on_line(number))
            return self.spared(number, cells)
