"""One PDF of many letters, with the list of them in front."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from pypdf import PdfReader, PdfWriter

from collections_app.letters import archival, pdf
from collections_app.letters.labels import LABELS
from collections_app.letters.languages import known
from collections_app.letters.models import PrintBatch, PrintedLetter
from collections_app.letters.writing import Writer

PDF = "application/pdf"


@dataclass(frozen=True)
class Merged:
    content: bytes
    pages: int


def merged(batch: PrintBatch, letters: Sequence[PrintedLetter]) -> Merged:
    """The list, then every letter with its enclosures, in the order of the list; sets `pages` on each letter. PDF/A as
    long as every enclosure is."""
    files = {letter.pk: _files(letter) for letter in letters}
    for letter in letters:
        letter.pages = sum(len(file.pages) for file in files[letter.pk])
    front, writer = PdfReader(BytesIO(cover(batch, letters))), PdfWriter()
    writer.append(front, import_outline=False)
    for letter in letters:
        start = len(writer.pages)
        for file in files[letter.pk]:
            writer.append(file, import_outline=False)
        if len(writer.pages) > start:
            writer.add_outline_item(title=f"{letter.position}. {letter.message.customer.name}", page_number=start)
    words = _writer(batch)
    parts = [front, *(file for letter in letters for file in files[letter.pk])]
    archival.claim(writer, parts, title=_title(batch, words), language=words.language, at=batch.prepared_at)
    written = BytesIO()
    writer.compress_identical_objects()
    writer.write(written)
    return Merged(written.getvalue(), len(writer.pages))


def _files(letter: PrintedLetter) -> list[PdfReader]:
    enclosures = sorted(letter.message.enclosures.all(), key=lambda each: each.pk)
    return [PdfReader(BytesIO(bytes(each.content))) for each in enclosures if each.mimetype == PDF]


def cover(batch: PrintBatch, letters: Sequence[PrintedLetter]) -> bytes:
    """The list of the letters, in the language of the entity, with room for the numbers of registered items."""
    writer = _writer(batch)
    data = {
        "language": writer.language,
        "title": _title(batch, writer),
        "entity": batch.entity.legal_name,
        "summary": writer.words(
            "batch_summary",
            letters=len(letters),
            pages=sum(letter.pages for letter in letters),
            registered=sum(letter.registered for letter in letters),
        ),
        "columns": [writer.words(key) for key in ("position", "customer", "account", "amount", "pages", "number")],
        "rows": [_row(letter, writer.language) for letter in letters],
        "signature": writer.words("batch_signature"),
        "page": writer.words("page", page="{page}", pages="{pages}"),
    }
    return pdf.compiled("cover.typ", data, at=batch.prepared_at)


def _writer(batch: PrintBatch) -> Writer:
    language = known(batch.entity.language)
    return Writer(language if language in LABELS else "en", batch.entity.currency)


def _title(batch: PrintBatch, writer: Writer) -> str:
    return writer.words("batch", number=batch.number, on=writer.long_day(batch.on))


def _row(letter: PrintedLetter, language: str) -> list[str]:
    message = letter.message
    amount = Writer(language, message.currency).money(message.amount) if message.amount is not None else ""
    number = letter.registered_number or ("R" if letter.registered else "")
    customer = message.customer
    return [str(letter.position), customer.name, customer.external_id, amount, str(letter.pages), number]
