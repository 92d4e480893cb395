"""The same ledger, however it is written, gives the same result."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from crm.imports.errors import MissingColumns, WrongFormat
from crm.imports.formats.fec import FecReader, find_layout
from crm.imports.formats.source import look_at
from crm.imports.operations.files import fec_cells
from tests.crm.imports.conftest import balances
from tests.factories.fec import COLUMNS, Ledger, Shape

DAY = date(2021, 5, 3)
LEDGER = (
    Ledger()
    .opening(date(2021, 1, 1), A="1234567.89", B="-12.50")
    .sale(DAY, "A", "1200.00", "AA", piece='Réf "7" É')
    .payment(DAY, "A", "1000.00", "AA")
    .credit_note(DAY, "B", "0.50")
    .sale(DAY, "", "19.99", account="411COMPTANT")
)
shapes = st.builds(
    Shape,
    separator=st.sampled_from("\t|;"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "iso8859-15", "cp1252", "utf-16"]),
    newline=st.sampled_from(["\r\n", "\n", "\r"]),
    order=st.permutations([*COLUMNS, "DateRglt", "ModeRglt", "NatOp", "IdClient"]).map(tuple),
    sides=st.sampled_from(["debit_credit", "letters", "signs", "words"]),
    point=st.booleans(),
    padded=st.booleans(),
    upper_headers=st.booleans(),
    blank_lines=st.booleans(),
    dates=st.sampled_from(["%Y%m%d", "%Y-%m-%d", "%d/%m/%Y"]),
)


def read(path: Path) -> list[tuple[object, ...]]:
    source = look_at(path)
    layout = find_layout(source.lines())
    rows = [FecReader(layout).row(line, cells) for line, cells in fec_cells(source, layout)]
    return [
        (
            r.journal,
            r.number,
            r.entered_on,
            r.account,
            r.auxiliary,
            r.name,
            r.piece,
            r.label,
            r.amount,
            r.opening,
            r.letter,
        )
        for r in rows
    ]


@settings(max_examples=100)
@given(shape=shapes)
def test_every_way_of_writing_a_ledger_reads_the_same(tmp_path_factory, shape):
    folder = tmp_path_factory.mktemp("fec")
    assert read(shape.write(LEDGER, folder / "variant.txt")) == read(Shape().write(LEDGER, folder / "plain.txt"))


@pytest.mark.parametrize(
    "shape",
    [
        Shape(separator="|", encoding="iso8859-15", newline="\n"),
        Shape(separator=";", encoding="cp1252", sides="signs", quoted=True),
        Shape(encoding="utf-8-sig", newline="\r", order=tuple(reversed(COLUMNS)), padded=True),
    ],
)
def test_a_variant_of_a_known_file_changes_nothing(load, tmp_path, entity, shape):
    ledger = Ledger([line | {"PieceRef": line["PieceRef"].replace('"', "")} for line in LEDGER.lines])
    load(Shape().write(ledger, tmp_path / "plain.txt"))
    outcome = load(shape.write(ledger, tmp_path / "variant.txt"))
    assert balances(entity) == ledger.balances()
    assert {name: value for name, value in outcome.changes.items() if value} == {}


@pytest.mark.parametrize(
    "missing", [{"JournalCode", "JournalLib", "EcritureNum"}, {"CompAuxLib"}, {"PieceDate", "EcritureLet"}]
)
def test_optional_columns_may_miss(tmp_path, missing):
    order = tuple(name for name in COLUMNS if name not in missing)
    rows = read(Shape(order=order).write(LEDGER, tmp_path / "fec.txt"))
    assert sum(row[8] for row in rows) == 0
    assert len(rows) == len(LEDGER.lines)


def test_a_file_without_header_in_the_official_order_is_read(tmp_path):
    path = Shape().write(LEDGER, tmp_path / "fec.txt")
    headless = tmp_path / "headless.txt"
    headless.write_bytes(path.read_bytes().split(b"\r\n", 1)[1])
    assert read(headless) == read(path)


def test_columns_that_are_needed_are_named(tmp_path):
    order = tuple(name for name in COLUMNS if name not in ("EcritureDate", "Credit"))
    path = Shape(order=order).write(LEDGER, tmp_path / "fec.txt")
    with pytest.raises(MissingColumns) as refused:
        read(path)
    assert refused.value.params["columns"] == "EcritureDate, Debit, Credit (Montant, Sens)"


def test_a_list_of_something_else_is_refused(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("name;city\nA;Lyon\n")
    with pytest.raises(WrongFormat):
        read(path)


def test_short_and_long_lines(tmp_path):
    path = Shape(separator="|").write(Ledger().sale(DAY, "A", "12.00"), tmp_path / "fec.txt")
    text = path.read_text().replace("Facture FA0001|12,00", "Facture | FA0001|12,00").replace("0,20||", "0,20")
    path.write_text(text)
    rows = read(path)
    assert [row[8] for row in rows] == [Decimal("12.00"), Decimal("-11.80"), Decimal("-0.20")]
    assert rows[0][7] == "Facture FA0001"
