"""A row of a list of open items."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache, partial

from django.utils.translation import gettext_noop as _

from crm.imports.days import AFTER_TOMORROW
from crm.imports.formats.cells import Cells, exact
from crm.imports.formats.kinds import kind_of
from crm.imports.formats.rows import RowWrong, plain
from crm.imports.mapping import AMOUNTS, ColumnMap

PAYMENT_WORDS = tuple("reglement payment paiement versement encaissement acompte rgt virement cheque".split())
# A payment that failed, or one that is asked for, is owed: whatever words of payment stand beside.
OWED_WORDS = (
    *"impaye rejet retourne demande annul extourne contrepass".split(),
    *"unpaid rejected returned bounced chargeback reversal request".split(),
)
# So is an invoice of a payment ("facture d'acompte", "down payment invoice"), but not a payment of one.
PAYMENT = "|".join(PAYMENT_WORDS)
INVOICE_OF_PAYMENT = re.compile(
    f"(?:(?!{PAYMENT}).)*(?:facture.*(?:{PAYMENT})|fact?d?acompte|(?:{PAYMENT})(?:(?!of|for|on).)*invoice)"
)
CREDIT_WORDS = ("avoir", "creditnote", "creditmemo", "credit")
PAYMENT_CODES = frozenset({"dz", "rg", "rc", "zp", "pay", "pmt"})
CREDIT_CODES = frozenset({"dg", "av", "cn", "cm", "rk", "av1"})

NO_DATE = _("Neither the date of the document nor its due date is given.")


@dataclass(frozen=True, slots=True)
class Item:
    """`amount` and `open_amount` are signed: below zero for a credit note or a payment. `exact` is the open amount as
    the file has it, before it was rounded to its currency. Where `external_id` is "", customer and number stand for it.
    `said` is what the type of the document says (`type_of`), `nature` what is written of the customer's, and
    `customer_kind` what that means ("" when it means none).
    """

    line: int
    customer: str
    name: str
    external_id: str
    number: str
    issued_on: date
    due_on: date | None
    cleared_on: date | None
    currency: str
    amount: Decimal
    open_amount: Decimal
    said: str
    label: str
    email: str
    phone: str
    nature: str
    customer_kind: str
    exact: Decimal


class ItemReader:
    """Turns rows into items; remembers what it rounded. `as_of`: the day of the list; `last_day`: the last one that
    money may be of."""

    def __init__(self, columns: ColumnMap, currency: str, *, as_of: date, last_day: date) -> None:
        self.columns, self.as_of, self.last_day = columns, as_of, last_day
        self.currency = columns.currency or currency
        self.rounded = 0

    def item(self, line: int, row: list[str]) -> Item:
        """Read one row. Raises RowWrong with all that is wrong in it."""
        cells = Cells(self.columns, row)
        try:
            return self._item(line, cells)
        except RowWrong as wrong:
            raise wrong.with_all(self._parts(cells)) from None

    def identity(self, row: list[str]) -> dict[str, str]:
        """Customer, number and identifier of a row that is wrong elsewhere ("" for what is not there); nothing when
        they cannot be read either, or tell neither whose nor which document it is."""
        cells = Cells(self.columns, row)
        try:
            customer = cells.text("customer" if "customer" in self.columns.places else "name", 60)
            number = cells.text("number", 60) or cells.text("external_id")[:60]
            found = {"customer": customer, "number": number, "external_id": cells.text("external_id", 120)}
        except RowWrong:
            return {}
        return found if customer or number else {}

    def _item(self, line: int, cells: Cells) -> Item:
        currency = cells.currency(self.currency)
        whole, left = self._amounts(cells)
        amount, open_amount = exact(whole, currency), exact(left, currency)
        self.rounded += open_amount != left
        customer, number = cells.account(), _number(cells)
        day, due_on = self._came(cells), cells.day("due_on")
        external_id = cells.text("external_id", 120)
        days = (day, due_on, cells.day("cleared_on"))
        money = (currency, amount, open_amount, type_of(cells.text("type")))
        nature = cells.text("kind")
        words = (cells.text("label")[:200], cells.text("email"), cells.text("phone"), nature[:200], kind_of(nature))
        return Item(line, customer, cells.text("name")[:200], external_id, number, *days, *money, *words, left)  # type: ignore[arg-type]

    def _parts(self, cells: Cells) -> Iterator[Callable[[], object]]:
        yield cells.account
        yield partial(_number, cells)
        yield partial(cells.text, "external_id", 120)
        yield from (partial(cells.day, name) for name in ("issued_on", "due_on", "cleared_on"))
        yield partial(self._days, cells)
        yield from (partial(cells.amount, name, self.currency) for name in AMOUNTS)
        yield partial(self._amounts, cells)
        yield partial(self._came, cells)
        yield partial(cells.currency, self.currency)

    def _days(self, cells: Cells) -> tuple[date | None, date | None]:
        """Of the document and due; one of them is there."""
        issued_on, due_on = cells.day("issued_on"), cells.day("due_on")
        if issued_on is None and due_on is None:
            name = "due_on" if "due_on" in self.columns.places else "issued_on"
            raise RowWrong(cells.header(name), cells.text(name), NO_DATE)
        return issued_on, due_on

    def _came(self, cells: Cells) -> date | None:
        """The day of a document, that it is due on where it has none. Money is not of a day to come: what a list says
        is due to the customer later has come by the day of the list."""
        issued_on, due_on = self._days(cells)
        is_money = self._amounts(cells)[0] < 0
        if is_money and issued_on and issued_on > self.last_day:
            raise RowWrong(cells.header("issued_on"), cells.text("issued_on"), AFTER_TOMORROW)
        return min(due_on, self.as_of) if is_money and due_on and not issued_on else issued_on or due_on

    def _amounts(self, cells: Cells) -> tuple[Decimal, Decimal]:
        """Of a document, and what is open of it, both signed; one alone is taken for both."""
        whole, left = (cells.amount(name, self.currency) for name in ("amount", "open_amount"))
        if whole is None and left is None:
            whole = self._sides(cells)
        left = (whole or Decimal(0)) if left is None else left
        if not whole or whole * left < 0 or abs(left) > abs(whole):
            whole = left
        if type_of(cells.text("type")) and whole > 0:
            whole, left = -whole, -left
        return whole, left

    def _sides(self, cells: Cells) -> Decimal:
        debit, credit = (cells.amount(name, self.currency) for name in ("debit", "credit"))
        if debit is None and credit is None:
            name = next(n for n in ("open_amount", "amount", "debit", "credit") if n in self.columns.places)
            raise cells.missing(name)
        return (debit or Decimal(0)) - (credit or Decimal(0))


def _number(cells: Cells) -> str:
    if number := cells.text("number", 60) or cells.text("external_id")[:60]:
        return number
    raise cells.missing("number")


@lru_cache(maxsize=4096)
def type_of(text: str) -> str:
    """ "payment" or "credit_note" where the type of a document says so, else ""."""
    word = plain(text)
    if word in PAYMENT_CODES:
        return "payment"
    if any(known in word for known in PAYMENT_WORDS):
        owed = any(known in word for known in OWED_WORDS) or INVOICE_OF_PAYMENT.match(word)
        return "" if owed else "payment"
    if word in CREDIT_CODES or any(known in word for known in CREDIT_WORDS):
        return "credit_note"
    return ""
