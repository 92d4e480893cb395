"""What a row of a feed looks like. Shapes only: what may be written is decided by the feeds."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from itertools import chain
from math import isfinite
from typing import Any

from django.utils.translation import gettext as _
from phonenumbers import NumberParseException, PhoneNumberFormat, format_number, is_valid_number, parse
from rest_framework import serializers
from stdnum.fr import siren as siren_number

from crm.core import identifiers
from crm.core.amounts import LARGEST
from crm.core.money import check_currency
from crm.core.places import country_of, language_of
from crm.core.rest import Shape
from crm.core.zones import zones
from crm.customers.models import Channel, CustomerKind
from crm.customers.operations.contacts import normal_address
from crm.imports.formats.values import FIRST_YEAR, LAST_YEAR
from crm.receivables.models import CreditKind, DebtType, InvoiceKind

CENT = Decimal("0.001")
MOST_INSTALLMENTS = 32767
PLAIN_AMOUNT = re.compile(r"[+-]?\d+(\.\d*)?")
CONTROLS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
MOST_NESTED = 20
MOST_DIGITS = LARGEST.adjusted() + 3
TEXT = serializers.CharField(allow_blank=True)


class PlainAmount(serializers.DecimalField):
    """Digits and a point, as they are documented: an exponent is a slip."""

    def to_internal_value(self, data: Any) -> Decimal:
        """The amount. Raises ValidationError."""
        if isinstance(data, str) and not PLAIN_AMOUNT.fullmatch(data.strip()):
            self.fail("invalid")
        return super().to_internal_value(data)


def _amount(**kwargs: Any) -> PlainAmount:
    return PlainAmount(max_digits=MOST_DIGITS, decimal_places=3, min_value=CENT, **kwargs)


def _day(**kwargs: Any) -> serializers.DateField:
    return serializers.DateField(validators=[check_day], input_formats=["%Y-%m-%d"], **kwargs)


def _identifier(most: int) -> serializers.CharField:
    return serializers.CharField(max_length=most, validators=[check_one_line])


def check_one_line(value: str) -> None:
    """Raises ValidationError for what goes on in a second line, or holds what nobody types."""
    if CONTROLS.search(value):
        raise serializers.ValidationError(_("It is written on one line."))


def check_day(value: date) -> None:
    """Raises ValidationError for a day no book is of."""
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise serializers.ValidationError(
            _("Write a day between %(first)s and %(last)s.") % {"first": FIRST_YEAR, "last": LAST_YEAR}
        )


def check_free(value: Any) -> None:
    """Raises ValidationError for what no database holds: strange signs, numbers without end, what is nested deep."""
    level: list[Any] = [value]
    for _depth in range(MOST_NESTED):
        for found in level:
            if isinstance(found, str):
                TEXT.run_validation(found)
            elif isinstance(found, float) and not isfinite(found):
                raise serializers.ValidationError(_("A number has an end."))
        level = [inner for found in level for inner in _within(found)]
        if not level:
            return
    raise serializers.ValidationError(_("It is nested deeper than %(most)s levels.") % {"most": MOST_NESTED})


def _within(value: Any) -> Iterable[Any]:
    if isinstance(value, Mapping):
        return chain(map(str, value), value.values())
    return value if isinstance(value, list) else ()


def _currency() -> serializers.CharField:
    return serializers.CharField(
        max_length=3, required=False, validators=[check_currency], help_text="ISO 4217. Absent: that of the entity."
    )


class CustomerInput(Shape):
    external_id = _identifier(60)
    name = serializers.CharField(max_length=200, required=False, help_text="Required for a new customer.")
    kind = serializers.ChoiceField(CustomerKind.choices, required=False)
    siren = serializers.CharField(max_length=9, required=False, allow_blank=True)
    siret = serializers.CharField(max_length=20, required=False, allow_blank=True)
    vat_number = serializers.CharField(max_length=20, required=False, allow_blank=True)
    language = serializers.CharField(
        max_length=10, required=False, allow_blank=True, help_text="Two letters (ISO 639)."
    )
    time_zone = serializers.CharField(required=False, allow_blank=True)
    country = serializers.CharField(max_length=2, required=False, allow_blank=True, help_text="Two letters (ISO 3166).")
    city = serializers.CharField(max_length=80, required=False, allow_blank=True)
    category = serializers.CharField(max_length=60, required=False, allow_blank=True)
    tags = serializers.ListField(child=serializers.CharField(max_length=40), required=False)
    attributes = serializers.DictField(required=False)
    collector = serializers.CharField(required=False, allow_null=True, help_text="User name, or null for nobody.")
    email = serializers.EmailField(required=False, help_text="Added to the addresses.")
    phone = serializers.CharField(required=False, help_text="Added to the addresses; international, +33…")
    postal_address = serializers.CharField(required=False, help_text="Added to the addresses; one line each.")

    def validate_attributes(self, value: dict[str, Any]) -> dict[str, Any]:
        check_free(value)
        return value

    def validate_siren(self, value: str) -> str:
        if value and not siren_number.is_valid(value):
            raise serializers.ValidationError(_("This is not a SIREN."))
        return value

    def validate_siret(self, value: str) -> str:
        return identifiers.siret(value)

    def validate_vat_number(self, value: str) -> str:
        return identifiers.vat_number(value)

    def validate_language(self, value: str) -> str:
        if value and language_of(value) != value:
            raise serializers.ValidationError(_("No language has this code: two small letters, fr or en."))
        return value

    def validate_country(self, value: str) -> str:
        if value and country_of(value) != value:
            raise serializers.ValidationError(_("No country has this code: two capital letters, FR or BE."))
        return value

    def validate_time_zone(self, value: str) -> str:
        if value and value not in zones():
            raise serializers.ValidationError(_("This time zone is not known."))
        return value

    def validate_email(self, value: str) -> str:
        return normal_address(Channel.EMAIL, value, "")

    def validate_postal_address(self, value: str) -> str:
        return normal_address(Channel.POST, value, "")

    def validate_phone(self, value: str) -> str:
        try:
            number = parse(value)
        except NumberParseException:
            number = None
        if number is None or not is_valid_number(number):
            raise serializers.ValidationError(_("Write the number with its country, for example +33472000000."))
        return format_number(number, PhoneNumberFormat.E164)


def _number() -> serializers.IntegerField:
    return serializers.IntegerField(
        required=False, min_value=1, max_value=MOST_INSTALLMENTS, help_text="Number of the instalment, from 1."
    )


class InstallmentInput(Shape):
    installment = _number()
    due_on = _day()
    amount = _amount()


class InvoiceInput(Shape):
    external_id = _identifier(120)
    customer = serializers.CharField(required=False, help_text="Account of the customer; required for a new invoice.")
    number = serializers.CharField(max_length=60, required=False, help_text="Absent: the external id.")
    kind = serializers.ChoiceField(InvoiceKind.choices, required=False)
    debt_type = serializers.ChoiceField(DebtType.choices, required=False)
    issued_on = _day(required=False)
    due_on = _day(required=False, help_text="Absent: guessed from the terms of the entity.")
    currency = _currency()
    amount = _amount(required=False)
    installment = _number()
    installments = InstallmentInput(many=True, required=False, help_text="In place of `due_on` and `amount`.")
    label = serializers.CharField(max_length=200, required=False, allow_blank=True)  # type: ignore[assignment]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.get("installments") and attrs.keys() & {"amount", "due_on", "installment"}:
            raise serializers.ValidationError(_("Give either one amount and due date, or instalments."))
        return attrs


class AllocationInput(Shape):
    invoice = serializers.CharField(help_text="External id of the invoice.")
    installment = serializers.IntegerField(required=False, default=1, min_value=1)
    amount = _amount()


class PaymentInput(Shape):
    external_id = _identifier(120)
    customer = serializers.CharField(required=False, help_text="Account of the customer; required for a new payment.")
    kind = serializers.ChoiceField([CreditKind.PAYMENT, CreditKind.CREDIT_NOTE], required=False)
    number = serializers.CharField(max_length=60, required=False, allow_blank=True)
    received_on = _day(required=False)
    currency = _currency()
    amount = _amount(required=False)
    invoice = serializers.CharField(required=False, help_text="External id of the invoice it names.")
    allocations = AllocationInput(many=True, required=False, help_text="What it was applied to in the books.")
    label = serializers.CharField(max_length=200, required=False, allow_blank=True)  # type: ignore[assignment]
