"""The blocks of a message with their tables, and drawn for its channel: HTML, PDF."""

from collections.abc import Sequence
from dataclasses import dataclass

from collections_app.letters import attachments, mail, pdf, tables
from collections_app.letters.context import Subject
from collections_app.letters.markup import Block, Insert
from collections_app.letters.models import Template
from collections_app.letters.tables import Table
from collections_app.letters.writing import Writer
from crm.customers.models import Address, Channel
from telephony.core.outgoing import Attachment


@dataclass(frozen=True)
class Drawn:
    """What is made of the pieces of a message for its channel."""

    html: str = ""
    attachments: tuple[Attachment, ...] = ()


def draw(
    template: Template,
    pieces: Sequence[object],
    subject: Subject,
    title: str,
    writer: Writer,
    address: Address | None,
    notice: bool,
) -> Drawn:
    """HTML for e-mails; a PDF for letters; and the files the template adds."""
    added = attachments.of(template, subject, writer)
    if template.channel == Channel.EMAIL:
        return Drawn(mail.written(pieces, subject, title), added)
    if template.channel == Channel.POST:
        letter = pdf.letter(pieces, subject, title, writer, address=address, registered=notice)
        return Drawn("", (Attachment(attachments.name("letter_file", subject), letter), *added))
    return Drawn("", added)


def with_tables(
    blocks: Sequence[Block], template: Template, subject: Subject, writer: Writer, *, notice: bool
) -> tuple[object, ...]:
    """The blocks, each table where it was asked for; a table without a row disappears. `notice`: late charges are asked
    for, not only told."""
    pieces: list[object] = []
    for block in blocks:
        if not isinstance(block, Insert):
            pieces.append(block)
        elif (table := _table(block.name, template, subject, writer, notice)) is not None and table.rows:
            pieces.append(table)
    return tuple(pieces)


def _table(name: str, template: Template, subject: Subject, writer: Writer, notice: bool) -> Table | None:
    main, on = subject.chosen.main, subject.on
    if name == "invoice_table":
        return tables.invoice_table(name, main, tone=template.tone, on=on, writer=writer)
    if name == "other_invoice_table":
        return tables.invoice_table(name, subject.chosen.others, tone=template.tone, on=on, writer=writer)
    if name == "amount_split":
        return tables.amount_split(main, subject.charges, asked=notice, on=on, writer=writer)
    if name == "interest_detail":
        return tables.interest_detail(main, subject.charges, writer=writer)
    return tables.payment_details(subject.entity, subject.reference, writer=writer)
