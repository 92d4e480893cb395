"""Rows of a list of open items, many at a time."""

from collections.abc import Iterable
from datetime import date
from functools import partial
from itertools import repeat
from operator import sub
from typing import TypeVar

from crm.core.money import decimals
from crm.imports.formats.blocks import Block
from crm.imports.formats.columns import NULL, Days, Doubtful, Texts, amounts, difference, empty, escaped, in_doubt, longer
from crm.imports.formats.items import Item, ItemReader, kind_of, type_of
from crm.imports.formats.many import BlockReader, Columns
from crm.imports.staging import line_of

ALWAYS = "line customer external_id number currency issued_on amount open_amount kind exact wrong".split()
DAYS = "issued_on due_on cleared_on".split()
WORDS = "name label email phone".split()
T = TypeVar("T")


class ItemBlocks(BlockReader):
    """Turns blocks of a list into lines of `item_staged`; the columns a list does not have are not written."""

    def __init__(self, reader: ItemReader, *, until: date | None) -> None:
        super().__init__(until)
        self.reader, self.places = reader, reader.columns.places
        self.later = [name for name in DAYS[1:] + WORDS if name in self.places]
        self.columns = [*ALWAYS, *self.later]
        self.days = {name: Days(partial(reader.columns.day_of, name)) for name in DAYS}

    def plainly(self, block: Block) -> tuple[Columns, set[int], Doubtful]:
        """See BlockReader."""
        customers, known, numbers = self._identities(block)
        currencies = self._currencies(block)
        whole, left, kinds = self._money(block, currencies)
        days = {name: self.days[name].of(block.raw(self.places[name])) for name in DAYS if name in self.places}
        issued = _issued(days)
        doubts = {*empty(customers), *longer(customers, 60), *empty(numbers), *longer(numbers, 60), *longer(known, 120)}
        doubts.update(*map(in_doubt, (currencies, whole, left, issued, *days.values())))
        words = {name: self._text(block, name) for name in self.later if name in WORDS}
        if block.escaped:
            customers, known, numbers, *texts = map(escaped, (customers, known, numbers, *words.values()))
            words = dict(zip(words, texts, strict=True))
        later = [{**days, **words}[name] for name in self.later]
        lines = map(str, block.numbers)
        return (
            (lines, customers, known, numbers, currencies, issued, whole, left, kinds, repeat(NULL), repeat("f"), *later),
            doubts,
            issued,
        )

    def singly(self, number: int, cells: list[str]) -> str:
        """See BlockReader."""
        item = self.reader.item(number, cells)
        if self.until is not None and item.issued_on > self.until:
            return ""
        return self._line(item, wrong=False)

    def spared(self, number: int, cells: list[str]) -> str:
        """The identifier of a row that is wrong elsewhere, so that its item is not taken for gone."""
        found = self.reader.identity(cells)
        return line_of({"line": number, "external_id": found[0], "wrong": True}.get(name) for name in self.columns) if found else ""

    def _line(self, item: Item, *, wrong: bool) -> str:
        return line_of(wrong if name == "wrong" else getattr(item, name) for name in self.columns)

    def _text(self, block: Block, name: str) -> Texts:
        texts = block.column(self.places.get(name))
        if name in ("name", "label") and any(longer(texts, 200)):
            return [text[:200] for text in texts]
        return texts

    def _identities(self, block: Block) -> tuple[Texts, Texts, Texts]:
        """Customer, identifier and number of each row; an empty or too long one leaves it in doubt."""
        customers, numbers = self._text(block, "customer"), self._text(block, "number")
        if "" in customers:
            names = block.column(self.places.get("name"))
            customers = [customer or name for customer, name in zip(customers, names, strict=True)]
        given = block.column(self.places.get("external_id"))
        if "external_id" in self.places:
            numbers = [number or text[:60] for number, text in zip(numbers, given, strict=True)]
        made = [f"{customer}/{number}" for customer, number in zip(customers, numbers, strict=True)]
        if "external_id" in self.places:
            made = [text or own for text, own in zip(given, made, strict=True)]
        return customers, made, numbers

    def _currencies(self, block: Block) -> Doubtful:
        texts = block.column(self.places.get("currency"))
        codes = {text: self.reader.currency_of(text) or None for text in set(texts)}
        return [codes[text] for text in texts]

    def _money(self, block: Block, currencies: Doubtful) -> tuple[Doubtful, Doubtful, Iterable[str]]:
        """Of each document, and what is open of it, both signed; and its kind."""
        places = min((decimals(code) for code in set(currencies) if code), default=0)
        whole, above, left, below = self._sums(block, places)
        types = [type_of(text) for text in self._text(block, "type")] if "type" in self.places else None
        if types and any(types):
            turned = [bool(kind and value > 0) for kind, value in zip(types, above, strict=True)]
            whole, left = (_turned(column, turned) for column in (whole, left))
            above = [-value if turn else value for value, turn in zip(above, turned, strict=True)]
        if min(above) > 0:
            return whole, left, repeat("invoice")
        return whole, left, map(kind_of, above, types or repeat(""))

    def _sums(self, block: Block, places: int) -> tuple[Doubtful, list[float], Doubtful, list[float]]:
        """Amount and open amount, as texts and about how much; one alone is taken for both."""
        mapped = [name for name in ("amount", "open_amount") if name in self.places]
        if not mapped:
            both = self._sides(block, places)
            return *both, *both
        (whole, above), (left, below) = (self._amounts(block, name, places) for name in (mapped[0], mapped[-1]))
        if "" in left:
            below = [value if text else other for text, value, other in zip(left, below, above, strict=True)]
            left = [other if text == "" else text for text, other in zip(left, whole, strict=True)]
        if whole != left:
            alone = [not of_all or of_all * value < 0 or abs(value) > abs(of_all)
                     for of_all, value in zip(above, below, strict=True)]  # fmt: skip
            whole, above = _replaced(whole, left, alone), _replaced(above, below, alone)
        return _filled(whole), above, _filled(left), below

    def _sides(self, block: Block, places: int) -> tuple[Doubtful, list[float]]:
        (debits, above), (credits, below) = (self._amounts(block, name, places) for name in ("debit", "credit"))
        return difference(debits, above, credits, below, empty=None), list(map(sub, above, below))

    def _amounts(self, block: Block, name: str, places: int) -> tuple[Doubtful, list[float]]:
        return amounts(block.raw(self.places.get(name)), self.reader.columns.marks.get(name, ""), places)


def _issued(days: dict[str, Doubtful]) -> Doubtful:
    """The day of each document, that it is due on where it has none; in doubt where it has neither."""
    first, *rest = (days[name] for name in DAYS[:2] if name in days)
    if rest and NULL in first:
        first = [due if issued == NULL else issued for issued, due in zip(first, rest[0], strict=True)]
    return [None if day == NULL else day for day in first] if NULL in first else first


def _replaced(column: list[T], other: list[T], where: list[bool]) -> list[T]:
    return [second if replaced else first for first, second, replaced in zip(column, other, where, strict=True)]


def _filled(column: Doubtful) -> Doubtful:
    """With what is empty in doubt: an amount is needed."""
    return [text or None for text in column] if "" in column else column


def _turned(column: Doubtful, where: list[bool]) -> Doubtful:
    return [f"-{text}" if text and turn else text for text, turn in zip(column, where, strict=True)]
