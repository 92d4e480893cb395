"""Net open items: what a decision may rest on, for one customer or a few."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from crm.accounts.models import Entity, User
from crm.core import planned
from crm.core.among import Among, named
from crm.core.dates import months_after
from crm.core.sql import statement
from crm.customers.models import Customer
from crm.holds.models import DeclaredClaim, Hold, HoldKind, HoldOutcome
from crm.law.models import Rule
from crm.law.queries import rule
from crm.receivables.models import Invoice
from crm.timeline.params import Money

# While they hold, the law forbids to ask for what they cover.
FORBIDDING = (HoldKind.INSOLVENCY, HoldKind.LIMITATION)


@dataclass(frozen=True)
class NetItem:
    """An open invoice: what holds it (a kind of hold or None), what unapplied money covers, what is left."""

    invoice_id: int
    currency: str
    kind: str
    issued_on: date
    due_on: date
    due_on_source: str
    open_amount: Decimal
    held: str | None
    covered: Decimal
    net_amount: Decimal


IN_TURN = "/* sums in turn */"
TYPES = {"entity": "bigint", "on": "date", "ids": "bigint[]"}
NET_ITEMS = """
select invoice_id, currency, kind, issued_on, due_on, due_on_source, open_amount, held, covered, net_amount
from ({net_open_items}) item order by currency, due_on, invoice_id
"""
ITEMS_OF_SOME = """
select customer_id, invoice_id, currency, kind, issued_on, due_on, due_on_source, open_amount, held, covered, net_amount
from ({net_open_items}) item order by customer_id, currency, due_on, invoice_id
"""
FIRST_LATE = """
select item.customer_id from ({net_open_items}) item
where item.held is null and item.net_amount > 0 and item.due_on < %(on)s
order by array_position(%(ids)s::bigint[], item.customer_id) limit 1
"""


def net_open_items(among: Among) -> str:
    """SELECT of what may be decided on, a row per open invoice of these customers (sql/net_open_items.sql).

    Its parameters: entity, on, and those of `among`.
    """
    return among.within(covering(statement("crm.holds", "net_open_items")))


def covering(text: str) -> str:
    """A statement, with the one rule of what sums of money cover (sql/sums_in_turn.sql) where it asks for it."""
    return text.replace(IN_TURN, statement("crm.holds", "sums_in_turn"))


def covered_since() -> str:
    """SELECT of what unapplied money covers, credit by credit (sql/covered_since.sql). Its parameters: invoices, on."""
    return covering(statement("crm.holds", "covered_since"))


def promises(which: str, *, kept_by: str) -> str:
    """CTEs of whether promises were kept (sql/promises.sql). `which`: what to add to a WHERE on holds h; `kept_by`: the
    day each is judged by, an expression on h. Their parameter: entity, and those of what is given."""
    return statement("crm.holds", "promises").replace("/* which */", which).replace("/* kept by */", kept_by)


def net_items(customer: Customer, *, on: date) -> list[NetItem]:
    """Open invoices of a customer as the night sees them on `on`, by currency then oldest due first."""
    rows = _ask(NET_ITEMS, [customer.pk], {"entity": customer.entity_id, "on": on})
    return [NetItem(*row) for row in rows]


def _ask(select: str, customers: list[int], params: dict[str, Any]) -> list[tuple[Any, ...]]:
    among = named(customers)
    return planned.rows(select.format(net_open_items=net_open_items(among)), TYPES, params | among.params)


def first_owing_late(customers: Sequence[Customer], *, on: date) -> Customer | None:
    """The first of a few customers of one entity who owes something late that is neither on hold nor covered."""
    if not customers:
        return None
    found = _ask(FIRST_LATE, [one.pk for one in customers], {"entity": customers[0].entity_id, "on": on})
    return next((one for one in customers if found and one.pk == found[0][0]), None)


def resuming(holds: Sequence[Hold], *, on: date) -> list[bool]:
    """Of holds of one customer that end together on a day, whether dunning of all that each covers resumes: no other
    one in force covers any of it."""
    others = holds_at(holds[0].customer, on=on).exclude(pk__in=[hold.pk for hold in holds])
    covered = set(others.values_list("invoice_id", flat=True))
    return [covered.isdisjoint({None, hold.invoice_id}) if hold.invoice_id else not covered for hold in holds]


def holds_at(customer: Customer, *, on: date) -> QuerySet[Hold]:
    """The holds in force on a day, past or present, the oldest first."""
    return Hold.objects.filter(in_force(on), customer=customer).order_by("starts_on", "pk")


def not_to_be_asked(invoices: QuerySet[Invoice], *, on: date) -> QuerySet[Invoice]:
    """Those of some invoices that insolvency or limitation holds on a day, whatever else holds them too."""
    covers = Q(invoice=OuterRef("pk")) | Q(invoice=None, born_before=None)
    covers |= Q(invoice=None, born_before__gt=OuterRef("issued_on"))
    holds = Hold.objects.filter(in_force(on), covers, customer=OuterRef("customer"), kind__in=FORBIDDING)
    return invoices.filter(Exists(holds))


def in_force(on: date) -> Q:
    """Of holds, that they hold on a day, past or present."""
    still = Q(ends_on__isnull=True) | Q(ends_on__gte=on)
    not_ended = Q(ended_on__isnull=True) | Q(ended_on__gt=on)
    return still & not_ended & Q(starts_on__lte=on)


@dataclass(frozen=True)
class SameSiren:
    """Another account of a company. `insolvent_since`: the judgment, or else the first day, of the proceedings in force
    on it; None without."""

    customer: Customer
    insolvent_since: date | None


def of_the_same_siren(customer: Customer, user: User) -> list[SameSiren]:
    """The other accounts of one company in the entity that a user may see, by name; one query, none without a SIREN."""
    if not customer.siren:
        return []
    others = Customer.objects.visible_to(user).current().filter(entity=customer.entity_id, siren=customer.siren)
    holds = Hold.objects.filter(customer=OuterRef("pk"), kind=HoldKind.INSOLVENCY, ended_on=None)
    since = holds.annotate(since=Coalesce("born_before", "starts_on")).order_by("pk").values("since")[:1]
    found = others.exclude(pk=customer.pk).annotate(insolvent_since=Subquery(since)).order_by("name", "pk")
    return [SameSiren(other, other.insolvent_since) for other in found]


@dataclass(frozen=True)
class ToDeclare:
    """Claims born before a judgment are to be declared by `until`, counted from the judgment: the law counts from its
    publication, which is later."""

    hold: Hold
    judgment: date
    until: date
    article: str


def to_declare(holds: Iterable[Hold], *, on: date) -> list[ToDeclare]:
    """Of these holds, the insolvencies whose day of judgment is known, with their last day, past or
    not, by the law in force on `on`."""
    found = [hold for hold in holds if hold.kind == HoldKind.INSOLVENCY and hold.born_before]
    if not found:
        return []
    laws = {place: _law(*place, on=on) for place in {_place_of(hold) for hold in found}}
    told = ((hold, laws[_place_of(hold)]) for hold in found)
    return [_to_declare(hold, law) for hold, law in told if law is not None and law.value]


def _place_of(hold: Hold) -> tuple[str, str]:
    return hold.customer.entity.jurisdiction, hold.customer.kind


def _law(jurisdiction: str, customer_kind: str, *, on: date) -> Rule | None:
    return rule(jurisdiction, "insolvency", on=on, customer_kind=customer_kind)


def _to_declare(hold: Hold, law: Rule) -> ToDeclare:
    assert hold.born_before is not None
    months, days = law.value.get("declare_within_months", 0), law.value.get("declare_within_days", 0)
    until = months_after(hold.born_before, months) + timedelta(days=days)
    return ToDeclare(hold, hold.born_before, until, law.article)


@dataclass(frozen=True)
class Claims:
    """What is to be declared in one currency, net of unapplied money: `due` by the judgment, and `due_later`."""

    currency: str
    items: list[NetItem]
    due: Decimal
    due_later: Decimal

    @property
    def amount(self) -> Decimal:
        """All of it."""
        return self.due + self.due_later


def claims_left(customer: Customer, judgment: date, *, on: date, known_at: datetime | None = None) -> list[Claims]:
    """The open claims on a customer that were born before a judgment, as they stand on `on`, by currency, less what was
    declared of these proceedings already. `known_at`: without the invoices recorded from that instant on."""
    items = [item for item in net_items(customer, on=on) if _was_born_before(item, judgment)]
    if known_at is not None:
        since = Invoice.objects.filter(pk__in=[item.invoice_id for item in items], recorded_at__gte=known_at)
        later = set(since.values_list("pk", flat=True))
        items = [item for item in items if item.invoice_id not in later]
    declared = _declared([customer.pk]).get((customer.pk, judgment), {})
    return _by_currency(not_declared(items, declared), judgment)


def _was_born_before(item: NetItem, judgment: date) -> bool:
    return item.issued_on < judgment and item.net_amount > 0


def _declared(customers: Collection[int]) -> dict[tuple[int, date], dict[int, Money]]:
    """Of each proceedings (customer and judgment) what was declared, or said not to need it, by invoice."""
    rows = DeclaredClaim.objects.filter(declaration__hold__customer__in=customers).values_list(
        "declaration__hold__customer", "declaration__hold__born_before", "invoice_id", "currency"
    )
    found: dict[tuple[int, date], dict[int, Money]] = {}
    for customer, judgment, invoice, currency, amount in rows.annotate(whole=Sum("amount")):
        found.setdefault((customer, judgment), {})[invoice] = Money(amount, currency)
    return found


def not_declared(items: Sequence[NetItem], declared: Mapping[int, Money]) -> list[NetItem]:
    """Of open claims what was not declared: the invoices of which nothing was, and what others are more than they were,
    where in their currency they are so together: unapplied money may go from one to another. (In SQL: lines.sql of the
    night.)"""
    grown: defaultdict[str, Decimal] = defaultdict(Decimal)
    for before in declared.values():
        grown[before.currency] -= before.amount
    for item in items:
        grown[item.currency] += item.net_amount if item.invoice_id in declared else 0
    left = []
    for item in items:
        more = item.net_amount - (declared[item.invoice_id].amount if item.invoice_id in declared else 0)
        if item.invoice_id not in declared or (grown[item.currency] > 0 and more > 0):
            left.append(replace(item, net_amount=more))
    return left


@dataclass(frozen=True)
class LeftToDeclare:
    """What became known of claims since they were declared."""

    declaration: ToDeclare
    claims: list[Claims]


def left_to_declare(entity: Entity, *, on: date) -> list[LeftToDeclare]:
    """Of the insolvencies of which something was declared and whose last day has not passed, what is left to declare:
    an invoice learned of later, or one that came with a merge. One query where nothing was declared, a few for any
    number."""
    still = Q(ended_on=None) | Q(outcome=HoldOutcome.EXPIRED)
    holds = Hold.objects.filter(still, entity=entity, kind=HoldKind.INSOLVENCY, declarations__isnull=False)
    last = {
        (hold.customer_id, hold.born_before): hold for hold in holds.select_related("customer__entity").order_by("pk")
    }
    found = [one for one in to_declare(last.values(), on=on) if one.until >= on]
    if not found:
        return []
    customers = sorted({one.hold.customer_id for one in found})
    items: dict[int, list[NetItem]] = {}
    for customer, *row in _ask(ITEMS_OF_SOME, customers, {"entity": entity.pk, "on": on}):
        items.setdefault(customer, []).append(NetItem(*row))
    declared = _declared(customers)
    left = [LeftToDeclare(one, _left_of(one, items.get(one.hold.customer_id, []), declared)) for one in found]
    return [one for one in left if one.claims]


def _left_of(
    one: ToDeclare, items: list[NetItem], declared: Mapping[tuple[int, date], Mapping[int, Money]]
) -> list[Claims]:
    born = [item for item in items if _was_born_before(item, one.judgment)]
    return _by_currency(not_declared(born, declared.get((one.hold.customer_id, one.judgment), {})), one.judgment)


def _by_currency(items: Iterable[NetItem], judgment: date) -> list[Claims]:
    found: dict[str, list[NetItem]] = {}
    for item in items:
        found.setdefault(item.currency, []).append(item)
    return [_claims(currency, each, judgment) for currency, each in found.items()]


def _claims(currency: str, items: list[NetItem], judgment: date) -> Claims:
    due = sum((item.net_amount for item in items if item.due_on <= judgment), Decimal(0))
    return Claims(currency, items, due, sum((item.net_amount for item in items), Decimal(0)) - due)
