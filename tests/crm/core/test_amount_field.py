"""Amounts in forms are written as a person writes them."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from crm.core.money import CurrencyField, MoneyField


@pytest.mark.parametrize(
    ("stored", "shown"), [("0.000", "0"), ("150.000", "150"), ("10.500", "10.50"), ("1.234", "1.234")]
)
def test_no_decimal_that_says_nothing(stored: str, shown: str):
    assert str(MoneyField().formfield().prepare_value(Decimal(stored))) == shown


@pytest.mark.parametrize("code", ["ZZZ", "eur", "XXX", ""])
def test_a_code_no_currency_has_is_refused(code: str):
    with pytest.raises(ValidationError):
        CurrencyField().clean(code, None)
