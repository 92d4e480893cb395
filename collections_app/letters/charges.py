"""What late invoices owe beside their amount, as a message states it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from collections_app.letters.lines import NOTHING, Line
from crm.accounts.queries import contract_rates
from crm.core.remembering import remembered
from crm.customers.models import Customer, CustomerKind
from crm.law.models import Rule
from crm.law.queries import RateMissing, legal_rate, rule
from crm.receivables.late_charges import Charges, late_charges
from crm.receivables.models import ChargeKind

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Accrued:
    """Interest of one invoice over one period of one balance and one rate (percent a year).

    `interest`: that of the whole invoice, on its last period; it is rounded once, so periods have none of their own.
    """

    invoice_id: int
    starts_on: date
    ends_on: date
    base: Decimal
    percent: Decimal
    interest: Decimal | None = None


@dataclass(frozen=True)
class ChargeSheet:
    """`rate`: the yearly late rate of this customer on the date, which runs by itself from the due date;
    `rate_from_notice`: that which a formal notice starts, `delivery_days` after it left. None where the law gives
    none."""

    rate: Decimal | None = None
    rate_from_notice: Decimal | None = None
    delivery_days: int | None = None
    interest: Decimal = NOTHING
    indemnity: Decimal = NOTHING
    details: tuple[Accrued, ...] = ()

    @property
    def total(self) -> Decimal:
        """Interest and indemnity, waivers taken off."""
        return self.interest + self.indemnity


def charge_sheet(customer: Customer, lines: Sequence[Line], *, on: date) -> ChargeSheet:
    """Late charges of these invoices on a date, waivers taken off."""
    charges = late_charges([line.invoice.pk for line in lines], on=on).values() if lines else ()
    law = _interest_rule(customer, on=on)
    issued = {line.invoice.issued_on for line in lines} or {on}
    rate = late_rate(customer, law, issued, on=on)
    by_itself = law is not None and law.value["from"] == "due_date"
    return ChargeSheet(
        rate=rate if by_itself else None,
        rate_from_notice=None if by_itself else rate,
        delivery_days=law.value.get("delivery_days") if law else None,
        interest=_left(charges, ChargeKind.INTEREST),
        indemnity=_left(charges, ChargeKind.INDEMNITY),
        details=tuple(accrued for each in charges for accrued in _periods(each)),
    )


def _periods(charges: Charges) -> list[Accrued]:
    """Days in a row of one balance and one rate are one, whatever half-years they fall in."""
    found: list[Accrued] = []
    for each in charges.segments:
        goes_on = Accrued(charges.invoice_id, each.from_on, each.until_on, each.base, each.percent)
        before = found[-1] if found else None
        if (
            before
            and (before.base, before.percent) == (each.base, each.percent)
            and before.ends_on + DAY == each.from_on
        ):
            found[-1] = replace(before, ends_on=each.until_on)
        else:
            found.append(goes_on)
    return [*found[:-1], *(replace(last, interest=charges.interest) for last in found[-1:])]


def _left(charges: Collection[Charges], kind: str) -> Decimal:
    return sum((each.left(kind) for each in charges), NOTHING)


def late_rate(customer: Customer, law: Rule | None, issued: Collection[date], *, on: date) -> Decimal | None:
    """Yearly late rate in percent, under this rule, of what was issued on these days: that of the contract for a
    professional, else that of the law. Of several the lowest, so that nobody is told more than he owes; None where none
    is known."""
    if law is None:
        return None
    contract = contract_rates(customer.entity) if customer.kind == CustomerKind.PROFESSIONAL else []
    agreed = [next((percent for starts_on, percent in contract if starts_on <= day), None) for day in issued]
    rates = [percent for percent in agreed if percent is not None]
    if len(rates) < len(agreed) and (legal := _legal(customer, law, on=on)) is not None:
        rates.append(legal)
    return min(rates, default=None)


def _legal(customer: Customer, law: Rule, *, on: date) -> Decimal | None:
    try:
        return legal_rate(customer.entity.jurisdiction, law.value["rate"], on)
    except RateMissing:
        return None


def _interest_rule(customer: Customer, *, on: date) -> Rule | None:
    jurisdiction, kind = customer.entity.jurisdiction, customer.kind
    return remembered(
        ("late_interest", jurisdiction, kind, on),
        lambda: rule(jurisdiction, "late_interest", on=on, customer_kind=kind),
    )
