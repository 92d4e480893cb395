"""The file of a print batch is PDF/A as the letters in it, or says nothing of the kind."""

import datetime as dt
import re
import subprocess
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import IndirectObject, StreamObject

from collections_app.letters import batches
from collections_app.letters.models import PrintBatch
from telephony.messaging.models import Enclosure
from tests.collections_app.letters.test_batches import _files, letters_of, prepared
from tests.factories.messaging import World, a_world
from tools.launcher import outside

pytestmark = pytest.mark.django_db
__all__ = ["_files"]


@pytest.fixture
def world() -> Iterator[World]:
    with a_world() as made:
        yield made


@pytest.fixture
def batch(world: World) -> PrintBatch:
    return prepared(letters_of(world, "Alpes & fils", "Zinc"))


def content(batch: PrintBatch) -> bytes:
    batch.refresh_from_db()
    return bytes(batch.file.read())


def read(batch: PrintBatch) -> PdfReader:
    return PdfReader(BytesIO(content(batch)), strict=True)


def xmp(reader: PdfReader) -> str:
    stream = reader.root_object["/Metadata"].get_object()
    assert isinstance(stream, StreamObject)
    assert "/Filter" not in stream  # to be found by whoever does not read PDF
    return stream.get_data().decode()


def test_it_says_so_in_its_metadata(batch: PrintBatch) -> None:
    reader = read(batch)
    told = xmp(reader)
    assert "<pdfaid:part>3</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>" in told
    metadata = reader.xmp_metadata
    assert metadata is not None
    assert metadata.dc_title == {"x-default": "Lot d’impression n°\xa01 du 2 mars 2026"}
    assert metadata.xmp_create_date == batch.prepared_at.replace(microsecond=0, tzinfo=None)
    assert "/Info" not in reader.trailer  # what it says would have to be said in the metadata as well


def test_it_has_one_output_intent_with_the_profile_of_the_letters(batch: PrintBatch) -> None:
    [intent] = read(batch).root_object["/OutputIntents"]
    letter = PdfReader(BytesIO(bytes(Enclosure.objects.first().content)))
    [expected] = letter.root_object["/OutputIntents"]
    assert intent["/S"] == expected["/S"] == "/GTS_PDFA1"
    assert intent["/DestOutputProfile"].get_data() == expected["/DestOutputProfile"].get_data()
    assert content(batch).count(b"/GTS_PDFA1") == 1


def test_it_has_an_identifier_that_depends_on_what_is_in_it(batch: PrintBatch) -> None:
    first, second = identifiers(batch)
    assert (first, len(first)) == (second, 16)
    batches._write_file(batch)
    assert identifiers(batch) == [first, first]


def identifiers(batch: PrintBatch) -> list[bytes]:
    """As bytes: the library takes for text what happens to be readable as text."""
    return [said.original_bytes for said in read(batch).trailer["/ID"]]


def test_every_font_is_embedded_and_none_twice(batch: PrintBatch) -> None:
    reader = read(batch)
    fonts: dict[int, Any] = {}
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].values():
            fonts[font.idnum if isinstance(font, IndirectObject) else id(font)] = font.get_object()
    programs = [program_of(font) for font in fonts.values()]
    assert len(programs) >= 2
    assert all(programs)
    files = re.findall(rb"/FontFile[23] (\d+) 0 R", content(batch))
    streams = [reader.get_object(int(number)).get_data() for number in sorted(set(files))]
    assert len(streams) == len(set(streams))


def program_of(font: Any) -> bytes:
    descriptor = (
        font["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        if "/DescendantFonts" in font
        else font["/FontDescriptor"]
    )
    return bytes(next(descriptor[name] for name in ("/FontFile2", "/FontFile3") if name in descriptor).get_data())


def test_nothing_is_left_of_the_structure_of_single_letters(batch: PrintBatch) -> None:
    reader = read(batch)
    assert {"/StructTreeRoot", "/MarkInfo", "/AF", "/Names", "/OpenAction"} & set(reader.root_object) == set()
    assert [page for page in reader.pages if "/StructParents" in page] == []
    assert reader.root_object["/Lang"] == "fr"


@pytest.mark.skipif(not outside.program("qpdf"), reason=outside.not_run("qpdf"))
def test_qpdf_finds_nothing_wrong(batch: PrintBatch, tmp_path: Path) -> None:
    (tmp_path / "batch.pdf").write_bytes(content(batch))
    checked = subprocess.run(
        ["qpdf", "--check", str(tmp_path / "batch.pdf")], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked


def test_with_an_enclosure_that_is_not_it_says_nothing(world: World) -> None:
    entity = letters_of(world, "Alpes")
    plain, written = PdfWriter(), BytesIO()
    plain.add_blank_page(100, 100)
    plain.write(written)
    batch = prepared(entity)
    letter = batch.letters.get()
    Enclosure.objects.create(
        message=letter.message, name="plan.pdf", mimetype="application/pdf", content=written.getvalue()
    )
    batches._write_file(batch)
    reader = read(batch)
    assert (len(reader.pages), "/Metadata" in reader.root_object, "/OutputIntents" in reader.root_object) == (
        3,
        False,
        False,
    )


def test_a_letter_taken_out_leaves_it_so(batch: PrintBatch) -> None:
    batches.cancel_letter(batch.letters.first(), by=batch.prepared_by, at=batch.prepared_at + dt.timedelta(hours=1))
    assert "<pdfaid:part>3</pdfaid:part>" in xmp(read(batch))
