"""Letters as PDF/A-3b, drawn by typst from a fixed layout.

typst is imported where it runs: once used in a parent process, it hangs in the children that process forks.
"""

import base64
import json
import os
import threading
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unicodedata import category, normalize

from django.utils.translation import gettext as _

from collections_app.letters import postal, qr
from collections_app.letters.context import Subject
from collections_app.letters.letterhead import legal_parts
from collections_app.letters.lines import net_total
from collections_app.letters.markup import Bullets, Heading, Insert, Line, Paragraph, parse
from collections_app.letters.models import TemplateVersion
from collections_app.letters.signs import FONTS, all_drawable, right_to_left
from collections_app.letters.tables import Table
from collections_app.letters.writing import Writer
from crm.accounts.models import Entity
from crm.core.formats import telephone
from crm.customers.models import Address

if TYPE_CHECKING:
    from typst import Compiler

LAYOUTS = Path(__file__).parent / "typst"
FRAME = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 100">{image}</svg>'
IMAGES = {".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"}
_kept = threading.local()
WORDS = ("page", "brought", "carried", "scan", "enclosures")


class NotDrawn(Exception):
    """A PDF that cannot be drawn, and could not either tomorrow; `detail` is what the layout engine says of it."""

    def __init__(self, detail: str) -> None:
        super().__init__(
            _("The PDF cannot be drawn: look at the text and at the logo of the entity (%(detail)s).")
            % {"detail": detail.splitlines()[0] if detail else "?"}
        )


def letter(
    pieces: Sequence[object],
    subject: Subject,
    title: str,
    writer: Writer,
    *,
    address: Address | None,
    registered: bool,
) -> bytes:
    """The letter of a composed message. `registered` leaves room for the number of the registered item."""
    entity, customer = subject.entity, subject.customer
    contact = subject.contact.name if subject.contact else ""
    place = address.value if address else ""
    recipient = postal.recipient_lines(customer.name, contact, place, home=entity.country, country=customer.country)
    name = " ".join(customer.name.split())
    own = {
        "recipient": recipient,
        "references": [
            *([] if name in " ".join(recipient) else [[writer.words("customer"), name]]),  # the window cuts a long one
            [writer.words("account"), customer.external_id],
            [writer.words("reference"), subject.reference],
        ],
        "registered": _registered(writer) if registered else None,
        "pieces": [piece_data(piece) for piece in pieces],
        "qr": _transfer(subject, writer.currency, with_charges=registered),
    }
    return sheet(entity, writer, own, title=title, on=subject.on)


def proof(version: TemplateVersion, *, on: date) -> bytes:
    """The text of a letter as its author wrote it, on the sheet of the entity and to nobody: only to see that it can be
    drawn. Raises NotDrawn."""
    entity = version.template.entity
    blocks = [block for block in parse(version.body) if not isinstance(block, Insert)]
    own = {"pieces": [piece_data(block) for block in blocks]}
    return sheet(entity, Writer(version.language, entity.currency), own, title=version.subject, on=on)


def sheet(entity: Entity, writer: Writer, own: Mapping[str, Any], *, title: str, on: date) -> bytes:
    """What the entity writes on its paper: `own` beside its head and foot. Raises NotDrawn."""
    nothing: dict[str, Any] = {"recipient": [], "references": [], "registered": None, "pieces": [], "qr": None}
    data = {
        **nothing,
        "language": writer.language,
        "title": title,
        "sender": sender(entity, writer, on),
        "logo": logo(entity),
        "place-date": place_and_date(entity, on, writer),
        "words": {key: writer.words(key, page="{page}", pages="{pages}") for key in WORDS},
        "enclosures": [],
        **own,
    }
    return compiled("letter.typ", data, at=datetime.combine(on, time(), UTC))


def compiled(layout: str, data: Mapping[str, Any], *, at: datetime) -> bytes:
    """Run a layout of ours; the file depends only on the data and on `at`. Raises NotDrawn."""
    known = all_drawable(data)
    try:
        return _compiled(layout, known, at)
    except NotDrawn:
        # Marks of one script on a letter of another find no font that has both: the letters alone are drawn.
        bare = _without_marks(known)
        if bare == known:
            raise
        return _compiled(layout, bare, at)


def _compiled(layout: str, data: Mapping[str, Any], at: datetime) -> bytes:
    from typst import TypstError

    inputs = {"data": json.dumps(data, ensure_ascii=False)}
    second = at.astimezone(UTC).replace(microsecond=0)  # PDF dates have no smaller part, and a fixed offset
    try:
        drawn = _compiler(layout).compile(format="pdf", sys_inputs=inputs, pdf_standards="a-3b", timestamp=second)
    except TypstError as error:
        raise NotDrawn(str(error)) from error
    if not isinstance(drawn, bytes):
        raise TypeError(f"{layout} gave {type(drawn).__name__} instead of one PDF")
    return drawn


def _without_marks(value: Any) -> Any:
    if isinstance(value, str):
        return "".join(each for each in normalize("NFC", value) if category(each) != "Mn")
    if isinstance(value, dict):
        return {key: _without_marks(each) for key, each in value.items()}
    return [_without_marks(each) for each in value] if isinstance(value, list) else value


def _compiler(layout: str) -> "Compiler":
    """One per layout, thread and process: making it reads the fonts, which takes a third of a letter."""
    from typst import Compiler, Fonts

    kept: dict[str, Compiler] = _kept.__dict__
    key = f"{os.getpid()} {layout}"
    if key not in kept:
        fonts = Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])
        kept[key] = Compiler(str(LAYOUTS / layout), root=str(LAYOUTS), font_paths=fonts)
    return kept[key]


def sender(entity: Entity, writer: Writer, on: date) -> dict[str, Any]:
    """Head and foot: who writes, where, and what the law asks a company to print on that day."""
    phone = f"{writer.words('phone')} {telephone(entity.phone)}" if entity.phone else ""
    city = " ".join(filter(None, [entity.postcode, entity.city]))
    street = entity.street.splitlines()
    return {
        "name": entity.legal_name,
        "lines": [*filter(None, [*street, city, phone, entity.sender_email])],
        "legal": legal_parts(entity, writer.language, on),
    }


def place_and_date(entity: Entity, on: date, writer: Writer) -> str:
    """«Lyon, le 3 mars 2026»."""
    day = writer.long_day(on)
    if not entity.city:
        return day
    return f"{entity.city}, le {day}" if writer.language == "fr" else f"{entity.city}, {day}"


def piece_data(piece: object) -> dict[str, Any]:
    """A piece of the text as the layout takes it."""
    if isinstance(piece, Paragraph):
        return {"kind": "paragraph", "rtl": _rtl(piece.lines), "lines": [_line(line) for line in piece.lines]}
    if isinstance(piece, Bullets):
        return {"kind": "bullets", "rtl": _rtl(piece.items), "items": [_line(line) for line in piece.items]}
    if isinstance(piece, Heading):
        return {"kind": "heading", "rtl": right_to_left(piece.text), "text": piece.text}
    if isinstance(piece, Table):
        return {"kind": "table", "table": piece.data()}
    raise TypeError(f"a letter does not know how to draw {type(piece).__name__}")


def logo(entity: Entity) -> str | None:
    """The logo inside an SVG, so that any format enters the layout as text; None without one."""
    if not entity.logo:
        return None
    return _framed(entity.logo.path)


@cache
def _framed(path: str) -> str | None:
    file = Path(path)
    if not file.exists():
        return None
    kind = IMAGES.get(file.suffix.lower(), "image/png")
    encoded = base64.b64encode(file.read_bytes()).decode()
    image = f'<image width="400" height="100" preserveAspectRatio="xMinYMid meet" href="data:{kind};base64,{encoded}"/>'
    return FRAME.format(image=image)


def _rtl(lines: Sequence[Line]) -> bool:
    return right_to_left("".join(run.text for line in lines for run in line))


def _line(line: Line) -> list[dict[str, Any]]:
    return [{"text": run.text, "bold": run.bold} for run in line]


def _registered(writer: Writer) -> dict[str, str]:
    return {
        "words": writer.words("registered"),
        "number-words": writer.words("registered_number"),
        "number": "",
    }


def _transfer(subject: Subject, currency: str, *, with_charges: bool) -> str | None:
    """The QR code of what is asked for; euros only, as the standard."""
    entity = subject.entity
    if currency != "EUR":
        return None
    text = qr.payload(
        holder=entity.legal_name,
        iban=entity.iban,
        bic=entity.bic,
        amount=net_total(subject.chosen.main) + (subject.charges.total if with_charges else 0),
        reference=subject.reference,
    )
    return qr.svg(text) if text else None
