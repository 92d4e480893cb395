"""Amounts as 1.200: thousands where the currency has no three decimals, asked for where it has."""

from decimal import Decimal

import pytest
import xlsxwriter

from crm.core.amounts import OTHER_MARK, BadValue, UnclearAmount, typed_amount
from crm.imports.errors import AmountsUndecided
from crm.imports.formats.cells import UNDECIDED
from crm.receivables.models import Credit, Invoice

HEADER = "client;facture;echeance;montant;solde;devise"


@pytest.fixture
def taken(load, tmp_path):
    """The outcome of a list of these amounts, each of a currency."""

    def run(*amounts: str, currency: str = "EUR", **options):
        rows = [f"A;F{number};01/02/2026;{amount};{currency}" for number, amount in enumerate(amounts)]
        path = tmp_path / "list.csv"
        path.write_text("\n".join([HEADER, *rows]), encoding="utf-8")
        return load(path, names_confirmed=True, **options)

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
        "La colonne solde ne dit pas ce que vaut 1.200\xa0: son signe peut séparer les milliers ou être le signe "
        "décimal, et rien dans le fichier ne le prouve. Dites quel est le signe décimal, puis faites relire le fichier."
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


@pytest.fixture
def in_cells(load, tmp_path):
    """The outcome of a spreadsheet of these amounts, texts or numbers."""

    def run(*amounts: str | float, currency: str = "EUR", **options):
        path = tmp_path / "list.xlsx"
        with xlsxwriter.Workbook(path, {"strings_to_numbers": False}) as workbook:
            sheet = workbook.add_worksheet("Balance")
            sheet.write_row(0, 0, ["client", "facture", "echeance", "montant", "devise"])
            for number, amount in enumerate(amounts):
                sheet.write_row(number + 1, 0, ["A", f"F{number}", "2026-02-01", amount, currency])
        return load(path, **options)

    return run


@pytest.mark.parametrize(
    ("amounts", "read"),
    [
        (["1.200", "950", "12.500"], ["1200", "950", "12500"]),
        (["1,200", "950", "12,500"], ["1200", "950", "12500"]),
        (["1.200", 950, 12.5, 1.25], ["1200", "950", "12.5", "1.25"]),
        (["1.200", 1.125], ["1200", "1.13"]),  # a number has its own mark
        (["1.200", "12.50", 12.5], ["1.2", "12.5", "12.5"]),
        (["1.200", "12,50", 12.5], ["1200", "12.5", "12.5"]),
    ],
)
def test_texts_of_a_spreadsheet_are_read_as_those_of_any_list(in_cells, amounts: list[str | float], read: list[str]):
    in_cells(*amounts)
    assert [amount for amount, _left in written()] == list(map(Decimal, read))


def test_the_mark_supposed_of_a_spreadsheet_is_told(in_cells):
    outcome = in_cells("1.200", 12.5)
    assert (outcome.reading["undecided"], outcome.reading["marks"]) == (["amount"], {"amount": ","})


def test_numbers_of_a_spreadsheet_suppose_nothing(in_cells):
    outcome = in_cells(1.2, 1.125, currency="TND")
    assert [amount for amount, _left in written()] == [Decimal("1.2"), Decimal("1.125")]
    assert outcome.reading["undecided"] == []


def test_texts_of_a_spreadsheet_in_a_currency_of_three_decimals_are_asked_about(in_cells):
    with pytest.raises(AmountsUndecided):
        in_cells("1.200", 12.5, currency="TND")


@pytest.mark.parametrize(("mark", "amount"), [(".", "1.2"), (",", "1200")])
def test_what_a_person_says_holds_for_the_texts_of_a_spreadsheet(in_cells, mark: str, amount: str):
    in_cells("1.200", 12.5, decimal_mark=mark)
    assert [amount for amount, _left in written()] == [Decimal(amount), Decimal("12.5")]


class TestBeyondTheSample:
    @pytest.fixture(autouse=True)
    def short(self, monkeypatch):
        monkeypatch.setattr("crm.imports.operations.files.SAMPLE", 20)

    def test_three_digits_are_thousands_too_and_told(self, taken):
        outcome = taken(*["950;950"] * 25, "1.200;1.200")
        assert (Invoice.objects.get(number="F25").amount, Invoice.objects.get(number="F25").open_amount) == (1200, 1200)
        assert (outcome.reading["undecided"], outcome.reading["marks"]) == (
            ["amount", "due_on", "open_amount"],
            {"amount": ",", "open_amount": ","},
        )

    def test_in_a_currency_of_three_decimals_the_row_is_rejected(self, taken):
        outcome = taken(*["950;950"] * 25, "1.200;1.200", "1.5;1.5", currency="TND")
        assert [(row.line, row.reason) for row in outcome.problems] == [(27, UNDECIDED)] * 2  # of each column
        assert Invoice.objects.filter(amount=Decimal("1.5")).count() == 1

    def test_what_is_supposed_of_euros_is_asked_of_dinars(self, load, tmp_path):
        path = tmp_path / "list.csv"
        rows = [f"A;F{number};01/02/2026;1.200;;EUR" for number in range(25)]
        path.write_text("\n".join([HEADER, *rows, "A;T;01/02/2026;12.500;;TND"]), encoding="utf-8")
        outcome = load(path)
        assert [(row.line, row.value, row.reason) for row in outcome.problems] == [(27, "12.500", UNDECIDED)]
        assert set(Invoice.objects.values_list("amount", "currency")) == {(1200, "EUR")}

    def test_nobody_being_there_it_is_refused(self, taken):
        with pytest.raises(AmountsUndecided):
            taken(*["950;950"] * 25, "1.200;1.200", unattended=True)


THREE_DECIMALS = ("950.000;950.000", "12.500;7.250")  # of EUR, as numeric(18,3) is written


@pytest.mark.parametrize(
    ("amounts", "currency"),
    [
        (THREE_DECIMALS, "EUR"),
        (("1.200;1.200", "950;0"), "EUR"),
        (("12.500;12.500", "12.345;0", "7.250;0", "3.000;0"), "EUR"),  # one that was never rounded
        (("950.000;950.000", "12.000;0"), "XOF"),
        (("2.345;0", "2,345;0"), "EUR"),  # which of the two
    ],
)
def test_nobody_being_there_what_nothing_proves_is_refused(taken, amounts, currency: str):
    with pytest.raises(AmountsUndecided):
        taken(*amounts, currency=currency, unattended=True)
    outcome = taken(*amounts, currency=currency)  # told first
    assert "amount" in outcome.reading["undecided"]


@pytest.mark.parametrize(
    ("amounts", "currency", "read"),
    [
        (("12.345;12.345", "1.200;1.200", "950;950"), "EUR", [12_345, 1_200, 950]),  # no euro has three decimals
        (("12,345;12,345", "1,200;1,200"), "EUR", [12_345, 1_200]),
        (("12.500;12.500", "2.000;2.000"), "XOF", [12_500, 2_000]),  # nor has a franc any
        ((*THREE_DECIMALS, "1234.500;0.500"), "EUR", [950, Decimal("12.5"), Decimal("1234.5")]),
    ],
)
def test_nobody_being_there_what_is_proven_is_taken(taken, amounts, currency: str, read: list[int]):
    taken(*amounts, currency=currency, unattended=True)
    assert [amount for amount, _left in written()] == read


@pytest.mark.parametrize(("mark", "first"), [(".", Decimal(950)), (",", Decimal(950_000))])
def test_nobody_being_there_what_was_said_holds(taken, mark: str, first: Decimal):
    taken(*THREE_DECIMALS, unattended=True, decimal_mark=mark)
    assert written()[0][0] == first


def test_what_euros_prove_is_asked_of_dinars_all_the_same(load, tmp_path):
    path = tmp_path / "list.csv"
    rows = ["A;F1;01/02/2026;12.345;;EUR", "A;F2;01/02/2026;12.500;;TND"]
    path.write_text("\n".join([HEADER, *rows]), encoding="utf-8")
    with pytest.raises(AmountsUndecided):
        load(path)


def test_columns_parted_by_commas_prove_nothing_alone(load, tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("customer,invoice,due date,amount\nA,F1,2020-03-31,120.500\n")
    with pytest.raises(AmountsUndecided):
        load(path, unattended=True)
    path.write_text('customer,invoice,due date,amount\nA,F1,2020-03-31,"1,234"\nA,F2,2020-03-31,120.500\n')
    load(path, unattended=True, names_confirmed=True)
    assert written() == [(1234, 1234), (Decimal("120.5"),) * 2]


def test_payments_nobody_looks_at_are_refused_too(load, tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("client;facture;echeance;solde\nA;F1;01/02/2026;5000\n", encoding="utf-8")
    load(path)
    path.write_text("client;date règlement;montant;référence\nA;20/02/2026;1.200;V1\n", encoding="utf-8")
    with pytest.raises(AmountsUndecided):
        load(path, unattended=True)


@pytest.mark.parametrize(
    ("typed", "euros"),
    [
        ("1.200", "1200"), ("1,200", "1200"), ("10.000", "10000"), ("1.200 €", "1200"), ("1.200,5", "1200.5"),
        ("1000.5", "1000.5"), ("1 000,5", "1000.5"), ("0.500", "0.5"),
    ],
)  # fmt: skip
def test_what_is_typed_in_euros(typed: str, euros: str):
    assert typed_amount(typed, "EUR") == typed_amount(typed) == Decimal(euros)


@pytest.mark.parametrize(
    ("typed", "dinars"), [("0.500", "0.5"), ("1200", "1200"), ("1.5", "1.5"), ("1.200,500", "1200.5")]
)
def test_what_is_typed_in_dinars(typed: str, dinars: str):
    assert typed_amount(typed, "TND") == Decimal(dinars)


@pytest.mark.parametrize(("typed", "mark"), [("850,750", ","), ("850.750", ".")])
def test_the_decimal_mark_of_a_language_tells_millimes(typed: str, mark: str):
    assert typed_amount(typed, "TND", mark) == Decimal("850.75")
    assert typed_amount(typed, "EUR", mark) == Decimal(850_750)
    assert typed_amount(f"{typed} TND", "TND", mark) == Decimal("850.75")
    with pytest.raises(UnclearAmount):
        typed_amount(typed, "TND", OTHER_MARK[mark])


@pytest.mark.parametrize(
    ("typed", "currency"),
    [
        ("1.200", "TND"), ("1,200", "TND"), ("10.000", "TND"), ("1e5", "EUR"), ("1E5", "TND"), ("1e5", ""), ("€", ""),
        ("-", "EUR"),
    ],
)  # fmt: skip
def test_what_may_be_two_amounts_or_is_none_is_refused(typed: str, currency: str):
    with pytest.raises(BadValue):
        typed_amount(typed, currency)
