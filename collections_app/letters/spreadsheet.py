"""The invoices of a message as a spreadsheet; texts are written as texts, never as formulas."""

from io import BytesIO

from xlsxwriter import Workbook

from collections_app.letters.context import Subject
from collections_app.letters.lines import item_label
from collections_app.letters.writing import Writer
from crm.core.formats import in_spreadsheets

COLUMNS = ("item", "issued", "due", "original", "net")
WIDTH = 18


def invoice_list(subject: Subject, writer: Writer) -> bytes:
    """One row per item asked for, then those due beside them."""
    file = BytesIO()
    with Workbook(file, {"in_memory": True, "strings_to_formulas": False, "default_date_format": "dd/mm/yyyy"}) as book:
        sheet = book.add_worksheet(writer.words("statement")[:31])
        head = book.add_format({"bold": True})
        money = book.add_format({"num_format": in_spreadsheets(writer.currency)})
        sheet.set_column(0, len(COLUMNS) - 1, WIDTH)
        for at, key in enumerate(COLUMNS):
            sheet.write_string(0, at, writer.words(key), head)
        for row, line in enumerate((*subject.chosen.main, *subject.chosen.others), start=1):
            sheet.write_string(row, 0, item_label(line.invoice, writer.language))
            sheet.write_datetime(row, 1, line.invoice.issued_on)
            sheet.write_datetime(row, 2, line.invoice.due_on)
            sheet.write_number(row, 3, line.invoice.amount, money)
            sheet.write_number(row, 4, line.net_amount, money)
    return file.getvalue()
