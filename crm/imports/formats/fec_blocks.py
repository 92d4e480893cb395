"""Lines of a FEC, many at a time."""

from datetime import date

from crm.core.amounts import BadValue
from crm.imports.formats.blocks import Block
from crm.imports.formats.columns import EITHER_MARK, Doubtful, Memo, Texts, amounts, days, difference, empty, numbered
from crm.imports.formats.fec import NO_LETTER, FecReader, is_opening, journal_opens, sign_of
from crm.imports.formats.many import BlockReader, Plain
from crm.imports.formats.values import date_of
from crm.imports.staging import line_of

AS_THEY_ARE = {
    "journal": "JournalCode", "number": "EcritureNum", "account": "CompteNum", "auxiliary": "CompAuxNum",
    "piece": "PieceRef", "label": "EcritureLib",
}  # fmt: skip
LETTERS_OF_NONE = {letter.encode() for letter in NO_LETTER if letter}


class FecBlocks(BlockReader):
    """Turns blocks of a FEC into lines of `fec_staged`."""

    columns = "line journal number entered_on account auxiliary name piece piece_on label amount letter opening".split()
    words = [*AS_THEY_ARE, "name", "letter"]
    doubtful = ("entered_on", "amount")
    day = "entered_on"

    def __init__(self, reader: FecReader, *, places: int, until: date | None) -> None:
        super().__init__(until)
        self.reader, self.layout, self.places, self.least = reader, reader.layout, places, reader.layout.least
        self.days, self.piece_days = days(date_of), days(_optional)
        self.journals, self.signs = Memo(_opens), Memo(_sign)

    def plainly(self, block: Block) -> Plain:
        """See BlockReader."""
        texts = {name: self._texts(block, header) for name, header in AS_THEY_ARE.items()}
        return {
            **texts,
            "line": numbered(block.numbers),
            "entered_on": self.days.of(self._raw(block, "EcritureDate")),
            "piece_on": self.piece_days.of(self._raw(block, "PieceDate")),
            "amount": self._money(block),
            "name": self._names(block, texts["auxiliary"]),
            "letter": self._letters(block),
            "opening": self._openings(block, texts),
        }

    def doubts(self, block: Block, plain: Plain) -> set[int]:
        """See BlockReader; also lines without an account, or with something beyond the columns of the header."""
        more = range(self.layout.width, len(block.columns))
        beyond = (place for index in more for place, text in enumerate(block.raw(index)) if text)
        return super().doubts(block, plain).union(empty(plain["account"]), beyond)  # type: ignore[arg-type]

    def singly(self, number: int, cells: list[str]) -> str:
        """See BlockReader."""
        row = self.reader.row(number, cells)
        too_late = self.until is not None and row.entered_on > self.until
        return "" if too_late else line_of(getattr(row, name) for name in self.columns)

    def _raw(self, block: Block, header: str) -> Texts:
        return block.raw(self.layout.places.get(header))

    def _texts(self, block: Block, header: str) -> Texts:
        return block.column(self.layout.places.get(header))

    def _names(self, block: Block, auxiliaries: Texts) -> Texts:
        own, general = self._raw(block, "CompAuxLib"), self._raw(block, "CompteLib")
        return block.stripped(name if code else of for code, name, of in zip(auxiliaries, own, general, strict=True))

    def _letters(self, block: Block) -> Texts:
        texts = self._texts(block, "EcritureLet")
        plain = LETTERS_OF_NONE.isdisjoint(texts)
        return texts if plain else [b"" if text in LETTERS_OF_NONE else text for text in texts]

    def _openings(self, block: Block, texts: dict[str, Texts]) -> Doubtful:
        names = self._raw(block, "JournalLib")
        said = self.journals.of(zip(texts["journal"], names, strict=True))
        if None not in said:
            return said
        rows = zip(texts["journal"], names, texts["label"], texts["piece"], strict=True)
        return [_said(is_opening(*(text.decode().strip() for text in row))) for row in rows]

    def _money(self, block: Block) -> Doubtful:
        """Debit less credit; in doubt where both are there."""
        if "Debit" not in self.layout.places:
            return self._signed(block)
        debits, credits = (amounts(self._raw(block, name), EITHER_MARK, self.places) for name in ("Debit", "Credit"))
        return difference(debits, credits, empty=b"0")

    def _signed(self, block: Block) -> Doubtful:
        found = amounts(self._raw(block, "Montant"), EITHER_MARK, self.places)
        signs = self.signs.of(self._raw(block, "Sens"))
        return [
            None
            if text is None or text[:1] == b"-" or not sign
            else b"-" + (text or b"0")
            if sign < 0
            else text or b"0"
            for text, sign in zip(found, signs, strict=True)
        ]


def _optional(text: str) -> date | None:
    try:
        return date_of(text) if text else None
    except BadValue:
        return None


def _opens(journal: tuple[bytes, bytes]) -> bytes | None:
    """Whether a journal (code, name) holds à-nouveaux; None where only its lines say so."""
    opens = journal_opens(*(text.decode().strip() for text in journal))
    return None if opens is None else _said(opens)


def _said(opens: bool) -> bytes:
    return b"t" if opens else b"f"


def _sign(text: bytes) -> int:
    return sign_of(text.decode().strip())
