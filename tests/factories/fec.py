"""A small ledger of our own, written in any variant of the FEC."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

COLUMNS = (
    "JournalCode JournalLib EcritureNum EcritureDate CompteNum CompteLib CompAuxNum CompAuxLib PieceRef PieceDate "
    "EcritureLib Debit Credit EcritureLet DateLet ValidDate Montantdevise Idevise"
).split()
JOURNALS = {"VE": "Ventes", "BQ": "Banque", "AN": "A nouveaux", "OD": "Opérations diverses"}
Line = dict[str, str]


@dataclass
class Ledger:
    """Entries added one by one; `lines` are dicts by official column name."""

    lines: list[Line] = field(default_factory=list)
    entries: int = 0

    def entry(self, journal: str, on: date, piece: str, label: str, *sides: tuple[str, str, str, str]) -> "Ledger":
        """`sides`: (account, auxiliary, signed amount, letter)."""
        self.entries += 1
        for account, auxiliary, amount, letter in sides:
            self.lines.append(self._line(journal, on, piece, label, account, auxiliary, Decimal(amount), letter))
        return self

    def _line(
        self, journal: str, on: date, piece: str, label: str, account: str, auxiliary: str, amount: Decimal, letter: str
    ) -> Line:
        day = f"{on:%Y%m%d}"
        name = f"Société {auxiliary} Éts" if auxiliary else ""
        debit, credit = (f"{max(side, Decimal(0)):.2f}".replace(".", ",") for side in (amount, -amount))
        entry = [journal, JOURNALS[journal], str(self.entries), day, account, f"Compte {account}", auxiliary, name]
        return dict(zip(COLUMNS, [*entry, piece, day, label, debit, credit, letter, "", day, "", ""], strict=True))

    def sale(
        self, on: date, aux: str, amount: str, letter: str = "", piece: str = "", account: str = "411000"
    ) -> "Ledger":
        net, vat = Decimal(amount) - Decimal("0.20"), "-0.20"
        piece = piece or f"FA{self.entries + 1:04d}"
        sides = (account, aux, amount, letter), ("706000", "", str(-net), ""), ("445710", "", vat, "")
        return self.entry("VE", on, piece, f"Facture {piece}", *sides)

    def credit_note(self, on: date, aux: str, amount: str, letter: str = "") -> "Ledger":
        sides = ("411000", aux, f"-{amount}", letter), ("706000", "", amount, "")
        return self.entry("VE", on, f"AV{self.entries + 1:04d}", "Avoir", *sides)

    def payment(self, on: date, aux: str, amount: str, letter: str = "") -> "Ledger":
        return self.entry(
            "BQ", on, "VIR", "Virement reçu", ("512000", "", amount, ""), ("411000", aux, f"-{amount}", letter)
        )

    def refund(self, on: date, aux: str, amount: str, letter: str = "") -> "Ledger":
        return self.entry("BQ", on, "REM", "Rejet", ("411000", aux, amount, letter), ("512000", "", f"-{amount}", ""))

    def opening(self, on: date, **balances: str) -> "Ledger":
        total = sum(map(Decimal, balances.values()), Decimal(0))
        sides = [("411000", aux, amount, "") for aux, amount in balances.items()]
        return self.entry("AN", on, "RAN", "Report à nouveau", *sides, ("101000", "", str(-total), ""))

    def balances(self) -> dict[str, Decimal]:
        """Each customer's balance, added up line by line."""
        found: dict[str, Decimal] = {}
        for line in self.lines:
            if line["CompteNum"].startswith("411"):
                name = line["CompAuxNum"] or line["CompteNum"]
                found[name] = found.get(name, Decimal(0)) + signed(line)
        return found


def signed(line: Line) -> Decimal:
    """Debit less credit of an official line."""
    return Decimal(line["Debit"].replace(",", ".")) - Decimal(line["Credit"].replace(",", "."))


@dataclass(frozen=True)
class Shape:
    """How a ledger is written down."""

    separator: str = "\t"
    encoding: str = "utf-8"
    newline: str = "\r\n"
    order: tuple[str, ...] = tuple(COLUMNS)
    sides: str = "debit_credit"
    point: bool = False
    padded: bool = False
    quoted: bool = False
    upper_headers: bool = False
    blank_lines: bool = False
    dates: str = "%Y%m%d"

    def write(self, ledger: Ledger, path: Path) -> Path:
        """Write the ledger to `path`."""
        header = [name.upper() if self.upper_headers else name for name in self._columns()]
        rows = [header, *([self._cell(line, name) for name in self._columns()] for line in ledger.lines)]
        gap = self.newline * 2 if self.blank_lines else self.newline
        text = gap.join(self.separator.join(map(self._quoted, row)) for row in rows) + self.newline
        path.write_bytes(text.encode(self.encoding))
        return path

    def _columns(self) -> list[str]:
        if self.sides == "debit_credit":
            return list(self.order)
        swap = {"Debit": "Montant", "Credit": "Sens"}
        return [swap.get(name, name) for name in self.order]

    def _cell(self, line: Line, name: str) -> str:
        if name in ("Montant", "Sens"):
            amount = signed(line)
            signs = {"letters": "DC", "signs": "+-", "words": ("Débit", "Crédit")}[self.sides]
            text = f"{abs(amount):.2f}".replace(".", ",") if name == "Montant" else signs[amount < 0]
        else:
            text = line.get(name, "")
        if name in ("Debit", "Credit", "Montant") and self.point:
            text = text.replace(",", ".")
        if name.endswith("Date") and text:
            text = date.fromisoformat(text).strftime(self.dates)
        return f"  {text} " if self.padded else text

    def _quoted(self, text: str) -> str:
        return f'"{text}"' if self.quoted else text
