"""Files as accounting programs write them, the same at each run: a FEC and a list of open items, with numbers made from
the number of the row."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import chain, islice
from pathlib import Path

FIRST = date(2025, 1, 1)
FEC_HEADER = (
    "JournalCode JournalLib EcritureNum EcritureDate CompteNum CompteLib CompAuxNum CompAuxLib PieceRef PieceDate "
    "EcritureLib Debit Credit EcritureLet DateLet ValidDate Montantdevise Idevise"
).replace(" ", "\t")
ITEMS_HEADER = "customer;name;number;issued_on;due_on;currency;amount;open_amount"
SEED = 2_654_435_761  # Knuth's multiplier: rows that follow each other get numbers that do not
DAYS = [FIRST + timedelta(days=days) for days in range(341)]
COMPACT, ISO = [f"{day:%Y%m%d}" for day in DAYS], [day.isoformat() for day in DAYS]


def digits(row: int, salt: int, most: int) -> int:
    """A stable number from 0 to `most` - 1."""
    return ((row * 31 + salt) * SEED >> 7) % most


def write(path: Path, kind: str, lines: int) -> None:
    """Write `lines` rows below the header."""
    rows = islice(chain.from_iterable(map(fec_entry, range(lines))), lines) if kind == "fec" else item_rows(lines)
    with path.open("w", encoding="utf-8") as file:
        file.write(f"{FEC_HEADER if kind == 'fec' else ITEMS_HEADER}\n")
        file.writelines(rows)


def fec_entry(entry: int) -> list[str]:
    """A sale of two lines (the customer, the sale) and, for half of them, a payment of two lines lettered with it."""
    customer, cents = digits(entry, 1, 100_000), 2_000 + digits(entry, 2, 500_000)
    amount, issued = f"{cents // 100},{cents % 100:02}", digits(entry, 4, 300)
    on, paid = COMPACT[issued], digits(entry, 3, 2) == 0
    letter = f"L{entry}" if paid else ""
    aux = f"411000\tClients\tC{customer:06}\tSociété {customer:06}"
    piece = f"F{entry}\t{on}\tFacture F{entry}"
    rows = [
        f"VE\tVentes\tV{entry}\t{on}\t{aux}\t{piece}\t{amount}\t0,00\t{letter}\t\t{on}\t\t\n",
        f"VE\tVentes\tV{entry}\t{on}\t707000\tVentes\t\t\t{piece}\t0,00\t{amount}\t\t\t{on}\t\t\n",
    ]
    if paid:
        later = COMPACT[issued + 40]
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
        amount, issued = f"{cents // 100}.{cents % 100:02}", digits(row, 4, 300)
        days = f"{ISO[issued]};{ISO[issued + 30]}"
        yield f"C{customer:06};Société {customer:06};F{row};{days};EUR;{amount};{amount}\n"
