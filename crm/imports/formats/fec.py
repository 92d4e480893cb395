"""FEC: the file of accounting entries (article A47 A-1 LPF, order of 29 July 2013) and its variants in the field."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache, partial

from django.utils.translation import gettext_noop as _

from crm.core.amounts import BadValue, TooLarge, amount_of
from crm.imports.errors import MissingColumns, WrongFormat
from crm.imports.formats.rows import TOO_LARGE, RowWrong, cells_of, plain
from crm.imports.formats.values import date_of

OFFICIAL = (
    "JournalCode JournalLib EcritureNum EcritureDate CompteNum CompteLib CompAuxNum CompAuxLib PieceRef PieceDate "
    "EcritureLib Debit Credit EcritureLet DateLet ValidDate Montantdevise Idevise"
).split()
# Short names are those of the tax office's own test program; the others are what accounting programs write.
NAMES = {
    "JournalCode": "journalcode codejournal journal codejrnal jrnalcode codejnl jnl journalcod",
    "JournalLib": "journallib libellejournal journallibelle libjrnal libjournal nomjournal",
    "EcritureNum": "ecriturenum numeroecriture numecriture numecr noecriture ecriture numeromouvement nummvt",
    "EcritureDate": "ecrituredate dateecriture datecpt date datecomptable datecomptabilisation dateecr",
    "CompteNum": "comptenum numcptegen compte numerocompte numcompte nocompte comptegeneral comptegen comptegal",
    "CompteLib": "comptelib libcptegen libellecompte comptelibelle intitulecompte intitule",
    "CompAuxNum": "compauxnum compteauxnum numcptaux compteauxiliaire auxiliaire compaux comptaux numcompteaux tiers "
    "codetiers comptetiers numeroauxiliaire comptauxnum compteauxiliairenum numcpteaux",
    "CompAuxLib": "compauxlib compteauxlib libcptaux libelleauxiliaire nomtiers libelletiers comptauxlib libcpteaux "
    "libellecompteauxiliaire compteauxiliairelib",
    "PieceRef": "pieceref numpiece piece referencepiece refpiece numeropiece nopiece reference",
    "PieceDate": "piecedate datepiece",
    "EcritureLib": "ecriturelib libecriture libelle ecriturelibelle libelleecriture",
    "Debit": "debit mtndebit montantdebit debiteuro debiteur debits",
    "Credit": "credit mtncredit montantcredit crediteuro crediteur credits",
    "Montant": "montant mtn montanteuro",
    "Sens": "sens sensecriture debitcredit dc",
    "EcritureLet": "ecriturelet codelettrage lettrage lettre ecriturelettrage let",
    "DateLet": "datelet datelettrage",
    "ValidDate": "validdate datevalid datevalidation",
    "Montantdevise": "montantdevise mtndevise devisemontant",
    "Idevise": "idevise devise identifiantdevise codedevise",
}
KNOWN = {alias: name for name, aliases in NAMES.items() for alias in aliases.split()}
OFFICIAL_HEADERS = frozenset(plain(name) for name in OFFICIAL)
CERTAIN = 8  # official names nobody but a FEC has side by side
SEPARATORS = "\t|;,"
SEARCHED_LINES = 30

OPENING_CODES = frozenset("AN ANO ANOUV ANX RAN RANO RN OUV A-N AAN ANC ANF".split())
OPENING_JOURNAL = re.compile(r"a ?nouveau|reports?\b|ouverture|opening")
OPENING_LABEL = re.compile(r"\ba ?nouveau|\br?an\b")
NO_LETTER = frozenset({"", "0", "-", ".", "*"})
DEBIT_SIGNS = frozenset("d debit debiteur + +1 1 db".split())
CREDIT_SIGNS = frozenset("c credit crediteur - -1 cr".split())

BAD_DATE = _("This is not a date.")
BAD_AMOUNT = _("This is not an amount.")
NO_DATE = _("The date of the entry is missing.")
NO_ACCOUNT = _("The account is missing.")
TOO_SHORT = _("The line has %(found)s columns, at least %(least)s are needed.")
TOO_LONG = _("The line has %(found)s columns instead of %(width)s.")
BAD_SIGN = _("The side is neither debit nor credit.")


@dataclass(frozen=True, slots=True)
class FecRow:
    """One line of the books. `amount` is debit minus credit."""

    line: int
    journal: str
    number: str
    entered_on: date
    account: str
    auxiliary: str
    name: str
    piece: str
    piece_on: date | None
    label: str
    amount: Decimal
    letter: str
    opening: bool


@dataclass(frozen=True)
class Layout:
    """Where the columns stand: official name to index, on which line the header was (0: there is none)."""

    separator: str
    width: int
    places: dict[str, int]
    header_line: int
    headers: dict[str, str]

    @property
    def is_certain(self) -> bool:
        """Whether the header could be of nothing else: entries have a journal or a number, and sides."""
        return len(self.places) >= 6 and bool({"JournalCode", "EcritureNum"} & set(self.places))

    @property
    def least(self) -> int:
        """Columns a line must have."""
        amounts = ("Debit", "Credit") if "Debit" in self.places else ("Montant", "Sens")
        return 1 + max(self.places[name] for name in ("EcritureDate", "CompteNum", *amounts))


def layout_of(headers: list[str], separator: str = "\t", line: int = 1) -> Layout:
    """Recognise a FEC header. Raises WrongFormat when it is none, MissingColumns when what is needed is not there."""
    places: dict[str, int] = {}
    for index, header in enumerate(headers):
        name = KNOWN.get(plain(header))
        if name and name not in places:
            places[name] = index
    if not is_fec(headers) and ("CompteNum" not in places or len(places) < 4):
        raise WrongFormat(format="FEC")
    _demand(places, headers)
    return Layout(separator, len(headers), places, line, {name: headers[index] for name, index in places.items()})


def is_fec(headers: list[str]) -> bool:
    """Whether a header can be of nothing but a FEC, even one a needed column was taken from."""
    return len(OFFICIAL_HEADERS & set(map(plain, headers))) >= CERTAIN


def _demand(places: dict[str, int], headers: list[str]) -> None:
    missing = [name for name in ("EcritureDate", "CompteNum") if name not in places]
    split, signed = {"Debit", "Credit"} <= set(places), {"Montant", "Sens"} <= set(places)
    if not split:
        places.pop("Debit", None)
        places.pop("Credit", None)
    if not split and not signed:
        missing.append("Debit, Credit (Montant, Sens)")
    if missing:
        raise MissingColumns(
            columns=", ".join(missing), found=", ".join(filter(None, headers)), of_a_fec=is_fec(headers)
        )


def find_layout(lines: Iterator[tuple[int, str]]) -> Layout:
    """Look for the header in the first lines; a file without one in the official order is understood too.

    Raises WrongFormat or MissingColumns.
    """
    first: list[tuple[int, str]] = []
    refusal: MissingColumns | None = None
    for number, line in lines:
        if number > SEARCHED_LINES:
            break
        first.append((number, line))
        for separator in SEPARATORS:
            try:
                return layout_of(cells_of(line, separator, 0), separator, number)
            except MissingColumns as error:
                refusal = refusal or error
            except WrongFormat:
                continue
    return _without_header(first, refusal)


def _without_header(lines: list[tuple[int, str]], refusal: MissingColumns | None) -> Layout:
    for _number, line in lines:
        for separator in SEPARATORS:
            cells = cells_of(line, separator, 0)
            if len(cells) >= len(OFFICIAL) and _looks_like_data(cells):
                places = {name: index for index, name in enumerate(OFFICIAL)}
                return Layout(separator, len(cells), places, 0, {name: name for name in OFFICIAL})
    raise refusal or WrongFormat(format="FEC")


def _looks_like_data(cells: list[str]) -> bool:
    try:
        date_of(cells[3])
        amount_of(cells[11])
        amount_of(cells[12])
    except BadValue:
        return False
    return bool(cells[4]) and cells[4][0].isdigit()


class FecReader:
    """Turns cells into rows of the books; one per file, for it remembers what it met."""

    def __init__(self, layout: Layout, decimals: int = 2) -> None:
        self.layout = layout
        self.quantum = Decimal(1).scaleb(-decimals)
        self.rounded = 0

    def row(self, line: int, cells: list[str]) -> FecRow:
        """Read one line. Raises RowWrong with all that is wrong in it."""
        get = self._getter(self._fitted(cells))
        try:
            return self._row(line, get)
        except RowWrong as wrong:
            parts = (self._entered_on, self._account, *self._sides())
            raise wrong.with_all(partial(part, get) for part in parts) from None

    def _row(self, line: int, get: Callable[[str], str]) -> FecRow:
        entered_on, account = self._entered_on(get), self._account(get)
        label, auxiliary, letter = get("EcritureLib"), get("CompAuxNum"), get("EcritureLet")
        return FecRow(
            line,
            get("JournalCode"),
            get("EcritureNum"),
            entered_on,
            account,
            auxiliary,
            get("CompAuxLib") if auxiliary else get("CompteLib"),
            get("PieceRef"),
            self._optional_date(get("PieceDate")),
            label,
            self._amount(get),
            "" if letter in NO_LETTER else letter,
            is_opening(get("JournalCode"), get("JournalLib"), label, get("PieceRef")),
        )

    def _getter(self, cells: list[str]) -> Callable[[str], str]:
        places, size = self.layout.places, len(cells)

        def get(name: str) -> str:
            index = places.get(name, size)
            return cells[index] if index < size else ""

        return get

    def _fitted(self, cells: list[str]) -> list[str]:
        """A separator too many at the end is nothing; one inside the label belongs to it."""
        width = self.layout.width
        if len(cells) == width:
            return cells
        if len(cells) < self.layout.least:
            raise RowWrong("", "", TOO_SHORT, found=len(cells), least=self.layout.least)
        if len(cells) < width or (not any(cells[width:]) and self._amounts_stand(cells)):
            return cells[:width]
        extra, at = len(cells) - width, self.layout.places.get("EcritureLib")
        if at is None:
            raise RowWrong("", "", TOO_LONG, found=len(cells), width=width)
        return [*cells[:at], " ".join(cells[at : at + extra + 1]), *cells[at + extra + 1 :]]

    def _amounts_stand(self, cells: list[str]) -> bool:
        """Whether amounts are where the header says, so that nothing shifted them."""
        names = ("Debit", "Credit") if "Debit" in self.layout.places else ("Montant",)
        try:
            for name in names:
                amount_of(cells[self.layout.places[name]])
        except BadValue:
            return False
        return True

    def _date(self, name: str, text: str) -> date | None:
        if not text:
            return None
        try:
            return date_of(text)
        except BadValue as error:
            raise RowWrong(self.layout.headers[name], text, BAD_DATE) from error

    def _optional_date(self, text: str) -> date | None:
        try:
            return date_of(text) if text else None
        except BadValue:
            return None

    def _entered_on(self, get: Callable[[str], str]) -> date:
        entered_on = self._date("EcritureDate", get("EcritureDate"))
        if entered_on is None:
            raise RowWrong(self.layout.headers["EcritureDate"], "", NO_DATE)
        return entered_on

    def _account(self, get: Callable[[str], str]) -> str:
        account = get("CompteNum")
        if not account:
            raise RowWrong(self.layout.headers["CompteNum"], "", NO_ACCOUNT)
        return account

    def _sides(self) -> Iterator[Callable[[Callable[[str], str]], object]]:
        """The parts of an amount, to be read one by one."""
        for name in ("Debit", "Credit") if "Debit" in self.layout.places else ("Montant",):
            yield lambda get, name=name: self._number(name, get(name))  # type: ignore[misc]
        if "Debit" not in self.layout.places:
            yield lambda get: self._sign(get("Sens"))

    def _amount(self, get: Callable[[str], str]) -> Decimal:
        if "Debit" in self.layout.places:
            amount = self._number("Debit", get("Debit")) - self._number("Credit", get("Credit"))
        else:
            amount = self._number("Montant", get("Montant")) * self._sign(get("Sens"))
        exact = amount.quantize(self.quantum, ROUND_HALF_UP)
        self.rounded += exact != amount
        return exact

    def _number(self, name: str, text: str) -> Decimal:
        try:
            return amount_of(text)
        except TooLarge as error:
            raise RowWrong(self.layout.headers[name], text, TOO_LARGE) from error
        except BadValue as error:
            raise RowWrong(self.layout.headers[name], text, BAD_AMOUNT) from error

    def _sign(self, text: str) -> int:
        if sign := sign_of(text):
            return sign
        raise RowWrong(self.layout.headers["Sens"], text, BAD_SIGN)


def sign_of(text: str) -> int:
    """1 for debit, -1 for credit, 0 for neither."""
    bare = text.lower().replace("é", "e")
    return 1 if bare in DEBIT_SIGNS else -1 if bare in CREDIT_SIGNS else 0


@lru_cache(maxsize=65536)
def is_opening(journal: str, journal_label: str, label: str, piece: str) -> bool:
    """À-nouveaux: said by the journal, or by the label where the journal is silent."""
    said = journal_opens(journal, journal_label)
    if said is not None:
        return said
    named, searched = _words(journal_label), _words(label)
    if journal.upper() in OPENING_CODES:
        return bool(OPENING_LABEL.search(f"{named} {searched}")) or piece.upper() in OPENING_CODES
    return bool(OPENING_LABEL.search(searched))


@lru_cache(maxsize=4096)
def journal_opens(journal: str, journal_label: str) -> bool | None:
    """Whether a journal holds à-nouveaux; None where only its lines say so."""
    named, is_code = _words(journal_label), journal.upper() in OPENING_CODES
    if OPENING_JOURNAL.search(named) or (is_code and not named):
        return True
    return False if named and not is_code else None


def _words(text: str) -> str:
    spaced = re.sub(r"[^\w]+", " ", text.lower())
    return spaced.translate(str.maketrans("àâéèêôùû", "aaeeeouu")).strip()
