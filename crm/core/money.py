"""Amounts: exact decimals, each beside its currency, checked by the database."""

from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from crm.core.amounts import LARGEST, BadValue, OtherCurrency, TooLarge, UnclearAmount, amount_of, retyped, typed_amount
from crm.core.currencies import is_known
from crm.core.formats import decimal_mark, money

UNKNOWN_CURRENCY = _("No currency has this code.")
TOO_MANY_DECIMALS = _("An amount has more decimals than its currency allows.")


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


class SumField(MoneyField):
    """What amounts of many rows add up to: numeric(24,3), so that a thousand million of the largest have room."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.max_digits = 24


class AmountInput(forms.TextInput):
    """Digits with the marks of any language: a field of numbers of a browser takes those of one."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"inputmode": "decimal", "autocomplete": "off", **(attrs or {})})


class AmountField(forms.DecimalField):
    """An amount as people write it: 1 000,5 as well as 1000.5; 1.200 is one thousand two hundred. In a currency of
    three decimals the decimal mark of the language of the page is one (in French 1,200 is 1.2), and of the other sign
    both readings are told. `currency` is that of the amount, where it is known."""

    widget = AmountInput
    currency = ""
    default_error_messages: ClassVar = {
        "invalid": _("“%(typed)s” is no amount: type its digits alone, decimals after a comma or a point."),
        "large": _("“%(typed)s” is too large: an amount has at most 13 digits before its decimals."),
        "other": _("“%(typed)s” is not in %(currency)s, the currency of this amount."),
        "unclear": _("“%(typed)s” may be %(thousands)s or %(decimals)s: type %(whole)s or %(exact)s."),
    }

    def to_python(self, value: Any) -> Any:
        """The number meant; nothing when nothing is written."""
        if not isinstance(value, str):
            return super().to_python(value)
        try:
            return typed_amount(value, self.currency, decimal_mark()) if value.strip() else None
        except UnclearAmount as unclear:
            raise self._refusal("unclear", typed=value, **self._readings(unclear)) from unclear
        except OtherCurrency as error:
            raise self._refusal("other", typed=value, currency=self.currency) from error
        except TooLarge as error:
            raise self._refusal("large", typed=value) from error
        except BadValue as error:
            raise self._refusal("invalid", typed=value) from error

    def prepare_value(self, value: Any) -> Any:
        """The amount as this field reads it."""
        if not isinstance(value, Decimal) or not value.is_finite():
            return value
        return retyped(value, self.currency, decimal_mark())

    def _readings(self, unclear: UnclearAmount) -> dict[str, str]:
        """Both amounts, in words and as they are typed."""
        mark = decimal_mark()
        whole, exact = unclear.whole, unclear.exact(mark)
        thousands, decimals = (money(amount_of(typed, mark), self.currency) for typed in (whole, exact))
        return {"thousands": thousands, "decimals": decimals, "whole": whole, "exact": exact}

    def _refusal(self, code: str, **params: str) -> ValidationError:
        return ValidationError(self.error_messages[code], code=code, params=params)


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


def possible_money(table: str) -> models.CheckConstraint:
    """Constraint: the amount is one (LARGEST), and no number that stood in its column."""
    return models.CheckConstraint(
        name=f"{table}_possible_money",
        condition=Q(amount__lt=LARGEST),
        violation_error_message=_("An amount has at most 13 digits before its decimals."),
    )
