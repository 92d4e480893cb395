"""The French catalogue: what the code says, compared with what is translated. Needs no gettext binary.

Python files are read by Babel, templates by Django's own `templatize`; the .po file is sorted by text and has no
source locations, so that two branches rarely touch the same line.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import polib
from babel.messages.extract import extract
from django.utils.translation.template import templatize

PACKAGES = ("config", "collections_app", "telephony", "crm")
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
PLACE = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
HEADER = {
    "Project-Id-Version": "Acquit",
    "Language": "fr",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=2; plural=(n > 1);",
}


@dataclass(frozen=True, order=True)
class Text:
    """One text of the code; `context` and `plural` are empty for most."""

    msgid: str
    context: str = ""
    plural: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What gettext looks up."""
        return self.msgid, self.context


def texts(root: Path) -> list[Text]:
    """Every text of the Python files and templates under `root`, once, in order."""
    return sorted({found.key: found for found in _all(root)}.values())


def _all(root: Path) -> Iterator[Text]:
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            yield from _read(path.read_bytes())
        for path in sorted((root / package).rglob("templates/**/*.*")):
            yield from _template(path)
    for path in sorted((root / "templates").rglob("*.*")):
        yield from _template(path)


def _template(path: Path) -> Iterator[Text]:
    # In parentheses, so that the tokenizer does not judge the indentation of what is not Python.
    code = templatize(path.read_text(encoding="utf-8"), origin=str(path))
    yield from _read(f"({code}\n)".encode())


def _read(source: bytes) -> Iterator[Text]:
    for _line, message, _comments, context in extract("python", BytesIO(source), keywords=KEYWORDS):
        singular, plural = (message[0], message[1]) if isinstance(message, tuple) else (message, "")
        if singular:
            yield Text(singular, context or "", plural or "")


def mended(text: str) -> str:
    """The file after a union merge: one blank line between entries, a translation per text, doubles joined.

    Of two translations of a text the one that is not empty stays; a translation without a text is dropped.
    """
    entries: dict[str, list[str]] = {}
    head: list[str] = []
    values: list[str] = []
    for part in _parts(text):
        if part.startswith(("msgctxt", "msgid")):
            if values or (head and part.startswith("msgid ") and not head[-1].startswith("msgctxt")):
                _keep(entries, head, values)
                head, values = [], []
            head.append(part)
        elif head:
            values.append(part)
    _keep(entries, head, values)
    return "\n\n".join(name + "\n" + "\n".join(values) for name, values in entries.items()) + "\n"


def _parts(text: str) -> list[str]:
    """Each keyword with the quoted lines that continue it; comments are left out."""
    parts: list[str] = []
    for line in text.splitlines():
        if line.startswith("msg"):
            parts.append(line)
        elif line.startswith('"') and parts:
            parts[-1] += "\n" + line
    return parts


def _keep(entries: dict[str, list[str]], head: list[str], values: list[str]) -> None:
    plural = any(part.startswith("msgid_plural") for part in head)
    first = next((value for value in values if not value.endswith('msgstr ""')), 'msgstr ""')
    kept = values[:2] if plural else [first]
    name = "\n".join(head)
    if head and (name not in entries or entries[name] == ['msgstr ""']):
        entries[name] = kept or ['msgstr[0] ""', 'msgstr[1] ""']


def merged(wanted: list[Text], old: polib.POFile) -> polib.POFile:
    """A catalogue of exactly the `wanted` texts, with the translations `old` has for them."""
    known = {(entry.msgid, entry.msgctxt or ""): entry for entry in old if not entry.obsolete}
    new = polib.POFile(wrapwidth=0)
    new.metadata = HEADER
    new.extend(_entry(text, known.get(text.key)) for text in wanted)
    return new


def _entry(text: Text, known: polib.POEntry | None) -> polib.POEntry:
    entry = polib.POEntry(msgid=text.msgid, msgctxt=text.context or None)
    if known is not None and "fuzzy" in known.flags:
        entry.flags = ["fuzzy"]
    if not text.plural:
        entry.msgstr = known.msgstr if known else ""
        return entry
    entry.msgid_plural = text.plural
    entry.msgstr_plural = _plurals(known)
    return entry


def _plurals(known: polib.POEntry | None) -> dict[int, str]:
    if known is None:
        return {0: "", 1: ""}
    return known.msgstr_plural or {0: known.msgstr, 1: ""}


def faults(catalogue: polib.POFile) -> list[str]:
    """What keeps the catalogue from being complete: empty, doubtful, or a place for a value lost on the way."""
    found = []
    for entry in catalogue:
        translations = list(entry.msgstr_plural.values()) or [entry.msgstr]
        if not all(translations):
            found.append(f"not translated: {entry.msgid}")
        elif "fuzzy" in entry.flags:
            found.append(f"doubtful: {entry.msgid}")
        elif not entry.msgid_plural and places(entry.msgid) != places(entry.msgstr):
            found.append(f"other places for values: {entry.msgid}")
    return found


def places(text: str) -> set[str]:
    """The places for values in a text: `%(name)s`, `{name}`."""
    return set(PLACE.findall(text))
