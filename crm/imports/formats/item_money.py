"""Amounts of a list of open items, many at a time. What ItemReader says of one row is said here of a column."""

from collections.abc import Callable
from functools import partial

from crm.core.currencies import decimals
from crm.imports.formats.blocks import Block
from crm.imports.formats.columns import Doubtful, Memo, amounts, difference, is_positive
from crm.imports.formats.items import type_of
from crm.imports.mapping import ColumnMap

BOTH = ("amount", "open_amount")
Read = Callable[[str], Doubtful]


class ItemMoney:
    """Reads what each document amounts to, what is open of it, and what the type of it says."""

    def __init__(self, columns: ColumnMap) -> None:
        self.places, self.marks = columns.places, columns.marks
        self.types: Memo[bytes, bytes] = Memo(lambda text: type_of(text.decode().strip()).encode())

    def of(self, block: Block, currencies: Doubtful) -> dict[str, Doubtful]:
        """Both amounts, signed, and the types. A currency with fewer decimals than others leaves these in doubt."""
        places = min((decimals(code.decode()) for code in set(currencies) if code), default=0)
        whole, left = self._sums(block, partial(self._amounts, block, places))
        types = self.types.of_one(block.raw(self.places.get("type")))
        if any(types):
            credits = [bool(said) and is_positive(text) for said, text in zip(types, whole, strict=True)]
            whole, left = _turned(whole, credits), _turned(left, credits)
        return {"amount": _filled(whole), "open_amount": _filled(left), "said": types}

    def _amounts(self, block: Block, places: int, name: str) -> Doubtful:
        return amounts(block.raw(self.places.get(name)), self.marks.get(name, ""), places)

    def _sums(self, block: Block, read: Read) -> tuple[Doubtful, Doubtful]:
        """Amount and open amount; one alone is taken for both."""
        mapped = [name for name in BOTH if name in self.places]
        if not mapped:
            both = difference(read("debit"), read("credit"), empty=None)
            return both, both
        whole = read(mapped[0])
        if len(mapped) == 1 or self._says_twice(block):
            return whole, whole
        left = _present(read(mapped[1]), whole)
        return _at_least(whole, left), left

    def _says_twice(self, block: Block) -> bool:
        """Whether each row of a block has the same text for both: nothing was paid of any of its documents."""
        amount, left = (block.raw(self.places[name]) for name in BOTH)
        return amount == left and self.marks.get("amount") == self.marks.get("open_amount")


def _present(left: Doubtful, whole: Doubtful) -> Doubtful:
    """Open amounts, where there is none that of the document."""
    return left if b"" not in left else [whole[place] if still == b"" else still for place, still in enumerate(left)]


def _at_least(whole: Doubtful, left: Doubtful) -> Doubtful:
    """Amounts of the documents, where they cannot be (none, of the other sign, less than is open) the open amounts."""
    return [
        still if text != still and text is not None and _is_wrong(float(text or 0), float(still or 0)) else text
        for text, still in zip(whole, left, strict=True)
    ]


def _is_wrong(whole: float, left: float) -> bool:
    return not whole or whole * left < 0 or abs(left) > abs(whole)


def _filled(column: Doubtful) -> Doubtful:
    """With what is empty in doubt: an amount is needed."""
    return column if all(column) else [text or None for text in column]


def _turned(column: Doubtful, where: list[bool]) -> Doubtful:
    return [b"-" + text if text and turn else text for text, turn in zip(column, where, strict=True)]
