"""Amounts: exact decimals, each beside its currency, checked by the database."""

from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

from babel.numbers import is_currency
from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

UNKNOWN_CURRENCY = _("No currency has this code.")
TOO_MANY_DECIMALS = _("An amount has more decimals than its currency allows.")
NOT_MONEY = frozenset({"XXX", "XTS"})  # "no currency" and "for tests" of ISO 4217
WITHOUT_DECIMALS = frozenset("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split())
WITH_THREE_DECIMALS = frozenset("BHD IQD JOD KWD LYD OMR TND".split())


def decimals(currency: str) -> int:
    """Digits after the point of an ISO 4217 currency (XOF 0, EUR 2, TND 3)."""
    if currency in WITHOUT_DECIMALS:
        return 0
    return 3 if currency in WITH_THREE_DECIMALS else 2


def rounded(amount: Decimal, currency: str) -> Decimal:
    """`amount` at the precision of its currency, half up as French invoices round."""
    return amount.quantize(Decimal(1).scaleb(-decimals(currency)), ROUND_HALF_UP)


@lru_cache(maxsize=512)
def is_known(currency: str) -> bool:
    """Whether this is the code of a currency (ISO 4217), in capitals."""
    return currency not in NOT_MONEY and is_currency(currency)


def check_currency(currency: str) -> None:
    """Raises ValidationError when no currency has this code."""
    if not is_known(currency):
        raise ValidationError(UNKNOWN_CURRENCY)


class MoneyField(models.DecimalField):
    """An amount in the currency that stands beside it: numeric(18,3)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_digits"], kwargs["decimal_places"] = 18, 3
        super().__init__(*args, **kwargs)

    def formfield(self, **kwargs: Any) -> Any:
        """A field that shows an amount as a person writes it."""
        return super().formfield(**{"form_class": AmountField, **kwargs})


class AmountField(forms.DecimalField):
    """150, 10.50 or 1.234: no decimal that says nothing."""

    def prepare_value(self, value: Any) -> Any:
        """The amount in its shortest usual form."""
        if not isinstance(value, Decimal) or not value.is_finite():
            return value
        if value == value.to_integral_value():
            return value.quantize(Decimal(1))
        cents = value.quantize(Decimal("0.01"))
        return cents if cents == value else value


class CurrencyField(models.CharField):
    """An ISO 4217 code."""

    default_validators = [check_currency]

    def __init__(self, verbose_name: Any = _("currency"), **kwargs: Any) -> None:
        kwargs["max_length"] = 3
        super().__init__(verbose_name, **kwargs)


class CurrencyDecimals(Func):
    """SQL twin of `decimals`, created by the first migration of this app."""

    function = "currency_decimals"
    output_field = models.IntegerField()


def exact_money(table: str, *fields: str, currency: str = "currency") -> models.CheckConstraint:
    """Constraint: the named amounts have no more digits than their currency allows."""
    condition = Q()
    for name in fields:
        exact = Func(F(name), CurrencyDecimals(F(currency)), function="round", output_field=MoneyField())
        condition &= Q(**{name: exact}) | Q(**{f"{name}__isnull": True})
    return models.CheckConstraint(
        name=f"{table}_exact_money",
        condition=condition,
        violation_error_message=TOO_MANY_DECIMALS,
    )
