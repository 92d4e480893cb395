"""A list of open items that says what its customers are: whom the law protects is told by it, and not taken for a
professional."""

import pytest

from crm.customers.models import Customer
from crm.imports.formats.rows import Problem
from crm.imports.mapping import guess
from crm.imports.operations.customers import UNKNOWN_KIND
from crm.imports.operations.item_kinds import OTHERWISE
from tests.crm.imports.test_open_items import write
from tests.crm.imports.test_people_and_payments import NATURES

__all__ = ["write"]
COLUMNS = "Code client;Nom du client;Facture;Échéance;Montant;"
KINDS = ["consumer", "public_body", "association", "professional", "consumer"]


def rows(*ends):
    return [f"C{place};Client {place};F{place};01/02/2026;100,00;{end}" for place, end in enumerate(ends)]


def kinds():
    return list(Customer.objects.order_by("external_id").values_list("kind", flat=True))


@pytest.mark.parametrize(
    "header",
    ["Nature", "Type", "Typologie", "Nature client", "Nature du client", "Type de client", "Customer type", "Segment"],
)
def test_consumers_are_told_whatever_the_column_is_called(load, write, header):
    outcome = load(write(*rows(*NATURES), header=COLUMNS + header))
    assert (kinds(), outcome.reading["columns"]["kind"], outcome.problems) == (KINDS, header, [])


@pytest.mark.parametrize("values", [("SARL", "Client particulier", "Organisme public (Chorus)"), ("EI", "particulier")])
def test_a_column_called_type_is_of_the_customers_when_most_of_it_says_what_they_are(values):
    sample = [(line, ["C", "F", "01/02/2026", "1,00", value]) for line, value in enumerate(values, 2)]
    assert guess(["Compte", "Facture", "Échéance", "Montant", "Type"], sample).columns()["kind"] == "Type"


@pytest.mark.parametrize("header", ["Type", "Nature"])
def test_a_column_of_documents_stays_one(load, write, header):
    outcome = load(write(*rows("Facture", "Avoir", "Proforma"), header=COLUMNS + header))
    assert (outcome.reading["columns"]["type"], outcome.credit_notes) == (header, 1)
    assert kinds() == ["professional"] * 3


@pytest.mark.parametrize(("customers", "documents"), [("Nature", "Type"), ("Type", "Nature"), ("Type client", "Type")])
def test_a_list_may_say_both(load, write, customers, documents):
    outcome = load(write(*rows("particulier;Facture", "SARL;Avoir"), header=f"{COLUMNS}{customers};{documents}"))
    read = outcome.reading["columns"]
    assert (read["kind"], read["type"], outcome.credit_notes) == (customers, documents, 1)
    assert kinds() == ["consumer", "professional"]


def test_what_a_person_chose_stays(load, write):
    path = write(*rows(*NATURES), header=COLUMNS + "Nature")
    assert load(path, columns={"type": "Nature"}).reading["columns"]["type"] == "Nature"
    assert kinds() == ["professional"] * 5


def test_a_nature_nobody_knows_is_told_once(load, write):
    outcome = load(write(*rows("VIP", "particulier", "VIP"), header=COLUMNS + "Nature client"))
    assert outcome.problems == [Problem(2, "Nature client", "VIP", UNKNOWN_KIND, taken=True)]
    assert (kinds(), outcome.rows_rejected) == (["professional", "consumer", "professional"], 0)


def test_who_is_known_keeps_his_nature_and_it_is_told(load, write):
    header = COLUMNS + "Nature client"
    load(write(*rows("SARL", "particulier"), header=header))
    outcome = load(write(*rows("particulier", "particulier"), header=header))
    assert outcome.problems == [Problem(2, "Nature client", "particulier", OTHERWISE["professional"], taken=True)]
    assert kinds() == ["professional", "consumer"]


def test_of_two_natures_the_one_met_most_often_counts_and_the_other_is_told(load, write):
    lines = ["A;Alpha;F1;01/02/2026;1,00;SARL", "A;Alpha;F2;01/02/2026;1,00;particulier"]
    outcome = load(write(*lines, header=COLUMNS + "Type client"))
    assert (kinds(), [problem.line for problem in outcome.problems]) == (["consumer"], [2])
    lines = [line.replace("A;", "B;") for line in [lines[0], *lines]]
    assert load(write(*dict.fromkeys(lines), "B;Beta;F3;01/02/2026;1,00;SARL", header=COLUMNS + "Type client"))
    assert kinds() == ["consumer", "professional"]
