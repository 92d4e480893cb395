"""A row of a list of customers and contacts, and one of a list of payments."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_noop as _
from stdnum.eu import vat
from stdnum.fr import siren, siret

from crm.core.places import country_of, language_of
from crm.imports.days import AFTER_TOMORROW
from crm.imports.formats.cells import Cells, exact
from crm.imports.formats.kinds import kind_of
from crm.imports.formats.rows import RowWrong
from crm.imports.mapping import ColumnMap

BAD_EMAIL = _("This is not an e-mail address.")
BAD_PHONE = _("This is not a phone number.")
BAD_NUMBER = _("This number is not valid (its check digits are wrong).")
NOT_ABOVE_ZERO = _("A payment is above zero.")
BAD_COUNTRY = _("No country has this code (FR, BE) or this name.")
BAD_LANGUAGE = _("No language has this code (fr, en) or this name.")


def email_of(text: str) -> str:
    """A mail address in lower case, "" when it is none."""
    try:
        validate_email(text)
    except ValidationError:
        return ""
    return text.lower()


def phone_of(text: str, country: str) -> str:
    """A number in E.164, "" when it is none."""
    try:
        number = phonenumbers.parse(text, country or "FR")
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


UNKNOWN_KINDS = 20
LIMITS = {"name": 200, "category": 60, "city": 80, "first_name": 60, "contact": 120, "position": 80}
NUMBERS = (("siren", siren), ("siret", siret), ("vat_number", vat))


class CustomerReader:
    """Turns rows into the columns of `customer_staged`. `unknown_kinds`: what is written of the nature of a customer
    and means none, with the first line that says it; such a row is taken without it."""

    def __init__(self, columns: ColumnMap, country: str) -> None:
        self.columns, self.country = columns, country
        self.unknown_kinds: dict[str, int] = {}

    def row(self, line: int, row: list[str]) -> tuple[object, ...]:
        """Read one row. Raises RowWrong with all that is wrong in it."""
        cells = Cells(self.columns, row)
        try:
            return self._row(line, cells)
        except RowWrong as wrong:
            raise wrong.with_all(self._parts(cells)) from None

    def _row(self, line: int, cells: Cells) -> tuple[object, ...]:
        customer, country = cells.account(), _country(cells)
        who = (line, customer, _text(cells, "name"), self._kind(line, cells))
        numbers = (self._siren(cells), self._checked(cells, "siret", siret), self._checked(cells, "vat_number", vat))
        what = (_language(cells), _text(cells, "category"), _text(cells, "city"), country)
        contact = (_contact(cells), _text(cells, "position"))
        return (*who, *numbers, *what, *contact, self._email(cells), self._phone(cells, country), self._post(cells))

    def _parts(self, cells: Cells) -> Iterator[Callable[[], object]]:
        """What may be wrong in a row; a phone is not judged by a country that is wrong itself."""
        yield cells.account
        yield from (partial(cells.text, name, limit) for name, limit in LIMITS.items())
        yield from (partial(self._checked, cells, *number) for number in NUMBERS)
        yield from (partial(read, cells) for read in (_language, _country, self._email))
        yield lambda: self._phone(cells, _country(cells))

    def _kind(self, line: int, cells: Cells) -> str:
        text = cells.text("kind")
        kind = kind_of(text)
        if text and not kind and len(self.unknown_kinds) < UNKNOWN_KINDS:
            self.unknown_kinds.setdefault(text, line)
        return kind

    def _siren(self, cells: Cells) -> str:
        return self._checked(cells, "siren", siren) or self._checked(cells, "siret", siret)[:9]

    def _checked(self, cells: Cells, name: str, module) -> str:  # type: ignore[no-untyped-def]
        text = cells.text(name)
        if not text:
            return ""
        try:
            return str(module.validate(text))
        except module.ValidationError as error:
            raise RowWrong(cells.header(name), text, BAD_NUMBER) from error

    def _email(self, cells: Cells) -> str:
        text = cells.text("email")
        found = email_of(text)
        if text and not found:
            raise RowWrong(cells.header("email"), text, BAD_EMAIL)
        return found

    def _phone(self, cells: Cells, country: str) -> str:
        text = cells.text("phone")
        found = phone_of(text, country or self.country) if text else ""
        if text and not found:
            raise RowWrong(cells.header("phone"), text, BAD_PHONE)
        return found

    def _post(self, cells: Cells) -> str:
        street, place = cells.text("street"), f"{cells.text('postcode')} {cells.text('city')}".strip()
        # COPY's rows stand on one line; the writing statement makes lines of it again.
        return " | ".join(filter(None, (street, place))) if street else ""


def _country(cells: Cells) -> str:
    text = cells.text("country")
    code = country_of(text)
    if text and not code:
        raise RowWrong(cells.header("country"), text, BAD_COUNTRY)
    return code


def _language(cells: Cells) -> str:
    text = cells.text("language")
    code = language_of(text)
    if text and not code:
        raise RowWrong(cells.header("language"), text, BAD_LANGUAGE)
    return code


def _text(cells: Cells, name: str) -> str:
    return cells.text(name, LIMITS[name])


def _contact(cells: Cells) -> str:
    """First name and name of a person, from one column or two."""
    return " ".join(filter(None, (_text(cells, "first_name"), _text(cells, "contact"))))[:120]


@dataclass(frozen=True, slots=True)
class PaymentRow:
    line: int
    customer: str
    paid_on: date
    amount: Decimal
    currency: str
    invoice_number: str
    reference: str


class PaymentReader:
    """Turns rows into payments."""

    def __init__(self, columns: ColumnMap, currency: str, *, last_day: date) -> None:
        self.columns, self.currency, self.last_day = columns, columns.currency or currency, last_day

    def row(self, line: int, row: list[str]) -> PaymentRow:
        """Read one row. Raises RowWrong with all that is wrong in it."""
        cells = Cells(self.columns, row)
        try:
            return self._row(line, cells)
        except RowWrong as wrong:
            raise wrong.with_all(
                partial(part, cells) for part in (_payer, self._paid_on, self._paid, self._currency)
            ) from None

    def _row(self, line: int, cells: Cells) -> PaymentRow:
        (customer, number), money = _payer(cells), (self._paid(cells), self._currency(cells))
        return PaymentRow(line, customer, self._paid_on(cells), *money, number, cells.text("reference")[:60])

    def _paid(self, cells: Cells) -> Decimal:
        """At the precision of its currency, of which it may be too little."""
        if (amount := cells.amount("amount", self.currency)) is None:
            raise cells.missing("amount")
        if amount <= 0 or (paid := exact(amount, self._currency(cells))) <= 0:
            raise RowWrong(cells.header("amount"), cells.text("amount"), NOT_ABOVE_ZERO)
        return paid

    def _currency(self, cells: Cells) -> str:
        return cells.currency(self.currency)

    def _paid_on(self, cells: Cells) -> date:
        if (day := cells.day("paid_on")) is None:
            raise cells.missing("paid_on")
        if day > self.last_day:
            raise RowWrong(cells.header("paid_on"), cells.text("paid_on"), AFTER_TOMORROW)
        return day


def _payer(cells: Cells) -> tuple[str, str]:
    """Account and number of the invoice; the invoice alone says who pays."""
    number = cells.text("invoice_number", 60)
    try:
        return cells.account(), number
    except RowWrong:
        if not number:
            raise
        return "", number
