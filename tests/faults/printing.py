"""Letters that wait to be printed, and what stands of the batches made of them."""

import itertools
from datetime import timedelta
from io import BytesIO
from pathlib import Path

from pypdf import PdfReader, PdfWriter

from collections_app.letters import batches
from collections_app.letters.models import PrintBatch, PrintedLetter
from crm.accounts.models import Entity
from telephony.core.outgoing import Attachment, Prepared
from telephony.messaging.models import Message
from tests.factories.accounts import EntityFactory
from tests.factories.customers import AddressFactory, CustomerFactory
from tests.factories.messaging import AT, World, planned

ON = AT.date()
NOW = AT + timedelta(seconds=1)
numbers = itertools.count(1)


def drawn(words: str) -> bytes:
    """A PDF of one page, in place of one of typst."""
    writer, written = PdfWriter(), BytesIO()
    writer.add_blank_page(100, 100)
    writer.add_metadata({"/Title": words})
    writer.write(written)
    return written.getvalue()


def letters_to_print(world: World, names: tuple[str, ...] = ("Alpes", "Zinc")) -> Entity:
    """A creditor with one letter that waits per name."""
    world.prepared = Prepared(
        subject="Rappel", text="Bonjour", attachments=(Attachment("lettre.pdf", drawn("letter")),)
    )
    entity: Entity = EntityFactory()
    for name in names:
        customer = CustomerFactory(entity=entity, name=name)
        planned(next(numbers), AddressFactory(customer=customer, post=True))
    return entity


def prepare(entity: Entity) -> PrintBatch:
    """The batch of the day."""
    return batches.prepare_batch(entity, on=ON, by=None, at=NOW)


def prepare_again(entity: Entity) -> None:
    """As a person does who finds no batch, or the batch, in the list."""
    if not PrintBatch.objects.filter(entity=entity).exists():
        prepare(entity)


def state(entity: Entity, folder: Path) -> tuple[object, ...]:
    """Batches with their letters, what became of the messages, and the pages of the files there are."""
    letters = PrintedLetter.objects.filter(batch__entity=entity).order_by("batch", "position")
    messages = Message.objects.filter(entity=entity).order_by("customer__name")
    pages = {path.name: len(PdfReader(path).pages) for path in folder.rglob(f"{entity.code}-*.pdf")}
    named = {Path(batch.file.name).name for batch in PrintBatch.objects.filter(entity=entity) if batch.file}
    return (
        list(PrintBatch.objects.filter(entity=entity).order_by("pk").values_list("state", "number", "pages")),
        list(letters.values_list("message__customer__name", "position", "pages", "taken_out_at")),
        [(message.state, message.attempts.count(), message.enclosures.count()) for message in messages],
        (sorted(pages.values()), pages.keys() == named),
    )
