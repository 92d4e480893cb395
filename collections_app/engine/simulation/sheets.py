"""The report of a simulation as a spreadsheet: each table a sheet, with the names of those who enter and leave.

Texts are written as texts, never as formulas.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _
from xlsxwriter import Workbook

from collections_app.engine.simulation.models import Simulation
from collections_app.engine.simulation.telling import told
from crm.core.formats import in_spreadsheets
from crm.customers.models import Channel

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DATE = 14  # the short date of whoever opens the file
WIDTHS = (0, 0, 48), (1, 12, 20)
Row = Iterable[Any]
ENTERS, LEAVES = "enters", "leaves"


def workbook(simulation: Simulation) -> bytes:
    """The file, in the language of the reader."""
    report = told(simulation)
    labels = [label for _code, label in report["sides"]]
    file = BytesIO()
    with Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        head = book.add_format({"bold": True})
        money = book.add_format({"num_format": in_spreadsheets(simulation.entity.currency)})
        dated = book.add_format({"num_format": DATE, "align": "left"})
        for title, columns, rows in _sheets(simulation, report, labels):
            sheet = book.add_worksheet(title[:31])
            for first, last, width in WIDTHS:
                sheet.set_column(first, last, width)
            for at, cells in enumerate([columns, *rows]):
                _write(sheet, at, cells, head if at == 0 else None, money, dated)
    return file.getvalue()


def _write(sheet: Any, at: int, cells: Row, text: Any, money: Any, dated: Any) -> None:
    for place, cell in enumerate(cells):
        if isinstance(cell, Decimal):
            sheet.write_number(at, place, cell, money)
        elif isinstance(cell, int):
            sheet.write_number(at, place, cell)
        elif isinstance(cell, date):
            sheet.write_datetime(at, place, cell, dated)
        else:
            sheet.write_string(at, place, "—" if cell is None else str(cell), text)


def _sheets(simulation: Simulation, report: dict[str, Any], labels: list[str]) -> list[tuple[str, Row, list[Row]]]:
    claimed = _("Amount claimed")
    return [
        (_("In short"), ["", *labels], [[row["label"], *row["values"]] for row in report["summary"]]),
        (_("By day"), [_("Date"), *_by_channel(labels)], _days(simulation, report)),
        (_("By step"), [_("Step"), *_each(labels, "", claimed)], _paired(report["steps"], "pairs")),
        (
            _("What people do"),
            [_("Collector"), *_each(labels, "", _("Fullest day"), claimed)],
            _paired(report["collectors"], "values"),
        ),
        (_("Groups"), [_("Group"), *_each(labels, *_moves())], _groups(report)),
        (_("Kept back, and why"), [_("Reason"), *_each(labels, _("customers"), _("nights in all"))], _blocked(report)),
        (_("Who enters, who leaves"), ["", _("Customer"), claimed, _("Currency")], _names(simulation, report)),
        (_("What it rests on"), [simulation.tried or _("Today’s set-up")], [[said] for said in report["assumed"]]),
    ]


def _moves() -> tuple[str, ...]:
    return _("at the start"), _("entered"), _("left"), _("at the end")


def _each(labels: list[str], *columns: str) -> list[str]:
    return [f"{label} · {column}" if column else label for label in labels for column in columns]


def _by_channel(labels: list[str]) -> list[str]:
    return _each(labels, *(str(Channel(channel).label) for channel in Channel.values))


def _days(simulation: Simulation, report: dict[str, Any]) -> list[Row]:
    sides = [simulation.report[code]["days"] for code, _label in report["sides"]]
    return [
        [
            date.fromisoformat(on),
            *(side.get(on, {}).get(channel, 0) for side in sides for channel in Channel.values),
        ]
        for on in sorted({on for side in sides for on in side})
    ]


def _paired(rows: list[dict[str, Any]], key: str) -> list[Row]:
    return [[row["name"], *(cell for cells in row[key] for cell in cells)] for row in rows]


def _groups(report: dict[str, Any]) -> list[Row]:
    keys = ("at_start", "entered", "gone", "at_end")
    return [
        [row["name"], *((side or {}).get(key, "") for side in row["values"] for key in keys)]
        for row in report["groups"]
    ]


def _blocked(report: dict[str, Any]) -> list[Row]:
    keys = ("customers", "nights")
    return [
        [row["label"], *((side or {}).get(key, 0) for side in row["values"] for key in keys)]
        for row in report["blocked"]
    ]


def _names(simulation: Simulation, report: dict[str, Any]) -> list[Row]:
    """An older report does not say in which currency each amount is."""
    said = {ENTERS: _("Contacted only with what is tried"), LEAVES: _("Contacted only with today’s set-up")}
    return [
        [said[row["what"]], row["name"], row["amount"], row.get("currency", simulation.entity.currency)]
        for row in (report["differences"] or {}).get("names", [])
    ]
