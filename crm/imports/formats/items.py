"""A row of a list of open items."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_noop as _

from crm.imports.formats.cells import Cells, exact
from crm.imports.formats.rows import RowWrong, plain
from crm.imports.mapping import ColumnMap

PAYMENT_WORDS = (
    "reglement",
    "payment",
    "paiement",
    "versement",
    "encaissement",
    "acompte",
    "rgt",
    "virement",
    "cheque",
)
CREDIT_WORDS = ("avoir", "creditnote", "creditmemo", "credit")
PAYMENT_CODES = frozenset({"dz", "rg", "rc", "zp", "pay", "pmt"})
CREDIT_CODES = frozenset({"dg", "av", "cn", "cm", "rk", "av1"})

BAD_CURRENCY = _("This is not a currency code of three letters.")
ZERO = _("The amount is zero.")
OPEN_ABOVE = _("The open amount is above the amount of the document.")
NO_DATE = _("Neither the date of the document nor its due date is given.")


@dataclass(frozen=True, slots=True)
class Item:
    """`amount` and `open_amount` are signed: below zero for a credit note or a payment."""

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
    kind: str
    label: str
    email: str
    phone: str


class ItemReader:
    """Turns rows into items; remembers what it rounded."""

    def __init__(self, columns: ColumnMap, currency: str) -> None:
        self.columns = columns
        self.currency = columns.currency or currency
        self.rounded = 0

    def item(self, line: int, row: list[str]) -> Item:
        """Read one row. Raises RowWrong."""
        cells = Cells(self.columns, row)
        currency = self._currency(cells)
        amount, open_amount = self._amounts(cells, currency)
        customer, number = self._identity(cells)
        issued_on, due_on = cells.day("issued_on"), cells.day("due_on")
        if issued_on is None and due_on is None:
            name = "due_on" if "due_on" in self.columns.places else "issued_on"
            raise RowWrong(cells.header(name), cells.text(name), NO_DATE)
        external_id = cells.text("external_id", 120) or f"{customer}/{number}"
        days = (issued_on or due_on, due_on, cells.day("cleared_on"))
        money = (currency, amount, open_amount, _kind(cells, amount))
        words = (cells.text("label")[:200], cells.text("email"), cells.text("phone"))
        return Item(line, customer, cells.text("name")[:200], external_id, number, *days, *money, *words)  # type: ignore[arg-type]

    def _identity(self, cells: Cells) -> tuple[str, str]:
        customer = cells.text("customer", 60) or cells.text("name", 60)
        number = cells.text("number", 60) or cells.text("external_id")[:60]
        if not customer:
            raise cells.missing("customer")
        if not number:
            raise cells.missing("number")
        return customer, number

    def _currency(self, cells: Cells) -> str:
        text = cells.text("currency").upper()
        code = {"€": "EUR", "$": "USD", "£": "GBP", "FCFA": "XOF"}.get(text, text) or self.currency
        if len(code) != 3 or not code.isalpha():
            raise RowWrong(cells.header("currency"), text, BAD_CURRENCY)
        return code

    def _amounts(self, cells: Cells, currency: str) -> tuple[Decimal, Decimal]:
        """Of a document, and what is open of it, both signed."""
        whole, left = cells.amount("amount"), cells.amount("open_amount")
        if whole is None and left is None:
            whole = (cells.amount("debit") or Decimal(0)) - (cells.amount("credit") or Decimal(0))
            if not whole and not (cells.text("debit") or cells.text("credit")):
                name = next(n for n in ("open_amount", "amount", "debit", "credit") if n in self.columns.places)
                raise cells.missing(name)
        whole, left = (whole if whole is not None else left), (left if left is not None else whole)
        assert whole is not None and left is not None
        if not whole and left:
            whole = left
        if not whole:
            raise RowWrong(cells.header("amount"), cells.text("amount"), ZERO)
        return self._signed(cells, whole, left, currency)

    def _signed(self, cells: Cells, whole: Decimal, left: Decimal, currency: str) -> tuple[Decimal, Decimal]:
        if _is_credit(cells) and whole > 0:
            whole, left = -whole, -abs(left)
        if whole * left < 0:
            left = -left
        if abs(left) > abs(whole):
            raise RowWrong(cells.header("open_amount"), cells.text("open_amount"), OPEN_ABOVE)
        rounded = exact(whole, currency), exact(left, currency)
        self.rounded += rounded != (whole, left)
        if not rounded[0]:
            raise RowWrong(cells.header("amount"), cells.text("amount"), ZERO)
        return rounded


def _is_credit(cells: Cells) -> bool:
    return _type(cells) in {"payment", "credit_note"}


def _kind(cells: Cells, amount: Decimal) -> str:
    if amount > 0:
        return "invoice"
    return "payment" if _type(cells) == "payment" else "credit_note"


def _type(cells: Cells) -> str:
    word = plain(cells.text("type"))
    if word in PAYMENT_CODES or any(known in word for known in PAYMENT_WORDS):
        return "payment"
    if word in CREDIT_CODES or any(known in word for known in CREDIT_WORDS):
        return "credit_note"
    return ""
