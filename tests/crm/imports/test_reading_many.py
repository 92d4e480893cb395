"""Rows read many at a time give what rows read one by one give, values and refusals alike."""

import csv
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from crm.imports.formats.blocks import fec_blocks, has_other_spaces
from crm.imports.formats.fec import FecReader, find_layout
from crm.imports.formats.fec_blocks import FecBlocks
from crm.imports.formats.item_blocks import ItemBlocks
from crm.imports.formats.items import ItemReader
from crm.imports.formats.many import BlockReader
from crm.imports.formats.rows import RowWrong, excel_text
from crm.imports.formats.source import BLOCK_OF_LINES, LONGEST_LINE, look_at
from crm.imports.formats.table import Table, open_table, sample
from crm.imports.mapping import KNOWN_HEADERS, guess
from crm.imports.operations.files import fec_cells
from crm.imports.staging import line_of
from tests.crm.imports.test_fec_variants import LEDGER, shapes
from tests.factories.fec import Shape

FEBRUARY_1, FEBRUARY_2 = date(2026, 2, 1), date(2026, 2, 2)
Read = tuple[list[tuple[object, ...]], list[tuple[object, ...]], int]
MANGLED = [
    "",
    " ",
    "abc",
    "31/02/2026",
    "12,345",
    "1 234,50",
    "-5,00",
    "-0,00",
    "--5",
    "-",
    "5,",
    ",5",
    "1.2.3",
    "1.234,5",
    "3\n50",
    "0,0001",
    "7,1000",
    "(7,10)",
    "9" * 14,
    "back\\slash",
    'a "b" c',
    "x" * 300,
    "0",
    "\u00a0entre insécables\u202f",
    "\u00a01\u202f234,50 ",
    "\u2003",
    "N° 12 – l’été",
    "été" * 30,
]
HEADERS = (
    "Code client;Nom;Facture;Identifiant;Date facture;Échéance;Montant TTC;Reste à payer;Devise;Type;Libellé;Email"
)
WELL = [
    ["A", "B", " C "],
    ["Alpha", ""],
    ["F1", "F2"],
    ["", "id-1", "id-2"],
    ["01/02/2026", "02/02/2026", "2026-02-03", ""],
    ["03/03/2026", "02/02/2026"],
    ["100,00", "1 000,50", "-20,00", ""],
    ["100,00", "250,50", "-20,00", "0,00", ""],
    ["EUR", "eur", "", "XOF"],
    ["", "Avoir", "Règlement"],
    ["", "Libellé\ttabulé"],
    ["", "a@b.fr"],
]
row = st.tuples(*(st.sampled_from(values) for values in WELL)).map(list)
mangled = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 17), st.sampled_from(MANGLED)), max_size=6)


def comparable(reader: BlockReader, line: str) -> tuple[object, ...]:
    """A line of COPY with its amounts as numbers; `exact` says something only where it differs from the open amount."""
    values: dict[str, object] = dict(zip(reader.columns, line.split("\t"), strict=True))
    for name in {"amount", "open_amount", "exact"} & values.keys():
        values[name] = None if values[name] == r"\N" else Decimal(str(values[name]))
    if values.get("exact") == values.get("open_amount"):
        values.pop("exact", None)
    return tuple((name, value) for name, value in values.items() if (name, value) != ("exact", None))


def found(reader: BlockReader, lines: list[str], wrong: list[object], rows: int) -> Read:
    return sorted((comparable(reader, line) for line in lines), key=str), wrong, rows  # type: ignore[return-value]


def at_once(reader: BlockReader, pieces) -> Read:
    lines, wrong = [], []
    for piece in pieces:
        lines += reader.text(piece).decode().split("\n")[:-1]
        wrong += reader.wrong
    return found(reader, lines, wrong, reader.rows)


def one_by_one(reader: BlockReader, rows) -> Read:
    lines, wrong, count = [], [], 0
    for number, cells in rows:
        count += 1
        try:
            lines.append(reader.singly(number, cells))
        except RowWrong as error:
            wrong.append(error.on_line(number))
            lines.append(reader.spared(number, cells))
    return found(reader, [line.rstrip("\n") for line in lines if line], wrong, count)


def both_ways_fec(path: Path) -> tuple[Read, Read]:
    source = look_at(path)
    layout = find_layout(source.lines())
    many, single = (FecBlocks(FecReader(layout), places=2, until=None) for _ in range(2))
    pieces = fec_blocks(source, layout.separator, layout.width, layout.header_line + 1)
    return at_once(many, pieces), one_by_one(single, fec_cells(source, layout))


def opened(path: Path) -> tuple[Table, ItemBlocks]:
    table = open_table(look_at(path), KNOWN_HEADERS)
    return table, ItemBlocks(
        ItemReader(guess(table.headers, sample(table, 100)), "EUR", as_of=FEBRUARY_1, last_day=FEBRUARY_2), until=None
    )


def both_ways_items(path: Path) -> tuple[Read, Read]:
    table, many = opened(path)
    _table, single = opened(path)
    return at_once(many, table.blocks()), one_by_one(single, rows_below(table))


def rows_below(table: Table) -> Iterator[tuple[int, list[str]]]:
    """The rows of a list as the csv module reads them, each with the line it starts on."""
    reader, start = csv.reader((f"{line}\n" for _number, line in table.text.lines()), delimiter=table.separator), 1
    for cells in reader:
        stripped = [excel_text(cell.strip()) for cell in cells]
        if start > table.header_line and any(stripped):
            yield start, stripped
        start = reader.line_num + 1


@settings(max_examples=150, deadline=None)
@given(shape=shapes, changes=mangled, ragged=st.sampled_from(["", "|", "\t\t", ";x"]))
def test_a_fec_with_anything_in_its_cells(tmp_path_factory, shape, changes, ragged):
    path = shape.write(LEDGER, tmp_path_factory.mktemp("fec") / "ledger.txt")
    lines = path.read_bytes().decode(shape.encoding).splitlines()
    for at, column, text in changes:
        cells = lines[1 + at % (len(lines) - 1)].split(shape.separator)
        cells[column % len(cells)] = text
        lines[1 + at % (len(lines) - 1)] = shape.separator.join(cells)
    lines[-1] += ragged
    path.write_bytes(shape.newline.join(lines).encode(shape.encoding, "replace"))
    many, single = both_ways_fec(path)
    assert many == single


@settings(max_examples=150, deadline=None)
@given(
    rows=st.lists(row, min_size=1, max_size=12),
    changes=mangled,
    separator=st.sampled_from(";\t|"),
    quoted=st.sampled_from(["none", "all", "some"]),
    short=st.integers(0, 12),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    newline=st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_a_list_with_anything_in_its_cells(
    tmp_path_factory, rows, changes, separator, quoted, short, encoding, newline
):
    for at, column, text in changes:
        rows[at % len(rows)][column % len(WELL)] = text
    rows[-1] = rows[-1][: len(WELL) - short] or ["x"]
    lines = [[_quoted(cell, quoted, separator) for cell in cells] for cells in [HEADERS.split(";"), *rows]]
    path = tmp_path_factory.mktemp("items") / "items.csv"
    path.write_bytes(newline.join(separator.join(cells) for cells in lines).encode(encoding, "replace"))
    many, single = both_ways_items(path)
    assert many == single


def _quoted(cell: str, how: str, separator: str) -> str:
    needed = '"' in cell or separator in cell or "\n" in cell
    if how == "all" or needed or (how == "some" and len(cell) % 2):
        return '"' + cell.replace('"', '""') + '"'
    return cell


def test_no_space_stays_around_a_cell():
    spaces = [sign for sign in map(chr, range(0x110000)) if sign.isspace()]
    assert [has_other_spaces(sign.encode()) for sign in spaces] == [bool(sign.encode().strip()) for sign in spaces]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_lines_keep_their_numbers_from_piece_to_piece(tmp_path, newline, encoding):
    texts = [f"{n};" + "é" * (n % 97) for n in range(BLOCK_OF_LINES // 20)]
    texts[5] = texts[2000] = ""
    path = tmp_path / "long.txt"
    path.write_bytes(newline.join(texts).encode(encoding))
    source = look_at(path)
    lines = list(source.lines())
    for start in (1, 2, 2000, len(lines)):
        read = [
            (at, line)
            for numbers, text in source.blocks(start)
            for at, line in zip(numbers, text.decode().split("\n")[:-1], strict=True)
        ]
        assert read == lines[start - 1 :]


def test_a_quoted_cell_goes_on_in_the_next_piece(tmp_path):
    path = tmp_path / "items.csv"
    long = "mot\n" * (BLOCK_OF_LINES // 4)
    path.write_text(
        "Code client;Facture;Échéance;Solde;Libellé\n"
        "A;F1;01/02/2026;10,00;court\n"
        f'B;F2;01/02/2026;20,00;"{long}"\n'
        "C;F3;01/02/2026;30,00;court\n"
    )
    many, single = both_ways_items(path)
    assert many == single
    assert many[2] == 3


def test_a_line_without_end_is_cut_between_its_signs(tmp_path):
    path = tmp_path / "long.txt"
    path.write_text("a" + "é" * LONGEST_LINE)
    pieces = [text.decode() for _numbers, text in look_at(path).blocks()]
    assert "".join(pieces).replace("\n", "") == "a" + "é" * LONGEST_LINE
    assert max(map(len, pieces)) <= LONGEST_LINE


def test_a_row_of_copy_holds_no_sign_of_its_own():
    assert line_of(["a\tb", None, Decimal("1.50"), True, "c\\d"]) == "a b\t\\N\t1.50\tt\tc\\\\d\n"


def test_a_ledger_of_many_pieces(tmp_path):
    path = Shape().write(LEDGER, tmp_path / "ledger.txt")
    header, *lines = path.read_bytes().split(b"\r\n")
    path.write_bytes(b"\r\n".join([header, *(lines[:-1] * 200), b""]))
    many, single = both_ways_fec(path)
    assert many == single
    assert many[2] == len(LEDGER.lines) * 200


@pytest.mark.parametrize("side", ["D", "C"])
def test_an_amount_of_minus_zero_with_its_side_beside(tmp_path, side):
    path = tmp_path / "ledger.txt"
    header = (
        "JournalCode|JournalLib|EcritureNum|EcritureDate|CompteNum|CompteLib|CompAuxNum|CompAuxLib|PieceRef|PieceDate"
    )
    path.write_text(
        f"{header}|EcritureLib|Montant|Sens|EcritureLet|DateLet|ValidDate|Montantdevise|Idevise\n"
        f"VE|Ventes|1|20260105|411000|Clients|A|Alpha|F1|20260105|Facture|-0,00|{side}|||20260105||\n"
        "VE|Ventes|1|20260105|411000|Clients|A|Alpha|F1|20260105|Facture|12,00|D|||20260105||\n"
    )
    many, single = both_ways_fec(path)
    assert many == single
    assert many[1:] == ([], 2)
