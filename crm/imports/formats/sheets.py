"""What stands where in the sheets of an XLSX workbook, found out before calamine holds one in memory."""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from posixpath import join, normpath
from zipfile import BadZipFile, ZipFile, is_zipfile

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

# A reader holds the whole rectangle of a sheet, some 40 bytes for each cell of it, empty or not.
MOST_CELLS = 20_000_000
BLOCK = 1 << 20
# Names given to ranges stand there, in old workbooks by the thousand.
MOST_OF_A_CATALOGUE = 64 << 20
LONGEST_TAG = 1_000
WORKBOOK, RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
DAMAGED = (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ParseError, DefusedXmlException)
# Cells as nearly every program writes them, and as they may be written.
ANY_CELL = re.compile(rb"<(?:\w+:)?c[\s>/]")
BARE_CELL, PREFIXED_CELL = re.compile(rb"<c[\s>/]"), re.compile(rb":c[\s>/]")
PLAIN_COLUMNS, PLAIN_ROWS = re.compile(rb'<c r="([A-Z]+)\d+"'), re.compile(rb'<c r="[A-Z]+(\d{1,20})"')
PLACED = rb"""<(?:\w+:)?c\s(?:[^<>]*?\s)?r\s*=\s*["']([A-Za-z]+)(\d{1,20})["'][^<>]*(?<!/)>"""
# Those that hold something: one that is only coloured, however far away, takes no room.
FILLED = re.compile(PLACED + rb"|<(?:\w+:)?c(?=[\s>])[^<>]*(?<!/)>")
ROW = re.compile(rb"<(?:\w+:)?row(?=[\s>/])")
ROW_NUMBER = re.compile(rb"""<(?:\w+:)?row\s(?:[^<>]*?\s)?r\s*=\s*["'](\d{1,20})["']""")
FORMULA = re.compile(PLACED + rb"\s*<(?:\w+:)?f[\s/>]")


class NoSheet(Exception):
    """The workbook is damaged, or does not say where its sheet is."""


@dataclass
class Filled:
    """Up to where a sheet is filled, and its columns with formulas: index from 0, and the first row there."""

    rows: int = 0
    columns: int = 0
    formulas: dict[int, int] = field(default_factory=dict)

    @property
    def too_much(self) -> bool:
        """Whether a reader would need more memory than there may be."""
        return self.rows * self.columns > MOST_CELLS

    def reach(self, columns: set[bytes], rows: set[bytes]) -> None:
        """Take in the columns and rows of some cells."""
        self.columns = max([self.columns, *map(column_of, columns)])
        self.rows = max([self.rows, *map(int, rows)])


def filled(path: Path, sheet: str) -> Filled:
    """Look through a sheet of a workbook. Nothing is told of other spreadsheets than XLSX. Raises NoSheet."""
    if not is_zipfile(path):
        return Filled()
    try:
        with ZipFile(path) as archive:
            if WORKBOOK not in archive.namelist():
                return Filled()
            part = _part_of(archive, sheet)
            found = _plainly(archive, part)
            return _exactly(archive, part) if found is None or found.too_much else found
    except DAMAGED as error:
        raise NoSheet from error


def column_of(letters: bytes) -> int:
    """The number, from 1, of a column named by letters."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _part_of(archive: ZipFile, sheet: str) -> str:
    """The file of the archive a sheet is in, which its number does not tell: sheets are moved and removed."""
    sheets = {each.get("name"): each for each in _elements(archive, WORKBOOK, "sheet")}
    targets = {each.get("Id"): each.get("Target", "") for each in _elements(archive, RELATIONS, "Relationship")}
    # The namespace of the attribute is another one in strict workbooks.
    ids = [value for name, value in sheets.get(sheet, {}).items() if name.endswith("}id")]
    part = normpath(join("/xl", targets.get(ids[0], "").replace("\\", "/") if ids else "")).lstrip("/").lower()
    for name in archive.namelist():
        if name.replace("\\", "/").lower() == part:
            return name
    raise NoSheet


def _elements(archive: ZipFile, part: str, tag: str) -> list[dict[str, str]]:
    if part not in archive.namelist():
        raise NoSheet
    with archive.open(part) as file:
        root = fromstring(file.read(MOST_OF_A_CATALOGUE))
    return [element.attrib for element in root.iter() if element.tag.rpartition("}")[2] == tag]


def _pieces(archive: ZipFile, part: str) -> Iterator[bytes]:
    """A sheet a piece at a time, cut before a cell or at least before a tag."""
    rest = b""
    with archive.open(part) as xml:
        while block := xml.read(BLOCK):
            text = rest + block
            tail = max(0, len(text) - LONGEST_TAG)
            cells = [match.start() for match in ANY_CELL.finditer(text, tail)]
            end = cells[-1] if cells else text.rfind(b"<", tail) % (len(text) + 1)
            yield text[:end]
            rest = text[end:]
    yield rest


def _plainly(archive: ZipFile, part: str) -> Filled | None:
    """The cells of a sheet, those that hold nothing among them; None where some do not say plainly where they are."""
    found = Filled()
    for text in _pieces(archive, part):
        columns = PLAIN_COLUMNS.findall(text)
        if PREFIXED_CELL.search(text) or len(columns) != len(BARE_CELL.findall(text)):
            return None
        found.reach(set(columns), set(PLAIN_ROWS.findall(text)))
        _note_formulas(found, text)
    return found


def _exactly(archive: ZipFile, part: str) -> Filled:
    found, row = Filled(), 0
    for text in _pieces(archive, part):
        cells = FILLED.findall(text)
        placed = [cell for cell in cells if cell[0]]
        found.reach({letters for letters, _number in placed}, {number for _letters, number in placed})
        row = max([row + len(ROW.findall(text)), *map(int, ROW_NUMBER.findall(text))])
        if len(placed) < len(cells):
            # Those that do not say where they are stand one after the other in their row.
            found.rows = max(found.rows, row)
            found.columns = max([found.columns, *(len(ANY_CELL.findall(part)) for part in ROW.split(text))])
        _note_formulas(found, text)
    return found


def _note_formulas(found: Filled, text: bytes) -> None:
    if b"<f" in text or b":f" in text:
        for match in FORMULA.finditer(text):
            found.formulas.setdefault(column_of(match[1]) - 1, int(match[2]))
