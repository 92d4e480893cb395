"""PDF/A-3b for a file merged from files that are: what belongs to the whole is lost by a merge, and written again."""

import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape

from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    TextStringObject,
)

# What PDF/A-3 allows includes what part 2 does.
CLAIM = re.compile(rb"pdfaid:part(?:>|=[\"'])[23]\b")
XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
  xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>
<xmp:CreateDate>{at}</xmp:CreateDate><xmp:ModifyDate>{at}</xmp:ModifyDate>
<pdfaid:part>3</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"""


def claim(writer: PdfWriter, parts: Sequence[PdfReader], *, title: str, language: str, at: datetime) -> bool:
    """Say that the file is PDF/A-3b, if every part says so of itself and all mean the same colours; whether it is said.

    The file depends on its parts and on these words only.
    """
    profiles = {_profile(part) for part in parts}
    if None in profiles or len(profiles) != 1 or not all(_claims(part) for part in parts):
        return False
    root = writer.root_object
    root[NameObject("/OutputIntents")] = _intents(parts[0]).clone(writer)
    second = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    told = XMP.format(title=escape(title), language=escape(language), at=second).encode()
    root[NameObject("/Metadata")] = writer._add_object(_metadata(told))
    root[NameObject("/Lang")] = TextStringObject(language)
    writer.metadata = None  # what it says would have to be said in the other metadata too
    _forget_structure(writer)
    number = ByteStringObject(_digest(told, parts))
    writer._ID = ArrayObject((number, number))
    return True


def _claims(part: PdfReader) -> bool:
    metadata: Any = part.root_object.get("/Metadata")
    return metadata is not None and CLAIM.search(metadata.get_object().get_data()) is not None


def _profile(part: PdfReader) -> bytes | None:
    """The colours its output intent means."""
    intents = _intents(part)
    if len(intents) != 1:
        return None
    return bytes(intents[0].get_object()["/DestOutputProfile"].get_object().get_data())


def _intents(part: PdfReader) -> Any:
    return part.root_object.get("/OutputIntents", ArrayObject()).get_object()


def _metadata(told: bytes) -> DictionaryObject:
    stream = DecodedStreamObject()  # without filter: to be found by whoever does not read PDF
    stream.set_data(told)
    stream[NameObject("/Type")] = NameObject("/Metadata")
    stream[NameObject("/Subtype")] = NameObject("/XML")
    return stream


def _forget_structure(writer: PdfWriter) -> None:
    """Pages keep numbers that lead into the structure tree of the file they come from."""
    for page in writer.pages:
        page.pop("/StructParents", None)


def _digest(told: bytes, parts: Sequence[PdfReader]) -> bytes:
    found = hashlib.sha256(told)
    for part in parts:
        part.stream.seek(0)
        found.update(part.stream.read())
    return found.digest()[:16]
