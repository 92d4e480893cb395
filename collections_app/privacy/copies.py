"""A copy of a file as one ZIP: a document to read, the same in JSON and CSV, and what was written and received."""

import csv
import io
import json
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Field
from django.template.loader import render_to_string
from django.utils.text import get_valid_filename
from django.utils.translation import get_language, gettext as _, gettext_noop, override

from collections_app.privacy.logic import logic_of
from collections_app.privacy.people import Person, Row, language_of
from collections_app.privacy.sections.base import Column, Section
from crm.core.formats import day, moment, money
from crm.customers.models import Customer
from telephony.messaging.models import Message, Reply
from telephony.messaging.operations.freezing import body

HIDDEN = "•••"
# Rows of a table a person reads; all of them are in the CSV.
READABLE = 1_000
# What a spreadsheet would compute rather than show: anybody may write it in a mail. Telephone numbers are none.
FORMULA = re.compile(r"[=@\t\r]|[+-](?!\d+$)")
NOTHING: tuple[Any, ...] = (None, "", [], {})
# Messages read at once: each may hold megabytes.
CHUNK = 20
DOCUMENT = {"fr": "dossier.html", "en": "file.html"}
# What is added to a row, and how it is called.
ADDED = {"origin": gettext_noop("Origin"), "sentence": gettext_noop("Why")}


@dataclass(frozen=True)
class Table:
    """A section as a person reads it: `rows` in words, of `number` in all."""

    section: Section
    heads: list[str]
    rows: list[list[str]]
    number: int


def write_copy(customer: Customer, to: IO[bytes], *, at: datetime) -> dict[str, int]:
    """Write everything kept about the customer, in his language; return how many rows of each section."""
    with override(language_of(customer)), ZipFile(to, "w", ZIP_DEFLATED) as copy:
        person = Person(customer)
        rows = dict(person.sections())
        logic = logic_of(person)
        copy.writestr(DOCUMENT[str(get_language())], _document(person, rows, logic, at))
        copy.writestr("data.json", _json(person, rows, logic, at))
        for section, found in rows.items():
            copy.writestr(f"csv/{section.name}.csv", _csv(section, found))
        _write_messages(person, copy)
        _write_replies(person, copy)
        return {section.name: len(found) for section, found in rows.items()}


def _document(person: Person, rows: Mapping[Section, list[Row]], logic: list[dict[str, Any]], at: datetime) -> str:
    tables = [table(section, found) for section, found in rows.items()]
    context = {"customer": person.customer, "tables": tables, "logic": logic, "at": at, "language": get_language()}
    return render_to_string("privacy/document.html", context)


def _json(person: Person, rows: Mapping[Section, list[Row]], logic: list[dict[str, Any]], at: datetime) -> str:
    told = {
        "made_at": at,
        "creditor": person.customer.entity.legal_name,
        "logic_of_decisions": logic,
        **{section.name: found for section, found in rows.items()},
    }
    return json.dumps(told, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)


def _csv(section: Section, rows: list[Row]) -> str:
    """Separated by semicolons, with the mark spreadsheets know UTF-8 by."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    keys = keys_of(section, rows)
    writer.writerow(keys)
    writer.writerows([_cell(row[key]) for key in keys] for row in rows)
    return "\ufeff" + text.getvalue()


def keys_of(section: Section, rows: list[Row]) -> list[str]:
    """The columns of a section, in order: its own, then what was added to its rows."""
    return list(rows[0]) if rows else [column.key for column in section.columns]


def _cell(value: Any) -> Any:
    if isinstance(value, list | dict):
        return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)
    if isinstance(value, str):
        return f"'{value}" if FORMULA.match(value) else value
    return value.isoformat() if isinstance(value, date) else value


def table(section: Section, rows: list[Row]) -> Table:
    """The last rows of a section in words, from the last to the first, without the columns that say nothing."""
    last = rows[-READABLE:][::-1]
    keys = [key for key in keys_of(section, rows) if any(row[key] not in NOTHING for row in last)]
    columns = {column.key: column for column in section.columns}
    heads = [str(columns[key].label if key in columns else _(ADDED[key])) for key in keys]
    fields = {key: field_of(section, columns[key]) for key in keys if key in columns}
    shown = [[in_words(row[key], fields.get(key), row) for key in keys] for row in last]
    return Table(section, heads, shown, len(rows))


def field_of(section: Section, column: Column) -> "Field[Any, Any]":
    """The field a column ends at."""
    *through, last = column.path.split("__")
    model = section.model
    for name in through:
        model = model._meta.get_field(name).related_model  # type: ignore[assignment]
    return model._meta.get_field(last)  # type: ignore[return-value]


def in_words(value: Any, field: "Field[Any, Any] | None", row: Row) -> str:
    """A value as a person reads it."""
    if value is None or value == "":
        return ""
    if field is not None and field.choices:
        return str(dict(field.flatchoices).get(value, value))
    currency = row.get("currency") or row.get("action_currency")
    match value:
        case bool():
            return _("yes") if value else _("no")
        case Decimal():
            return money(value, currency) if currency else str(value)
        case datetime():
            return moment(value)
        case date():
            return day(value)
        case list():
            return ", ".join(map(str, value))
        case dict():
            return ", ".join(f"{name}: {each}" for name, each in value.items())
        case _:
            return str(value)


def _write_messages(person: Person, copy: ZipFile) -> None:
    messages = Message.objects.filter(customer__in=person.keys).order_by("pk").prefetch_related("enclosures")
    for message in messages.iterator(chunk_size=CHUNK):
        for name, content in _files_of(message):
            copy.writestr(f"messages/{message.pk}/{name}", content)


def _files_of(message: Message) -> list[tuple[str, bytes]]:
    said = body(message)
    ending, text = ("html", said["html"]) if said["html"] else ("txt", said["text"])
    written = [(f"message.{ending}", text.replace(message.token, HIDDEN).encode())] if text else []
    files = enumerate(message.enclosures.all(), start=1)
    return written + [(f"{number}-{get_valid_filename(file.name)}", bytes(file.content)) for number, file in files]


def _write_replies(person: Person, copy: ZipFile) -> None:
    replies = Reply.objects.filter(customer__in=person.keys).exclude(raw=b"").order_by("pk")
    for pk, raw in replies.values_list("pk", "raw").iterator(chunk_size=CHUNK):
        copy.writestr(f"replies/{pk}.eml", zlib.decompress(bytes(raw)))
