"""A row of a list of customers and contacts, and one of a list of payments."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_noop as _
from stdnum.eu import vat
from stdnum.fr import siren, siret

from crm.customers.models import CustomerKind
from crm.imports.formats.cells import Cells, exact
from crm.imports.formats.rows import RowWrong, plain
from crm.imports.mapping import ColumnMap

BAD_EMAIL = _("This is not an e-mail address.")
BAD_PHONE = _("This is not a phone number.")
BAD_NUMBER = _("This number is not valid (its check digits are wrong).")
NOT_ABOVE_ZERO = _("A payment is above zero.")
BAD_COUNTRY = _("A country is a code of two letters.")
KINDS = {
    CustomerKind.CONSUMER: ("consumer", "particulier", "consommateur", "b2c", "personal", "individual"),
    CustomerKind.PUBLIC_BODY: ("public", "administration", "collectivite", "etat", "mairie"),
    CustomerKind.ASSOCIATION: ("association", "asso", "nonprofit"),
    CustomerKind.PROFESSIONAL: ("pro", "entreprise", "societe", "b2b", "company", "business"),
}
COUNTRIES = {"france": "FR", "belgique": "BE", "belgium": "BE", "suisse": "CH", "switzerland": "CH", "luxembourg": "LU",
             "allemagne": "DE", "germany": "DE", "espagne": "ES", "spain": "ES", "italie": "IT", "italy": "IT",
             "senegal": "SN", "cotedivoire": "CI", "tunisie": "TN", "maroc": "MA", "canada": "CA"}  # fmt: skip


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


class CustomerReader:
    """Turns rows into the columns of `customer_staged`."""

    def __init__(self, columns: ColumnMap, country: str) -> None:
        self.columns, self.country = columns, country

    def row(self, line: int, row: list[str]) -> tuple[object, ...]:
        """Read one row. Raises RowWrong."""
        cells = Cells(self.columns, row)
        customer = cells.text("customer", 60)
        if not customer:
            raise cells.missing("customer")
        country = self._country(cells)
        who = (line, customer, cells.text("name", 200), _kind(cells.text("kind")))
        numbers = (self._siren(cells), self._checked(cells, "siret", siret), self._checked(cells, "vat_number", vat))
        what = (cells.text("language", 10).lower(), cells.text("category", 60), cells.text("city", 80), country)
        contact = (_contact(cells), cells.text("position", 80))
        return (*who, *numbers, *what, *contact, self._email(cells), self._phone(cells, country), self._post(cells))

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

    def _country(self, cells: Cells) -> str:
        text = cells.text("country")
        code = COUNTRIES.get(plain(text), text.upper())
        if code and (len(code) != 2 or not code.isalpha()):
            raise RowWrong(cells.header("country"), text, BAD_COUNTRY)
        return code

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


def _contact(cells: Cells) -> str:
    """First name and name of a person, from one column or two."""
    return " ".join(filter(None, (cells.text("first_name", 60), cells.text("contact", 120))))[:120]


def _kind(text: str) -> str:
    word = plain(text)
    if not word:
        return ""
    return next((kind for kind, words in KINDS.items() if any(each in word for each in words)), "")


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

    def __init__(self, columns: ColumnMap, currency: str) -> None:
        self.columns, self.currency = columns, columns.currency or currency

    def row(self, line: int, row: list[str]) -> PaymentRow:
        """Read one row. Raises RowWrong."""
        cells = Cells(self.columns, row)
        customer, number = cells.text("customer", 60) or cells.text("name", 60), cells.text("invoice_number", 60)
        if not customer and not number:
            raise cells.missing("customer")
        paid_on, amount = cells.day("paid_on"), cells.amount("amount")
        if paid_on is None:
            raise cells.missing("paid_on")
        if amount is None:
            raise cells.missing("amount")
        if amount <= 0:
            raise RowWrong(cells.header("amount"), cells.text("amount"), NOT_ABOVE_ZERO)
        currency = cells.currency(self.currency)
        money = (exact(amount, currency), currency)
        return PaymentRow(line, customer, paid_on, *money, number, cells.text("reference")[:60])
