"""Penalties, legal interest and the fixed indemnity, beside the invoice, which never changes.

Rates, starts and amounts are data of `crm.law` (FR-01 to FR-05, EU-01): professionals owe the late rate (or the rate
of the contract) from the day after the due date and a fixed indemnity per invoice, in however many parts it is due;
public bodies their own rate, that of the half-year in which interest starts; the others, and professionals under OHADA
law, legal interest from the first formal notice that arrived. Nothing runs on a guessed due date, an opening balance,
an adjustment or a returned payment. Money received stops interest from its day, applied or not: what is not yet applied
counts as it covers invoices for every decision. The judgment that opens insolvency proceedings stops interest for good
and leaves no indemnity to what falls due from then on. Both are told by the apps above (crm.holds).

Nothing is stored but waivers and formal notices: movements only ever grow, rates, rules and contracts are dated, so a
date gives the same charges before and after the invoice is settled, as long as nothing is learned that concerns it:
money of that day, a judgment, a notice that came back, another kind of the customer, which has no date. The rate of a
contract is that of the day an invoice was issued. The indemnity is that of the first day late.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Sum
from django.utils.formats import number_format
from django.utils.translation import gettext as _, gettext_noop

from crm.accounts.models import User
from crm.core import planned, sql
from crm.core.currencies import rounded
from crm.core.money import TOO_MANY_DECIMALS
from crm.law.queries import rule
from crm.receivables import registry
from crm.receivables.models import ChargeKind, FormalNotice, Invoice, Waiver
from crm.timeline.models import EntryKind
from crm.timeline.operations import record
from crm.timeline.params import Money, Msgid

DAYS_IN_A_YEAR = 365
COVERED = "/* covered by unapplied money */"
STOPPED = "/* stopped charges */"
NOTHING = Decimal(0)
WORDS = {ChargeKind.INTEREST: "late payment interest", ChargeKind.INDEMNITY: "fixed recovery indemnity"}


class WaiverForbidden(ValidationError):
    """The law makes this waiver void."""


class WaiverTooLarge(ValidationError):
    """More would be waived than is owed."""


@dataclass(frozen=True)
class Segment:
    """Days `from_on` to `until_on` included, with one balance and one rate (percent a year)."""

    from_on: date
    until_on: date
    days: int
    base: Decimal
    percent: Decimal

    @property
    def weight(self) -> Decimal:
        """Balance × percent × days, exact; divided by 36500 it is the interest (FR-02)."""
        return self.base * self.percent * self.days


def interest(segments: Iterable[Segment], currency: str) -> Decimal:
    """Sum of balance × rate × days ÷ 365, rounded once at the end: cutting a segment in two changes nothing."""
    return rounded(sum((segment.weight for segment in segments), NOTHING) / (100 * DAYS_IN_A_YEAR), currency)


@dataclass(frozen=True)
class Charges:
    """What a late invoice owes beside its amount, in its currency."""

    invoice_id: int
    currency: str
    segments: list[Segment] = field(default_factory=list)
    article: str = ""
    indemnity: Decimal = NOTHING
    waived: dict[str, Decimal] = field(default_factory=dict)

    @cached_property
    def interest(self) -> Decimal:
        """Before waivers."""
        return interest(self.segments, self.currency)

    @property
    def accrued(self) -> dict[str, Decimal]:
        """By kind, before waivers."""
        return {ChargeKind.INTEREST: self.interest, ChargeKind.INDEMNITY: self.indemnity}

    @property
    def total(self) -> Decimal:
        """Interest and indemnity, less what was waived."""
        return self.left(ChargeKind.INTEREST) + self.left(ChargeKind.INDEMNITY)

    def left(self, kind: str) -> Decimal:
        """What is still owed of a kind. Money of an earlier day, known later, may leave less than was waived."""
        return max(NOTHING, self.accrued[kind] - self.waived.get(kind, NOTHING))


def late_charges(invoices: Collection[int], *, on: date) -> dict[int, Charges]:
    """What these invoices owe on a date beside their amount, by invoice id; those that owe nothing are left out.

    Three queries whatever the number of invoices. A settled invoice still owes what accrued until then.
    """
    ids = list(invoices)
    currencies: dict[int, str] = {}
    segments: dict[int, list[Segment]] = {}
    articles: dict[int, str] = {}
    for invoice, currency, article, *segment in _asked("late_interest", ids, on):
        currencies[invoice], articles[invoice] = currency, article
        segments.setdefault(invoice, []).append(Segment(*segment))
    indemnities: dict[int, Decimal] = {}
    for invoice, currency, amount in _asked("late_indemnities", ids, on):
        currencies[invoice], indemnities[invoice] = currency, amount
    waived = _waived(ids, on) if currencies else {}
    return {
        pk: Charges(
            pk,
            currencies[pk],
            segments.get(pk, []),
            articles.get(pk, ""),
            indemnities.get(pk, NOTHING),
            waived.get(pk, {}),
        )
        for pk in sorted(currencies)
    }


def _asked(name: str, invoices: list[int], on: date) -> list[tuple[Any, ...]]:
    types = {"invoices": "bigint[]", "on": "date"}
    return planned.rows(statement(name), types, {"invoices": invoices, "on": on})


def statement(name: str) -> str:
    """A statement of this app about %(invoices)s on %(on)s, with what the apps above tell."""
    told = {COVERED: registry.unapplied_covers(), STOPPED: registry.stopped_charges()}
    asked = sql.statement("crm.receivables", name)
    for mark, select in told.items():
        asked = asked.replace(mark, select)
    return asked


def _waived(invoices: list[int], on: date) -> dict[int, dict[str, Decimal]]:
    sums = Waiver.objects.filter(invoice__in=invoices, on__lte=on).values_list("invoice_id", "kind")
    waived: dict[int, dict[str, Decimal]] = {}
    for invoice, kind, amount in sums.annotate(total=Sum("amount")):
        waived.setdefault(invoice, {})[kind] = amount
    return waived


def record_formal_notice(invoices: Collection[int], *, on: date, at: datetime, action: int | None = None) -> None:
    """Legal interest of these invoices may run from `on`; the first notice of an invoice counts (FR-30). `action`: the
    id of what sent it, once per invoice."""
    notices = [FormalNotice(invoice_id=invoice, on=on, at=at, action_id=action) for invoice in invoices]
    FormalNotice.objects.bulk_create(notices, ignore_conflicts=True)


def withdraw_formal_notice(action: int) -> int:
    """What this action sent did not arrive: its notices start nothing, the next of each invoice does. How many they
    were."""
    withdrawn, _by_model = FormalNotice.objects.filter(action_id=action).delete()
    return withdrawn


def withdraw_notices_of(actions: Collection[int], *, at: datetime) -> int:
    """What these actions were said to have sent at an instant was not sent after all; how many notices they were."""
    withdrawn, _by_model = FormalNotice.objects.filter(action_id__in=actions, at=at).delete()
    return withdrawn


def check_waiver(invoice: Invoice, kind: str, amount: Decimal | None, on: date) -> Decimal:
    """How much would be waived (all that is left when `amount` is None).

    Raises WaiverForbidden, WaiverTooLarge, and ValidationError for an amount its currency has no coins for.
    """
    forbidden = rule(invoice.entity.jurisdiction, "waiver_forbidden", on=on, customer_kind=invoice.customer.kind)
    if forbidden is not None:
        raise WaiverForbidden(_("These charges cannot be waived: %(article)s."), params={"article": forbidden.article})
    charges = late_charges([invoice.pk], on=on).get(invoice.pk, Charges(invoice.pk, invoice.currency))
    left = charges.left(kind)
    given = left if amount is None else amount
    if not NOTHING < given <= left:
        raise WaiverTooLarge(
            _("%(left)s %(currency)s can still be waived."),
            params={"left": number_format(left), "currency": invoice.currency},
        )
    if given != rounded(given, invoice.currency):
        raise ValidationError(TOO_MANY_DECIMALS)
    return given


@transaction.atomic
def waive(
    invoice: Invoice, *, kind: str, reason: str, on: date, at: datetime, by: User | None, amount: Decimal | None = None
) -> Waiver:
    """Give up late charges of a kind, wholly or for `amount`. Raises as `check_waiver`."""
    locked = Invoice.objects.select_for_update(of=("self",)).select_related("customer", "entity").get(pk=invoice.pk)
    given = check_waiver(locked, kind, amount, on)
    waiver = Waiver(
        entity=locked.entity,
        invoice=locked,
        kind=kind,
        currency=locked.currency,
        amount=given,
        on=on,
        at=at,
        by=by,
        reason=reason,
    )
    waiver.full_clean(exclude=["by"])
    waiver.save()
    record(
        locked.customer,
        EntryKind.MONEY,
        gettext_noop("%(amount)s of %(kind)s waived on %(number)s."),
        at=at,
        by=by,
        params={
            "amount": Money(given, locked.currency),
            "kind": Msgid(WORDS[ChargeKind(kind)]),
            "number": locked.number,
        },
        text=reason,
    )
    return waiver
