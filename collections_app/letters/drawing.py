"""The blocks of a message drawn for its channel: text, HTML, PDF."""

from collections.abc import Sequence
from dataclasses import dataclass

from collections_app.letters import mail, pdf, tables, text
from collections_app.letters.context import Subject
from collections_app.letters.markup import Block, Insert
from collections_app.letters.models import Template
from collections_app.letters.tables import Table
from collections_app.letters.writing import Writer
from crm.customers.models import Address, Channel
from telephony.core.outgoing import Attachment


@dataclass(frozen=True)
class Drawn:
    pieces: tuple[object, ...]
    text: str
    html: str = ""
    attachments: tuple[Attachment, ...] = ()


def draw(
    template: Template,
    blocks: Sequence[Block],
    subject: Subject,
    title: str,
    currency: str,
    address: Address | None,
    notice: bool,
) -> Drawn:
    """The text always (it is what is searched and kept); HTML for e-mails; a PDF for letters."""
    writer = Writer(subject.language, currency)
    pieces = with_tables(blocks, template, subject, writer)
    plain = text.written(pieces, subject.language)
    if template.channel == Channel.EMAIL:
        return Drawn(pieces, plain, mail.written(pieces, subject, title))
    if template.channel == Channel.POST:
        letter = pdf.letter(pieces, subject, title, writer, address=address, registered=notice)
        name = writer.words("letter_file", account=subject.customer.external_id)
        return Drawn(pieces, plain, "", (Attachment(name, letter),))
    return Drawn(pieces, plain)


def with_tables(blocks: Sequence[Block], template: Template, subject: Subject, writer: Writer) -> tuple[object, ...]:
    """The blocks, each table where it was asked for; a table without a row disappears."""
    pieces: list[object] = []
    for block in blocks:
        if not isinstance(block, Insert):
            pieces.append(block)
        elif (table := _table(block.name, template, subject, writer)) is not None and table.rows:
            pieces.append(table)
    return tuple(pieces)


def _table(name: str, template: Template, subject: Subject, writer: Writer) -> Table | None:
    main, on = subject.chosen.main, subject.on
    if name == "invoice_table":
        return tables.invoice_table(name, main, tone=template.tone, on=on, writer=writer)
    if name == "other_invoice_table":
        return tables.invoice_table(name, subject.chosen.others, tone=template.tone, on=on, writer=writer)
    if name == "amount_split":
        return tables.amount_split(main, subject.charges, on=on, writer=writer)
    if name == "interest_detail":
        return tables.interest_detail(main, subject.charges, writer=writer)
    return tables.payment_details(subject.entity, subject.reference, writer=writer)
