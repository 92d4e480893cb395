"""Amounts as 1.200: thousands where the currency has no three decimals, asked for where it has."""

from decimal import Decimal

import pytest

from crm.imports.errors import AmountsUndecided
from crm.receivables.models import Credit, Invoice

HEADER = "client;facture;echeance;montant;solde;devise"


@pytest.fixture
def taken(load, tmp_path):
    """The outcome of a list of these amounts, each of a currency."""

    def run(*amounts: str, currency: str = "EUR", **options):
        rows = [f"A;F{number};01/02/2026;{amount};{currency}" for number, amount in enumerate(amounts)]
        path = tmp_path / "list.csv"
        path.write_text("\n".join([HEADER, *rows]), encoding="utf-8")
        return load(path, **options)

    return run


def written() -> list[tuple[Decimal, Decimal]]:
    """Amount and open amount of each invoice, in the order of the list."""
    return list(Invoice.objects.order_by("number").values_list("amount", "open_amount"))


@pytest.mark.parametrize("sign", [".", ","])
@pytest.mark.parametrize("currency", ["EUR", "XOF"])
def test_three_digits_are_thousands_where_the_currency_has_no_three_decimals(taken, sign: str, currency: str):
    outcome = taken(f"1{sign}200;1{sign}200", "950;950", f"12{sign}500;2{sign}500", currency=currency)
    assert written() == [(1200, 1200), (950, 950), (12_500, 2_500)]
    other = {".": ",", ",": "."}[sign]
    assert (outcome.reading["undecided"], outcome.reading["marks"]) == (
        ["amount", "due_on", "open_amount"],
        {"amount": other, "open_amount": other},
    )


@pytest.mark.parametrize(
    ("others", "amount"),
    [
        ("0.500;0", "1.2"),  # nothing is grouped after a zero
        ("1234.567;0", "1.2"),
        ("12.5;0", "1.2"),
        ("1;12.50", "1.2"),  # the other column was written by the same program
        ("1;12,50", "1200"),
        ("1,234.5;0", "1.2"),
        ("1.234.567;0", "1200"),
        ("(12,5) €;0", "1200"),
    ],
)
def test_what_proves_the_mark_decides(taken, others: str, amount: str):
    outcome = taken("1.200;", others)
    assert written()[0][0] == Decimal(amount)
    assert outcome.reading["undecided"] == ["due_on"]


def test_in_a_currency_of_three_decimals_it_is_asked(taken):
    with pytest.raises(AmountsUndecided) as refusal:
        taken("950;950", "1.200;1.200", currency="TND")
    assert str(refusal.value) == (
        "La colonne solde ne dit pas ce que vaut 1.200\xa0: cette devise a trois décimales, et le signe peut aussi "
        "séparer les milliers. Dites quel est le signe décimal, puis faites relire le fichier."
    )


@pytest.mark.parametrize(("mark", "amount"), [(".", "1.2"), (",", "1200")])
@pytest.mark.parametrize("currency", ["TND", "EUR"])
def test_what_a_person_says_holds(taken, mark: str, amount: str, currency: str):
    outcome = taken("1.200;1.200", currency=currency, decimal_mark=mark)
    assert (written(), outcome.reading["undecided"]) == ([(Decimal(amount), Decimal(amount))], ["due_on"])


@pytest.mark.parametrize("amount", ["0.500", "1234.500"])
def test_amounts_of_three_decimals_that_prove_it_are_not_asked_about(taken, amount: str):
    taken(f"{amount};{amount}", "1.200;1.200", currency="TND")
    assert written()[1][0] == Decimal("1.2")


def test_only_what_does_not_tell_is_asked_about(load, tmp_path):
    """In a list of several currencies, thousands of euros beside whole dinars."""
    path = tmp_path / "list.csv"
    path.write_text(f"{HEADER}\nA;F1;01/02/2026;1.200;1.200;EUR\nA;F2;01/02/2026;950;950;TND\n", encoding="utf-8")
    load(path)
    assert written() == [(1200, 1200), (950, 950)]


def test_payments_are_read_so_too(load, tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("client;facture;echeance;solde\nA;F1;01/02/2026;5000\n", encoding="utf-8")
    load(path)
    path.write_text("client;date règlement;montant;référence\nA;20/02/2026;1.200;V1\n", encoding="utf-8")
    outcome = load(path)
    assert (Credit.objects.get().amount, outcome.reading["undecided"]) == (1200, ["amount"])


def test_programs_that_part_columns_with_commas_write_decimals_with_a_point(load, tmp_path):
    path = tmp_path / "list.csv"
    path.write_text('customer,invoice,due date,amount\nA,F1,2020-03-31,120.500\nA,F2,2020-03-31,"1,200"\n')
    outcome = load(path)
    assert (written(), outcome.reading["undecided"]) == ([(Decimal("120.5"),) * 2, (1200, 1200)], ["amount"])
