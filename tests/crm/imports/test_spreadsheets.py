"""Spreadsheets: which sheet is read, how far it reaches, which of its cells are formulas."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from crm.imports.errors import FormulaCells, NotATable, TooManyCells
from crm.imports.formats.sheets import Filled, filled
from tests.crm.imports.conftest import balances

HEADER = ["Code client", "Facture", "Échéance", "Solde"]
LAST_ROW, LAST_COLUMN = 1_048_575, 16_383


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "items.xlsx"


def fill(sheet, *, row: int = 0, column: int = 0) -> None:
    """A list of one item, whose header begins in a cell."""
    sheet.write_row(row, column, HEADER)
    sheet.write_row(row + 1, column, ["A", "F1", "2026-03-05", 12.5])


def rewritten(path: Path, part: str, change: Callable[[str], str]) -> Path:
    """The workbook with one of its files written otherwise."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = change(parts[part].decode()).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def far(path: Path) -> Path:
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("Balance")
        fill(sheet)
        sheet.write(LAST_ROW, LAST_COLUMN, "x")
    return path


def test_a_cell_far_from_the_list_is_told_and_not_read(load, path):
    with pytest.raises(TooManyCells) as refused:
        load(far(path))
    assert refused.value.params == {"sheet": "Balance", "rows": LAST_ROW + 1, "columns": LAST_COLUMN + 1}
    assert "supprimez les lignes et les colonnes vides" in str(refused.value)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace('<c r="XFD1048576"', "<c  r = 'XFD1048576'"),
        lambda text: text.replace('<c r="XFD1048576"', '<c s="0" r="xfd1048576"'),
        lambda text: text.replace("<c ", "<x:c ").replace("</c>", "</x:c>"),
    ],
)
def test_it_is_found_however_it_is_written(path, change):
    part = "xl/worksheets/sheet1.xml"
    assert filled(rewritten(far(path), part, change), "Balance") == Filled(LAST_ROW + 1, LAST_COLUMN + 1)


def test_cells_that_do_not_say_where_they_are_are_counted_in_their_rows(path):
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("Balance")
        fill(sheet)
        sheet.write(LAST_ROW, 0, "x")

    def bare(text: str) -> str:
        for letter in "ABCD":
            for row in (1, 2, LAST_ROW + 1):
                text = text.replace(f'<c r="{letter}{row}"', "<c")
        return text

    assert filled(rewritten(path, "xl/worksheets/sheet1.xml", bare), "Balance") == Filled(LAST_ROW + 1, 4)


def test_a_coloured_cell_far_from_the_list_does_no_harm(load, path, entity):
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet()
        fill(sheet)
        sheet.write_blank(LAST_ROW, LAST_COLUMN, "", workbook.add_format({"bg_color": "yellow"}))
    load(path)
    assert balances(entity) == {"A": 12.5}


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/_rels/workbook.xml.rels"])
def test_a_workbook_that_does_not_say_where_its_sheet_is_is_damaged(load, path, part):
    with pytest.raises(NotATable):
        load(rewritten(far(path), part, lambda text: text.replace("rId1", "rId99")))


def test_a_workbook_with_thousands_of_names_is_read(path):
    with xlsxwriter.Workbook(path) as book:
        fill(book.add_worksheet())
    names = "".join(f'<definedName name="n{n}">Sheet1!$A$1</definedName>' for n in range(30_000))
    change = lambda text: text.replace("<sheets>", f"<definedNames>{names}</definedNames><sheets>")  # noqa: E731
    assert filled(rewritten(path, "xl/workbook.xml", change), "Sheet1").rows == 2


def test_formulas_are_looked_for_in_the_sheet_that_is_read(load, path):
    """The sheets were moved: the one that comes first is not the one of the lowest number."""
    with xlsxwriter.Workbook(path) as workbook:
        fill(workbook.add_worksheet("Ancien"))
        sheet = workbook.add_worksheet("Balance")
        fill(sheet)
        sheet.write_formula(1, 3, "=6*2", None, 0)

    def moved(text: str) -> str:
        start, end = text.index("<sheet "), text.index("</sheets>")
        first, second = text[start:end].replace("/><", "/>\n<").split("\n")
        return text[:start] + second + first + text[end:]

    with pytest.raises(FormulaCells) as refused:
        load(rewritten(path, "xl/workbook.xml", moved))
    assert refused.value.params == {"line": 2, "column": "Solde"}


def test_a_sheet_before_the_list_says_nothing_of_its_formulas(load, path, entity):
    with xlsxwriter.Workbook(path) as workbook:
        workbook.add_worksheet("Titre").write_formula(0, 3, "=1+1")
        fill(workbook.add_worksheet("Balance"))
    load(path)
    assert balances(entity) == {"A": 12.5}


def test_a_list_that_begins_further_right_has_its_formulas_where_they_are(load, path):
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet()
        fill(sheet, row=2, column=2)
        sheet.write_formula(4, 5, "=SUM(F4)", None, 0)
    with pytest.raises(FormulaCells) as refused:
        load(path)
    assert refused.value.params == {"line": 5, "column": "Solde"}


def test_a_formula_left_of_what_is_read_is_not_taken_for_one_in_it(load, path, entity):
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet()
        fill(sheet, column=1)
        sheet.write_formula(1, 5, "=1+1", None, 2)
        sheet.write(0, 5, "Contrôle")
    load(path)
    assert balances(entity) == {"A": 12.5}
