"""Values of one row of a list, read as its columns are written."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext_noop as _

from crm.core.amounts import BadValue, OtherCurrency, TooLarge, UnclearAmount, amount_of, check_currency_written
from crm.core.currencies import UnclearCurrency, decimals, meant
from crm.imports.formats.rows import TOO_LARGE, RowWrong
from crm.imports.mapping import ColumnMap

BAD_DATE = _("This is not a date.")
BAD_AMOUNT = _("This is not an amount.")
UNDECIDED = _(
    "This currency has three decimals, and the sign may group thousands as well: say which sign is the decimal mark."
)
MISSING = _("A value is missing.")
BAD_CURRENCY = _("No currency has this code.")
UNCLEAR_CURRENCY = _("Several currencies are written so: write the code of the one meant, %(codes)s.")
OTHER_CURRENCY = _("This amount is not in the currency of its row, %(currency)s: say its currency in a column.")
TOO_LONG = _("The text is longer than %(limit)s signs.")


class Cells:
    """One row; every reader raises RowWrong with the column's own header."""

    __slots__ = ("cells", "columns")

    def __init__(self, columns: ColumnMap, cells: list[str]) -> None:
        self.columns, self.cells = columns, cells

    def header(self, name: str) -> str:
        """How the file names the column of a field."""
        index = self.columns.places.get(name)
        return name if index is None else self.columns.headers[index] or str(index + 1)

    def text(self, name: str, limit: int = 0) -> str:
        """The text of a field, "" where there is none. With `limit`, a longer one is wrong."""
        index = self.columns.places.get(name, -1)
        text = self.cells[index] if 0 <= index < len(self.cells) else ""
        if limit and len(text) > limit:
            raise RowWrong(self.header(name), text, TOO_LONG, limit=limit)
        return text

    def account(self) -> str:
        """Who a row is of: his account, or in a list without a column of accounts his name. Raises RowWrong."""
        name = "customer" if "customer" in self.columns.places else "name"
        if account := self.text(name, 60):
            return account
        raise self.missing(name)

    def day(self, name: str) -> date | None:
        """The date of a field, None where it is empty."""
        text = self.text(name)
        try:
            return self.columns.day_of(name, text)
        except BadValue as error:
            raise RowWrong(self.header(name), text, BAD_DATE) from error

    def amount(self, name: str, usual: str) -> Decimal | None:
        """The amount of a field as written, None where it is empty. `usual` is the currency of a row that says none."""
        text = self.text(name)
        if not text or text == "-":
            return None
        self._check_currency(name, text, usual)
        reason = BAD_AMOUNT
        for mark in dict.fromkeys((self.columns.marks.get(name) or self._supposed(name, usual), "")):
            try:
                return amount_of(text, mark)
            except TooLarge:
                reason = TOO_LARGE
            except BadValue:
                continue
        raise RowWrong(self.header(name), text, reason)

    def _supposed(self, name: str, usual: str) -> str:
        """The decimal mark an amount supposes whose column shows none."""
        text = self.text(name)
        try:
            return self.columns.mark_supposed(name, text, currency_of(self.text("currency"), self.columns, usual))
        except UnclearAmount as error:
            raise RowWrong(self.header(name), text, UNDECIDED) from error

    def _check_currency(self, name: str, text: str, usual: str) -> None:
        currency = currency_of(self.text("currency"), self.columns, usual)
        try:
            if currency:
                check_currency_written(text, currency)
        except OtherCurrency as error:
            raise RowWrong(self.header(name), text, OTHER_CURRENCY, currency=currency) from error

    def currency(self, usual: str) -> str:
        """The currency of the row, `usual` where it says none."""
        text = self.text("currency")
        try:
            code = meant(text, usual=usual, country=self.columns.country)
        except UnclearCurrency as error:
            raise RowWrong(self.header("currency"), text, UNCLEAR_CURRENCY, codes=", ".join(error.codes)) from error
        if code:
            return code
        raise RowWrong(self.header("currency"), text.upper(), BAD_CURRENCY)

    def missing(self, name: str) -> RowWrong:
        """A needed value is not there."""
        return RowWrong(self.header(name), "", MISSING)


def exact(amount: Decimal, currency: str) -> Decimal:
    """`amount` at the precision of its currency, half up."""
    return amount.quantize(Decimal(1).scaleb(-decimals(currency)), ROUND_HALF_UP)


def currency_of(text: str, columns: ColumnMap, usual: str) -> str:
    """The code a text of the column of currencies means, `usual` for an empty one; "" when no currency is called so, or
    several are."""
    try:
        return meant(text, usual=usual, country=columns.country)
    except UnclearCurrency:
        return ""
