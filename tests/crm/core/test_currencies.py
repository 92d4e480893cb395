"""Currencies as invoices and ledgers write them."""

import pytest

from crm.core.currencies import UnclearCurrency, meant


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("EUR", "EUR"), ("eur", "EUR"), ("€", "EUR"), ("euros", "EUR"), ("Euro", "EUR"), ("$", "USD"), ("£", "GBP"),
        ("DT", "TND"), ("dt", "TND"), ("DT.", "TND"), ("TND", "TND"), ("DH", "MAD"), ("Dhs", "MAD"), ("Dhs.", "MAD"),
        ("DA", "DZD"), ("", "EUR"), ("ZZZ", ""), ("D", ""), ("XXX", ""),
    ],
)  # fmt: skip
def test_what_is_written_is_one_currency(text: str, code: str):
    assert meant(text, usual="EUR", country="FR") == code


@pytest.mark.parametrize("text", ["FCFA", "F CFA", "f cfa", "F.CFA", "CFA", "F\u202fCFA"])
def test_the_cfa_franc_is_that_of_the_country_or_of_its_books(text: str):
    assert [meant(text, usual="EUR", country=country) for country in ("SN", "CI", "CM", "GA")] == [
        "XOF", "XOF", "XAF", "XAF",
    ]  # fmt: skip
    assert [meant(text, usual=code, country="FR") for code in ("XOF", "XAF")] == ["XOF", "XAF"]
    with pytest.raises(UnclearCurrency) as unclear:
        meant(text, usual="EUR", country="FR")
    assert unclear.value.codes == ("XOF", "XAF")


@pytest.mark.parametrize(("text", "usual", "country", "code"), [("$", "CAD", "CA", "CAD"), ("DH", "USD", "AE", "AED")])
def test_a_sign_of_several_means_at_home_that_of_the_house(text: str, usual: str, country: str, code: str):
    assert meant(text, usual=usual, country=country) == code
