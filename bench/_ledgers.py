"""Files as accounting programs write them, the same at each run: a FEC and a list of open items, with numbers made from
the number of the row."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

FIRST = date(2025, 1, 1)
FEC_HEADER = (
    "JournalCode JournalLib EcritureNum EcritureDate CompteNum CompteLib CompAuxNum CompAuxLib PieceRef PieceDate "
    "EcritureLib Debit Credit EcritureLet DateLet ValidDate Montantdevise Idevise"
).replace(" ", "\t")
ITEMS_HEADER = "customer;name;number;issued_on;due_on;currency;amount;open_amount"
SEED = 2_654_435_761  # Knuth's multiplier: rows that follow each other get numbers that do not


def digits(row: int, salt: int, most: int) -> int:
    """A stable number from 0 to `most` - 1."""
    return ((row * 31 + salt) * SEED >> 7) % most


def write(path: Path, kind: str, lines: int) -> None:
    """Write `lines` rows below the header."""
    rows = fec_rows(lines) if kind == "fec" else item_rows(lines)
    with path.open("w", encoding="utf-8") as file:
        file.write(f"{FEC_HEADER if kind == 'fec' else ITEMS_HEADER}\n")
        file.writelines(rows)


def fec_rows(lines: int) -> Iterator[str]:
    """Sales of two lines (the customer, the sale) and, for half of them, a payment of two lines lettered with it."""
    written, entry = 0, 0
    while written < lines:
        for row in fec_entry(entry):
            if written < lines:
                yield row
                written += 1
        entry += 1


def fec_entry(entry: int) -> list[str]:
    customer, cents = digits(entry, 1, 100_000), 2_000 + digits(entry, 2, 500_000)
    amount = f"{cents // 100},{cents % 100:02}"
    on, paid = day(entry), digits(entry, 3, 2) == 0
    letter = f"L{entry}" if paid else ""
    aux = f"411000\tClients\tC{customer:06}\tSociété {customer:06}"
    piece = f"F{entry}\t{on}\tFacture F{entry}"
    rows = [
        f"VE\tVentes\tV{entry}\t{on}\t{aux}\t{piece}\t{amount}\t0,00\t{letter}\t\t{on}\t\t\n",
        f"VE\tVentes\tV{entry}\t{on}\t707000\tVentes\t\t\t{piece}\t0,00\t{amount}\t\t\t{on}\t\t\n",
    ]
    if paid:
        later = day(entry, 40)
        piece = f"R{entry}\t{later}\tRèglement F{entry}"
        rows += [
            f"BQ\tBanque\tB{entry}\t{later}\t512000\tBanque\t\t\t{piece}\t{amount}\t0,00\t\t\t{later}\t\t\n",
            f"BQ\tBanque\tB{entry}\t{later}\t{aux}\t{piece}\t0,00\t{amount}\t{letter}\t\t{later}\t\t\n",
        ]
    return rows


def item_rows(lines: int) -> Iterator[str]:
    """One open invoice a row."""
    for row in range(lines):
        customer, cents = digits(row, 1, 100_000), 2_000 + digits(row, 2, 500_000)
        amount = f"{cents // 100}.{cents % 100:02}"
        issued = FIRST + timedelta(days=digits(row, 4, 300))
        due = issued + timedelta(days=30)
        yield f"C{customer:06};Société {customer:06};F{row};{issued};{due};EUR;{amount};{amount}\n"


def day(entry: int, later: int = 0) -> str:
    return f"{FIRST + timedelta(days=digits(entry, 4, 300) + later):%Y%m%d}"
