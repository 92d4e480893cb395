"""Files of a message: the letter, and what a template adds: statement of account (PDF), list of invoices (XLSX)."""

from collections_app.letters.context import Subject
from collections_app.letters.labels import label
from collections_app.letters.models import Template
from collections_app.letters.spreadsheet import invoice_list
from collections_app.letters.statement import statement
from collections_app.letters.writing import Writer
from crm.customers.models import Channel
from telephony.core.outgoing import Attachment

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def of(template: Template, subject: Subject, writer: Writer) -> tuple[Attachment, ...]:
    """Those the template asks for, in the language of the message."""
    files = []
    if template.attach_statement:
        files.append(Attachment(name("statement_file", subject), statement(subject, writer)))
    if template.attach_invoice_list:
        files.append(Attachment(name("list_file", subject), invoice_list(subject, writer), XLSX))
    return tuple(files)


def names(template: Template, subject: Subject) -> tuple[str, ...]:
    """What the files of the message are called, the letter first."""
    wanted = {
        "letter_file": template.channel == Channel.POST,
        "statement_file": template.attach_statement,
        "list_file": template.attach_invoice_list,
    }
    return tuple(name(file, subject) for file, there in wanted.items() if there)


def name(file: str, subject: Subject) -> str:
    """What one of these files is called."""
    return label(subject.language, file, account=subject.customer.external_id)
