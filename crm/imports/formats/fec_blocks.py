"""Lines of a FEC, many at a time."""

from datetime import date

from crm.imports.formats.blocks import Block
from crm.imports.formats.columns import Days, Doubtful, Texts, amounts, difference, empty, escaped, in_doubt
from crm.imports.formats.fec import NO_LETTER, FecReader, is_opening, journal_opens, sign_of
from crm.imports.formats.many import BlockReader, Columns
from crm.imports.formats.values import BadValue, date_of
from crm.imports.staging import line_of

LETTERS_OF_NONE = NO_LETTER - {""}


class FecBlocks(BlockReader):
    """Turns blocks of a FEC into lines of `fec_staged`."""

    columns = (
        "line journal number entered_on account auxiliary name piece piece_on label amount letter opening"
    ).split()

    def __init__(self, reader: FecReader, *, places: int, until: date | None) -> None:
        super().__init__(until)
        self.reader, self.layout, self.places = reader, reader.layout, places
        self.days, self.piece_days = Days(date_of), Days(_optional)

    def plainly(self, block: Block) -> tuple[Columns, set[int], Doubtful]:
        """See BlockReader."""
        if len(block.columns) < self.layout.least:
            return (), set(range(len(block.numbers))), []
        days, accounts, money = self.days.of(self._raw(block, "EcritureDate")), self._texts(block, "CompteNum"), self._money(block)
        journals, numbers, auxiliaries, pieces, labels = (
            self._texts(block, name) for name in ("JournalCode", "EcritureNum", "CompAuxNum", "PieceRef", "EcritureLib")
        )
        opening = _openings(journals, self._texts(block, "JournalLib"), labels, pieces)
        words = [journals, numbers, accounts, auxiliaries, self._names(block, auxiliaries), pieces, labels, self._letters(block)]
        if block.escaped:
            words = list(map(escaped, words))
        doubts = {*in_doubt(days), *in_doubt(money), *empty(accounts), *self._beyond(block)}
        columns = [map(str, block.numbers), *words[:2], days, *words[2:6], self.piece_days.of(self._raw(block, "PieceDate")),
                   words[6], money, words[7], opening]  # fmt: skip
        return columns, doubts, days

    def singly(self, number: int, cells: list[str]) -> str:
        """See BlockReader."""
        row = self.reader.row(number, cells)
        too_late = self.until is not None and row.entered_on > self.until
        return "" if too_late else line_of(getattr(row, name) for name in self.columns)

    def _raw(self, block: Block, name: str) -> Texts:
        return block.raw(self.layout.places.get(name))

    def _texts(self, block: Block, name: str) -> Texts:
        return block.column(self.layout.places.get(name))

    def _names(self, block: Block, auxiliaries: Texts) -> Texts:
        own, general = self._texts(block, "CompAuxLib"), self._texts(block, "CompteLib")
        return [name if code else account for code, name, account in zip(auxiliaries, own, general, strict=True)]

    def _letters(self, block: Block) -> Texts:
        texts = self._texts(block, "EcritureLet")
        plain = LETTERS_OF_NONE.isdisjoint(texts)
        return texts if plain else ["" if text in NO_LETTER else text for text in texts]

    def _money(self, block: Block) -> Doubtful:
        """Debit less credit; in doubt where both are there."""
        if "Debit" not in self.layout.places:
            return self._signed(block)
        (debits, above), (credits, below) = (
            amounts(self._raw(block, name), "", self.places) for name in ("Debit", "Credit")
        )
        return difference(debits, above, credits, below, empty="0")

    def _signed(self, block: Block) -> Doubtful:
        found, values = amounts(self._raw(block, "Montant"), "", self.places)
        signs = map(sign_of, self._texts(block, "Sens"))
        return [
            None if text is None or value < 0 or not sign else f"-{text or 0}" if sign < 0 else text or "0"
            for text, value, sign in zip(found, values, signs, strict=True)
        ]

    def _beyond(self, block: Block) -> set[int]:
        """Lines with something in a column more than the header has: it may belong elsewhere."""
        more = range(self.layout.width, len(block.columns))
        return {place for index in more for place, text in enumerate(block.raw(index)) if text}


def _optional(text: str) -> date | None:
    try:
        return date_of(text) if text else None
    except BadValue:
        return None


def _openings(journals: Texts, journal_labels: Texts, labels: Texts, pieces: Texts) -> Texts:
    pairs = list(zip(journals, journal_labels, strict=True))
    said = {pair: journal_opens(*pair) for pair in set(pairs)}
    if None in said.values():
        found = map(is_opening, journals, journal_labels, labels, pieces)
        return ["t" if opens else "f" for opens in found]
    return ["t" if said[pair] else "f" for pair in pairs]
