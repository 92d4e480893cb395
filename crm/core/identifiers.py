"""Numbers of companies, banks and telephones: cleaned, checked, with an error that says what is wrong.

Each takes what a person typed and returns the stored form, or raises ValidationError; an empty text stays empty.
"""

from collections.abc import Callable
from typing import Any

import phonenumbers
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from stdnum import bic as _bic, iban as _iban
from stdnum.eu import vat as _vat
from stdnum.exceptions import InvalidChecksum, InvalidComponent, InvalidFormat, InvalidLength
from stdnum.fr import siren as _siren, siret as _siret

PROBLEMS: dict[type[Exception], Any] = {
    InvalidLength: _("“%(value)s” does not have the right length for a %(name)s."),
    InvalidFormat: _("“%(value)s” has characters that a %(name)s never has."),
    InvalidChecksum: _("The check digits of “%(value)s” (%(name)s) are wrong: one of its digits is probably mistyped."),
    InvalidComponent: _("Part of “%(value)s” is wrong for a %(name)s (country, bank or office)."),
}

# What has fewer digits is rather the number of an account or of a street.
LEAST_DIGITS = 6

# Length of the accounts of UEMOA, CEMAC and their neighbours, which use the form of an IBAN outside the registry.
UNREGISTERED = {
    **dict.fromkeys(("BJ", "BF", "CI", "MA", "ML", "NE", "SN", "TG"), 28),
    **dict.fromkeys(("CF", "CG", "CM", "GA", "GQ", "KM", "MG", "TD"), 27),
    "DZ": 26,
    "GW": 25,
}


def _checked(value: str, name: str, validate: Callable[[str], str]) -> str:
    if not value.strip():
        return ""
    try:
        return validate(value)
    except tuple(PROBLEMS) as problem:
        message = next(text for kind, text in PROBLEMS.items() if isinstance(problem, kind))
        raise ValidationError(message, code="invalid", params={"value": value, "name": name}) from problem


def siren(value: str) -> str:
    """A SIREN: nine digits, the last one a check digit."""
    return _checked(value, "SIREN", _siren.validate)


def siret(value: str) -> str:
    """A SIRET: the SIREN and five digits of the establishment."""
    return _checked(value, "SIRET", _siret.validate)


def vat_number(value: str) -> str:
    """A VAT number of the European Union, with its country letters."""
    return _checked(value, "TVA / VAT", _vat.validate)


def iban(value: str) -> str:
    """An IBAN, without spaces."""
    return _checked(value, "IBAN", _iban_of_any_country)


def _iban_of_any_country(value: str) -> str:
    """By the registry of SWIFT; of the countries that use the form without being in it, check digits and length."""
    number = _iban.compact(value)
    try:
        return str(_iban.validate(number))
    except InvalidComponent:
        if number[:2] not in UNREGISTERED:
            raise
    if len(number) != UNREGISTERED[number[:2]]:
        raise InvalidLength()
    return str(number)


def bic(value: str) -> str:
    """A BIC of 8 or 11 characters."""
    return _checked(value, "BIC", _bic.validate)


def telephone(value: str, country: str = "FR") -> str:
    """A telephone number in E.164 (+33472001122); one without international prefix is read in `country`."""
    if not value.strip():
        return ""
    try:
        number = phonenumbers.parse(value, country or "FR")
    except phonenumbers.NumberParseException as problem:
        raise ValidationError(
            _("“%(value)s” is not a telephone number."), code="invalid", params={"value": value}
        ) from problem
    if not phonenumbers.is_valid_number(number):
        raise ValidationError(
            _("“%(value)s” is not a number in use in its country: check its digits and its prefix (+33…)."),
            code="invalid",
            params={"value": value},
        )
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def telephones(words: str) -> list[str]:
    """The numbers in E.164 that words may be, in each country they could be dialled in; none for what is no number."""
    if sum(letter.isdigit() for letter in words) < LEAST_DIGITS:
        return []
    return sorted(set(filter(None, (_dialled(words, country) for country in phonenumbers.SUPPORTED_REGIONS))))


def _dialled(words: str, country: str) -> str:
    try:
        number = phonenumbers.parse(words, country)
    except phonenumbers.NumberParseException:
        return ""
    possible = phonenumbers.is_possible_number(number)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if possible else ""
