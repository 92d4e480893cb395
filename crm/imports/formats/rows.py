"""What all readers share: cells of a line, names of columns, errors of a row."""

import csv
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext, gettext_noop as _

NOT_LETTER_OR_DIGIT = re.compile(r"[^a-z0-9]+")
TOO_LARGE = _("This amount is too large: an amount has at most 13 digits before its decimals.")
EXCEL_TEXT = re.compile(r'="(.*)"')


@dataclass(frozen=True)
class Problem:
    """Why a row was left out, or what is told of one that is `taken`. `reason` is an English msgid, `column` the header
    as the file writes it."""

    line: int
    column: str
    value: str
    reason: str
    params: dict[str, Any] = field(default_factory=dict)
    taken: bool = False

    @property
    def text(self) -> str:
        """The reason in the active language."""
        return gettext(self.reason) % self.params if self.params else gettext(self.reason)


Problems = tuple[Problem, ...]
Fault = tuple[str, str, str, dict[str, Any]]


class RowWrong(Exception):
    """A row cannot be read; carries each thing that is wrong with it (column, value, reason, parameters)."""

    def __init__(self, column: str, value: str, reason: str, **params: Any) -> None:
        super().__init__(reason)
        self.faults: list[Fault] = [(column, value[:200], reason, params)]

    def on_line(self, line: int) -> Problems:
        """What is wrong, as problems of a line."""
        return tuple(Problem(line, *fault) for fault in self.faults)

    def with_all(self, parts: Iterable[Callable[[], object]]) -> "RowWrong":
        """Itself, with what else is wrong: `parts` read each a part of the row, in the order to tell them."""
        found: list[Fault] = []
        for part in parts:
            try:
                part()
            except RowWrong as wrong:
                found += [fault for fault in wrong.faults if fault not in found]
        self.faults = found + [fault for fault in self.faults if fault not in found]
        return self


@lru_cache(maxsize=4096)
def plain(header: str) -> str:
    """A header without case, accents, spaces and signs: "Date d’échéance" gives "datedecheance"."""
    bare = unicodedata.normalize("NFKD", header).encode("ascii", "ignore").decode()
    return NOT_LETTER_OR_DIGIT.sub("", bare.lower())


def cells_of(line: str, separator: str, width: int) -> list[str]:
    """Cells of a line, stripped. A quote inside a label is a sign like any other; a quoted cell may hold the separator.

    `width` is the number of columns (0 when unknown).
    """
    cells = line.split(separator)
    if '"' in line:
        if (width and len(cells) > width) or (not width and f'"{separator}' in line):
            parsed = _parsed(line, separator)
            cells = parsed if parsed and (not width or len(parsed) == width) else cells
        return [_unquoted(cell.strip()) for cell in cells]
    return [cell.strip() for cell in cells]


def _parsed(line: str, separator: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=separator), [])
    except csv.Error:  # a cell beyond the module's limit
        return []


def _unquoted(cell: str) -> str:
    if len(cell) > 1 and cell[0] == cell[-1] == '"':
        return cell[1:-1].replace('""', '"').strip()
    return cell


def excel_text(cell: str) -> str:
    """Excel's way of keeping zeros in a CSV: ="00123"."""
    if cell.startswith('="') and (match := EXCEL_TEXT.fullmatch(cell)):
        return match[1]
    return cell
