"""Rows of a list of open items, many at a time."""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial
from itertools import repeat

from crm.imports.formats.blocks import Block
from crm.imports.formats.cells import currency_of
from crm.imports.formats.columns import NULL, Doubtful, Memo, Texts, cut, days, empty, longer, numbered
from crm.imports.formats.item_money import ItemMoney
from crm.imports.formats.items import ItemReader
from crm.imports.formats.kinds import kind_of
from crm.imports.formats.many import BlockReader, Plain
from crm.imports.staging import line_of

ALWAYS = "line customer number currency issued_on amount open_amount exact".split()
DAYS = ["issued_on", "due_on", "cleared_on"]
OTHERS = ["external_id", "name", "label", "email", "phone"]
CUT = {"name": 200, "label": 200}
# By a field, what is written of it.
TOLD = {"type": ["said"], "kind": ["nature", "customer_kind"]}


class ItemBlocks(BlockReader):
    """Turns blocks of a list into lines of `item_staged`; the columns a list does not have are not written."""

    day = "issued_on"

    def __init__(self, reader: ItemReader, *, until: date | None) -> None:
        super().__init__(until)
        self.reader, self.places = reader, reader.columns.places
        later, self.others = ([name for name in names if name in self.places] for names in (DAYS[1:], OTHERS))
        told = [name for field, names in TOLD.items() if field in self.places for name in names]
        self.columns = [*ALWAYS, *later, *self.others, *told]
        self.words = ["customer", "number", *self.others, *(["nature"] if "kind" in self.places else [])]
        self.doubtful = ["currency", "issued_on", "amount", "open_amount", *later]
        self.money = ItemMoney(reader.columns)
        self.codes: Memo[bytes, bytes | None] = Memo(self._code)
        self.kinds: Memo[bytes, bytes] = Memo(lambda text: kind_of(text.decode()).encode())
        self.days = {name: days(partial(reader.columns.day_of, name)) for name in DAYS if name in self.places}

    def plainly(self, block: Block) -> Plain:
        """See BlockReader."""
        currencies = self.codes.of_one(block.raw(self.places.get("currency")))
        given = {name: column.of(block.raw(self.places[name])) for name, column in self.days.items()}
        others = {name: self._text(block, name, CUT.get(name, 0)) for name in self.others}
        plain: Plain = {"line": numbered(block.numbers), "currency": currencies, "exact": repeat(NULL), **given}
        return {
            **plain,
            **others,
            **self._names(block),
            **self._kinds(block),
            **self.money.of(block, currencies),
            "issued_on": _issued(given),
        }

    def doubts(self, block: Block, plain: Plain) -> set[int]:
        """See BlockReader; also rows that cannot be told apart, or whose day could not be read, and money to come."""
        found = super().doubts(block, plain)
        found.update(self._to_come(plain))
        for name in ("customer", "number"):
            found.update(empty(plain[name]), longer(plain[name], 60))  # type: ignore[arg-type]
        if "external_id" in plain:
            found.update(longer(plain["external_id"], 120))  # type: ignore[arg-type]
        return found

    def singly(self, number: int, cells: list[str]) -> str:
        """See BlockReader."""
        item = self.reader.item(number, cells)
        too_late = self.until is not None and item.issued_on > self.until
        return "" if too_late else line_of(getattr(item, name) for name in self.columns)

    def spared(self, number: int, cells: list[str]) -> str:
        """Only what tells the item of a row that is wrong elsewhere, so that it is not taken for gone."""
        found = self.reader.identity(cells)
        return line_of(map({"line": number, **found}.get, self.columns)) if found else ""

    def _to_come(self, plain: Plain) -> Iterator[int]:
        as_of = self.reader.as_of.isoformat().encode()
        for place, (day, amount) in enumerate(zip(plain["issued_on"], plain["amount"], strict=True)):
            if day and day > as_of and amount and amount.startswith(b"-"):
                yield place

    def _text(self, block: Block, name: str, most: int = 0) -> Texts:
        texts = block.column(self.places.get(name))
        return cut(texts, most) if most else texts

    def _code(self, text: bytes) -> bytes | None:
        return currency_of(text.decode().strip(), self.reader.columns, self.reader.currency).encode() or None

    def _kinds(self, block: Block) -> dict[str, Texts]:
        """The nature of each customer as it is written, and what it means."""
        if "kind" not in self.places:
            return {}
        texts = self._text(block, "kind", 200)
        return {"nature": texts, "customer_kind": self.kinds.of_one(texts)}

    def _names(self, block: Block) -> dict[str, Texts]:
        """Customer and number of each row, as far as they are there."""
        customers = self._text(block, "customer" if "customer" in self.places else "name")
        numbers = self._text(block, "number")
        if "external_id" in self.places:
            given = self._text(block, "external_id", 60)
            numbers = [number or text for number, text in zip(numbers, given, strict=True)]
        return {"customer": customers, "number": numbers}


def _issued(given: Mapping[str, Doubtful]) -> Doubtful:
    """The day of each document, that it is due on where it has none; in doubt where it has neither."""
    first, *rest = (given[name] for name in DAYS[:2] if name in given)
    if NULL not in first:
        return first
    if rest:
        first = [due if issued == NULL else issued for issued, due in zip(first, rest[0], strict=True)]
    return [None if day == NULL else day for day in first]
