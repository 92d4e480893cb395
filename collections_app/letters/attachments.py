"""Files a template adds to its message: statement of account (PDF), list of invoices (XLSX)."""

from collections_app.letters.context import Subject
from collections_app.letters.models import Template
from collections_app.letters.spreadsheet import invoice_list
from collections_app.letters.statement import statement
from collections_app.letters.writing import Writer
from telephony.core.outgoing import Attachment

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def of(template: Template, subject: Subject, currency: str) -> tuple[Attachment, ...]:
    """Those the template asks for, in the language of the message."""
    writer, account = Writer(subject.language, currency), subject.customer.external_id
    files = []
    if template.attach_statement:
        files.append(Attachment(writer.words("statement_file", account=account), statement(subject, writer)))
    if template.attach_invoice_list:
        files.append(Attachment(writer.words("list_file", account=account), invoice_list(subject, writer), XLSX))
    return tuple(files)
