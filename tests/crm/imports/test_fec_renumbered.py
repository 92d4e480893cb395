"""The same books exported again after their entries were validated or relabelled: nothing is owed twice."""

from datetime import date
from decimal import Decimal

import pytest

from crm.imports.models import FecLine
from crm.receivables.models import Invoice
from tests.crm.imports.conftest import balances
from tests.crm.imports.test_command import run
from tests.factories.fec import Ledger, Shape

JAN_5, FEB_1 = date(2021, 1, 5), date(2021, 2, 1)


@pytest.fixture
def ledger():
    return (
        Ledger()
        .sale(JAN_5, "A", "100.00", piece="FA1")
        .sale(JAN_5, "A", "100.00", piece="FA1")
        .sale(JAN_5, "B", "7.00", piece="FA2")
        .payment(FEB_1, "A", "60.00")
    )


@pytest.fixture
def write(tmp_path):
    return lambda ledger, name="fec.txt": Shape().write(ledger, tmp_path / name)


@pytest.mark.parametrize(
    "changed", [{"EcritureNum": "V{}"}, {"EcritureLib": "Facture no {}"}, {"EcritureNum": "V{}", "PieceRef": ""}]
)
def test_its_lines_are_those_known(entity, load, write, ledger, changed):
    load(write(ledger))
    for again in ("second.txt", "third.txt"):
        for line in ledger.lines:
            line.update({name: text.format(line["EcritureNum"]) for name, text in changed.items()})
        found = load(write(ledger, again), unattended=True).changes
        assert (found["invoices_new"], found["credits_new"], found.get("lines_gone")) == (0, 0, None)
    assert balances(entity) == {"A": Decimal(140), "B": Decimal(7)}
    assert (FecLine.objects.count(), Invoice.objects.count()) == (4, 3)


def test_lettering_told_with_it_is_taken(entity, load, write):
    ledger = Ledger().sale(JAN_5, "A", "100.00", piece="FA1").payment(FEB_1, "A", "100.00")
    load(write(ledger))
    for line in ledger.lines:
        line |= {"EcritureNum": f"V{line['EcritureNum']}"}
        line.update({"EcritureLet": "AA"} if line["CompteNum"] == "411000" else {})
    load(write(ledger, "second.txt"))
    assert (Invoice.objects.get().settled_on, balances(entity)) == (FEB_1, {"A": Decimal(0)})


class TestUnattended:
    """What is gone and told otherwise would count twice: nobody would see it at night."""

    @pytest.fixture
    def other(self, entity, load, write, ledger):
        load(write(ledger))
        for line in ledger.lines:
            line |= {name: line[name].replace("FA", "FACT-") for name in ("PieceRef", "EcritureLib")}
        return write(ledger, "other.txt")

    def test_it_is_refused(self, entity, other, capsys):
        code, _, err = run(capsys, other, "--entity", "BOOKS")
        assert (code, "FA1, FA2" in err, "75 %" in err) == (2, True, True)
        assert balances(entity) == {"A": Decimal(140), "B": Decimal(7)}

    def test_said_to_be_right_it_is_taken_and_told(self, entity, other, capsys):
        code, out, err = run(capsys, other, "--entity", "BOOKS", "--json", "--confirm-closing")
        assert (code, "FA1, FA2" in err) == (0, True)
        assert '"lines_gone": {"lines": 3, "balance": "207.000", "numbers": ["FA1", "FA2"]}' in out

    def test_an_extract_that_tells_nothing_new_is_taken(self, entity, load, write, ledger, capsys):
        load(write(ledger))
        ledger.lines = [line for line in ledger.lines if line["PieceRef"] != "FA1"]
        code, _, err = run(capsys, write(ledger, "short.txt"), "--entity", "BOOKS")
        assert (code, "FA1" in err) == (0, True)

    def test_another_journal_of_the_same_days_is_taken(self, entity, load, write, ledger, capsys):
        ledger.sale(FEB_1, "B", "5.00", piece="FA3")
        parts = {journal: [line for line in ledger.lines if line["JournalCode"] == journal] for journal in ("VE", "BQ")}
        for journal, lines in parts.items():
            ledger.lines = lines
            assert run(capsys, write(ledger, f"{journal}.txt"), "--entity", "BOOKS")[0] == 0
        assert balances(entity) == {"A": Decimal(140), "B": Decimal(12)}
