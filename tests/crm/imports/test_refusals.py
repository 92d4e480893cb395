"""Files that are no ledger are refused with a reason, and nothing is half-written."""

from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from crm.customers.models import Customer
from crm.imports.errors import (
    AmountsUndecided,
    EmptyFile,
    FileMissing,
    FileTooLarge,
    ImportRefused,
    MissingColumns,
    MixedEncodings,
    NotATable,
    NothingReadable,
    RowsWrong,
    TextsTooLarge,
    UnclosedQuote,
    refusal_sentence,
)  # fmt: skip
from crm.imports.formats import source
from crm.imports.models import Batch
from tests.crm.imports.test_fec_rules import JAN_5
from tests.factories.fec import Ledger, Shape

CONTENTS = {
    "empty": (b"", EmptyFile),
    "blank": (b"\xef\xbb\xbf \r\n\r\n", EmptyFile),
    "pdf": (b"%PDF-1.7\n...", NotATable),
    "binary": (b"\x7fELF\x02\x00\x00\x01" * 100, NotATable),
    "gzip": (b"\x1f\x8b\x08\x00", NotATable),
    "damaged zip": (b"PK\x03\x04garbage", NotATable),
    "mixed": ("JournalCode\tx\né\n".encode() + "é\n".encode("latin-1"), MixedEncodings),
    "header only": (b"JournalCode\tEcritureNum\tEcritureDate\tCompteNum\tDebit\tCredit\n", EmptyFile),
    "one endless line": (b"x" * 3_000_000, UnclosedQuote),
    "prose": (b"Dear Sir,\nhere is the file.\n", MissingColumns),
}


# Nothing but a FEC has these side by side: without its account it is no list of open items either.
MAIMED_FEC = (
    "JournalCode\tJournalLib\tEcritureNum\tEcritureDate\tCompAuxNum\tCompAuxLib\tPieceRef\tPieceDate\tEcritureLib\tDebit\tCredit\n"
    "VE\tVentes\t1\t20260105\tC1\tAlpha\tF1\t20260105\tFacture\t100,00\t0,00\n"
)


@pytest.mark.parametrize("name", CONTENTS)
def test_refused(load, tmp_path, name):
    content, refusal = CONTENTS[name]
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(refusal):
        load(path)
    assert (Batch.objects.count(), Customer.objects.count()) == (0, 0)


@pytest.mark.parametrize("separator", ["\t", ";"])
def test_a_fec_without_its_accounts_is_not_taken_for_open_items(load, tmp_path, separator):
    path = tmp_path / "file.txt"
    path.write_text(MAIMED_FEC.replace("\t", separator))
    with pytest.raises(MissingColumns) as refusal:
        load(path)
    assert refusal.value.params["columns"] == "CompteNum"


def test_a_zip_is_named(load, tmp_path):
    path = tmp_path / "file.zip"
    with ZipFile(path, "w") as archive:
        archive.writestr("fec.txt", "JournalCode")
    with pytest.raises(NotATable):
        load(path)


def test_a_missing_file(load, tmp_path):
    with pytest.raises(FileMissing):
        load(tmp_path / "none")


def test_two_gigabytes_are_refused_unread(load, tmp_path):
    path = tmp_path / "huge.txt"
    with path.open("wb") as file:
        file.write(b"JournalCode")
        file.truncate(2_000_000_000)
    with pytest.raises(FileTooLarge):
        load(path)


def test_a_workbook_of_little_else_than_texts_is_refused_unread(load, tmp_path, monkeypatch):
    monkeypatch.setattr(source, "TEXTS_TAKEN", 1_000_000)
    path = tmp_path / "texts.xlsx"
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 100_000)
        archive.writestr("xl/sharedStrings.xml", b" " * 2_000_001)
    with pytest.raises(TextsTooLarge):
        load(path)


def test_nothing_readable(load, tmp_path):
    path = Shape(dates="jour").write(Ledger().sale(JAN_5, "A", "1.00"), tmp_path / "fec.txt")
    with pytest.raises(NothingReadable):
        load(path)
    assert (Batch.objects.count(), Customer.objects.count()) == (0, 0)


def test_all_or_nothing(load, tmp_path):
    path = Shape().write(Ledger().sale(JAN_5, "A", "1.00"), tmp_path / "fec.txt")
    path.write_bytes(path.read_bytes().replace(b"0,80", b"?"))
    with pytest.raises(RowsWrong) as refused:
        load(path, keep="all_or_nothing")
    assert [problem.line for problem in refused.value.params["outcome"].problems] == [3]
    assert (Batch.objects.count(), Customer.objects.count()) == (0, 0)


def test_what_is_kept_of_a_refusal_is_worded_by_its_own_code():
    undecided = AmountsUndecided(
        column="Montant", value="1.200", headers=["Montant"], places={}, marks={}, format="open_items"
    )
    for refusal in (undecided, ImportRefused(), EmptyFile()):
        kept = refusal.kept()
        assert refusal_sentence(kept["refusal"], kept["refusal_values"]) == str(refusal)
    assert undecided.kept()["refusal_values"] == {"column": "Montant", "value": "1.200"}
