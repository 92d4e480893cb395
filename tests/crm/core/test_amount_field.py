"""Amounts in forms are written as a person writes them."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override
from hypothesis import example, given, strategies as st

from crm.core.formats import money
from crm.core.money import CurrencyField, MoneyField


def field(currency: str = "EUR") -> Any:
    found = MoneyField(blank=True).formfield()
    found.currency = currency
    return found


@pytest.mark.parametrize(
    ("stored", "shown"), [("0.000", "0"), ("150.000", "150"), ("10.500", "10,50"), ("1.234", "1,234")]
)
def test_no_decimal_that_says_nothing(stored: str, shown: str):
    assert field("TND").prepare_value(Decimal(stored)) == shown


def test_three_decimals_are_not_written_as_thousands():
    assert field("EUR").prepare_value(Decimal("1.234")) == "1,2340"


@given(
    stored=st.decimals(min_value=-(10**6), max_value=10**6, places=3)
    | st.decimals(min_value=-2, max_value=2, places=4),
    currency=st.sampled_from(["XOF", "EUR", "TND", ""]),
    language=st.sampled_from(["fr", "en"]),
)
@example(Decimal("1.234"), "EUR", "fr")
@example(Decimal("1.234"), "XOF", "en")
def test_what_is_shown_is_read_back(stored: Decimal, currency: str, language: str):
    with override(language):
        reads = field(currency)
        assert reads.to_python(reads.prepare_value(stored)) == stored


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("1.200", "1200"), ("1,200", "1200"), ("1 200,50", "1200.5"), ("1\u202f200,50 €", "1200.5"),
        ("1200,5", "1200.5"), ("1200.5", "1200.5"), ("", None), ("  ", None),
    ],
)  # fmt: skip
def test_what_is_typed_is_what_people_mean(typed: str, amount: str | None):
    assert field().clean(typed) == (amount and Decimal(amount))


@pytest.mark.parametrize(
    ("currency", "typed", "amount"),
    [
        ("TND", "850,750 DT", "850.75"), ("TND", "1 200 dt.", "1200"), ("MAD", "1 200,50 Dhs", "1200.5"),
        ("DZD", "1200 DA", "1200"), ("XOF", "1 200 F CFA", "1200"), ("XAF", "1.200 F.CFA", "1200"),
        ("EUR", "12,50 euros", "12.5"), ("CAD", "$12.50", "12.5"),
    ],
)  # fmt: skip
def test_an_amount_is_typed_with_its_currency_as_people_write_it(currency: str, typed: str, amount: str):
    with override("fr"):
        assert field(currency).clean(typed) == Decimal(amount)


@pytest.mark.parametrize(("currency", "typed"), [("EUR", "850,750 DT"), ("EUR", "12 FCFA"), ("TND", "12 €")])
def test_an_amount_in_another_currency_is_refused(currency: str, typed: str):
    with pytest.raises(ValidationError) as refused:
        field(currency).clean(typed)
    assert [(each.code, each.params["currency"]) for each in refused.value.error_list] == [("other", currency)]


@pytest.mark.parametrize("typed", ["1e3", "mille", "€", "1.2.3", "NaN"])
def test_what_is_no_amount_says_how_to_type_one(typed: str):
    with pytest.raises(ValidationError, match="n’est pas un montant"):
        field().clean(typed)


@pytest.mark.parametrize("typed", ["99999999999999999999", "9 999 999 999 999 999,00"])
def test_what_is_too_large_is_told_so(typed: str):
    with pytest.raises(ValidationError, match=r"est trop grand : un montant a au plus 13 chiffres"):
        field().clean(typed)


@pytest.mark.parametrize(("language", "clear", "unclear"), [("fr", "850,750", "850.750"), ("en", "850.750", "850,750")])
def test_millimes_are_typed_with_the_decimal_mark_of_the_language(language: str, clear: str, unclear: str):
    with override(language):
        assert field("TND").clean(clear) == Decimal("850.75")
        with pytest.raises(ValidationError) as refused:
            field("TND").clean(unclear)
        assert "850750" in str(refused.value)
        assert field("EUR").clean(clear) == 850_750


@pytest.mark.parametrize("typed", ["1.234", "850.750", "1.200"])
def test_what_an_unclear_amount_says_to_type_is_read_as_it_says(typed: str):
    dinars = field("TND")
    with pytest.raises(ValidationError) as refused:
        dinars.clean(typed)
    params = refused.value.error_list[0].params
    exact = Decimal(typed)
    assert [dinars.clean(params[name]) for name in ("whole", "exact")] == [1000 * exact, exact]
    assert [params[name] for name in ("thousands", "decimals")] == [money(1000 * exact, "TND"), money(exact, "TND")]


@pytest.mark.parametrize("code", ["ZZZ", "eur", "XXX", ""])
def test_a_code_no_currency_has_is_refused(code: str):
    with pytest.raises(ValidationError):
        CurrencyField().clean(code, None)
