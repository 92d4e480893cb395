"""Amounts of a list of open items, many at a time. What ItemReader says of one row is said here of a column."""

from collections.abc import Callable, Iterable
from functools import partial
from itertools import repeat
from operator import sub
from typing import TypeVar

from crm.core.money import decimals
from crm.imports.formats.blocks import Block
from crm.imports.formats.columns import Amounts, Doubtful, Memo, amounts, difference
from crm.imports.formats.items import kind_of, type_of
from crm.imports.mapping import ColumnMap

BOTH = ("amount", "open_amount")
T = TypeVar("T")
Read = Callable[[str], Amounts]


class ItemMoney:
    """Reads what each document amounts to, what is open of it, and its kind."""

    def __init__(self, columns: ColumnMap) -> None:
        self.places, self.marks = columns.places, columns.marks
        self.types: Memo[bytes, str] = Memo(lambda text: type_of(text.decode().strip()))

    def of(self, block: Block, currencies: Doubtful) -> tuple[Doubtful, Doubtful, Iterable[bytes]]:
        """Both amounts, signed, and the kinds. A currency with fewer decimals than others leaves these in doubt."""
        places = min((decimals(code.decode()) for code in set(currencies) if code), default=0)
        (whole, values), left = self._sums(block, partial(self._amounts, block, places))
        types = self.types.of(block.raw(self.places["type"])) if "type" in self.places else None
        if types and any(types):
            credits = [bool(said and value > 0) for said, value in zip(types, values, strict=True)]
            whole, left = _turned(whole, credits), _turned(left, credits)
            values = [-value if credit else value for value, credit in zip(values, credits, strict=True)]
        kinds = map(kind_of, values, types or repeat(""))
        return _filled(whole), _filled(left), repeat(b"invoice") if min(values) > 0 else map(str.encode, kinds)

    def _amounts(self, block: Block, places: int, name: str) -> Amounts:
        return amounts(block.raw(self.places.get(name)), self.marks.get(name, ""), places)

    def _sums(self, block: Block, read: Read) -> tuple[Amounts, Doubtful]:
        """Amount and open amount; one alone is taken for both."""
        mapped = [name for name in BOTH if name in self.places]
        if not mapped:
            debits, credits = read("debit"), read("credit")
            both = difference(debits, credits, empty=None)
            return (both, list(map(sub, debits[1], credits[1]))), both
        whole = read(mapped[0])
        if len(mapped) == 1 or self._says_twice(block):
            return whole, whole[0]
        left = _present(read(mapped[1]), whole)
        return _at_least(whole, left), left[0]

    def _says_twice(self, block: Block) -> bool:
        """Whether each row of a block has the same text for both: nothing was paid of any of its documents."""
        amount, left = (block.raw(self.places[name]) for name in BOTH)
        return amount == left and self.marks.get("amount") == self.marks.get("open_amount")


def _present(left: Amounts, whole: Amounts) -> Amounts:
    """Open amounts, where there is none that of the document."""
    if b"" not in left[0]:
        return left
    absent = [text == b"" for text in left[0]]
    return _replaced(left[0], whole[0], absent), _replaced(left[1], whole[1], absent)


def _at_least(whole: Amounts, left: Amounts) -> Amounts:
    """Amounts of the documents, where they cannot be (none, of the other sign, less than is open) the open amounts."""
    if whole[0] == left[0]:
        return whole
    wrong = [
        text is not None and (not value or value * still < 0 or abs(still) > abs(value))
        for text, value, still in zip(*whole, left[1], strict=True)
    ]
    return _replaced(whole[0], left[0], wrong), _replaced(whole[1], left[1], wrong)


def _replaced(column: list[T], other: list[T], where: list[bool]) -> list[T]:
    return [second if replaced else first for first, second, replaced in zip(column, other, where, strict=True)]


def _filled(column: Doubtful) -> Doubtful:
    """With what is empty in doubt: an amount is needed."""
    return [text or None for text in column] if b"" in column else column


def _turned(column: Doubtful, where: list[bool]) -> Doubtful:
    return [b"-" + text if text and turn else text for text, turn in zip(column, where, strict=True)]
