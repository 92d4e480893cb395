"""The facts this house knows by itself: balances by age, delays, identity, holds, dates."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from collections_app.segments import choices
from collections_app.segments.facts import Choices, Fact, FactType, Label, Source, register, register_source
from collections_app.segments.turning import (
    Turning,
    counting_days_from,
    counting_days_until,
    drifting,
    every_night,
    on_days_of,
    still,
    summing,
    together,
    with_rates,
)
from crm.receivables.queries import paid_parts

# A foreign amount counts at the dated rate of `on`; without any rate it is not counted.
IN_ENTITY_CURRENCY = """case when currency = %(currency)s then {amount}
    else converted({amount}, currency, %(currency)s, %(on)s::date) end"""

OPEN_ITEMS = f"""from (
    select customer_id, due_on, debt_type, {IN_ENTITY_CURRENCY.format(amount="open_amount")} as value
    from receivables_invoice where entity_id = %(entity)s and settled_on is null {{only}}
) item"""

OPEN_ITEMS_THEN = f"""from (
    select customer_id, due_on, debt_type, {IN_ENTITY_CURRENCY.format(amount="left_open")} as value
    from (
        select i.customer_id, i.due_on, i.debt_type, i.currency, i.amount + coalesce(
            (select sum(m.amount) from receivables_movement m where m.invoice_id = i.id and m."on" <= %(on)s), 0
        ) as left_open
        from receivables_invoice i where i.entity_id = %(entity)s and i.issued_on <= %(on)s
    ) then_open
    where left_open > 0 {{only}}
) item"""

# What is dated after `on` is read too, to know when it will count.
OPEN_CREDITS = f"""from (
    select customer_id, currency, received_on, {IN_ENTITY_CURRENCY.format(amount="open_amount")} as value
    from receivables_credit where entity_id = %(entity)s and open_amount > 0 {{only}}
) item"""

OPEN_CREDITS_THEN = f"""from (
    select customer_id, received_on, {IN_ENTITY_CURRENCY.format(amount="left_open")} as value
    from (
        select r.customer_id, r.currency, r.received_on, r.amount + coalesce(
            (select sum(m.amount) from receivables_movement m where m.credit_id = r.id and m."on" <= %(on)s), 0
        ) as left_open
        from receivables_credit r where r.entity_id = %(entity)s and r.received_on <= %(on)s
    ) then_open
    where left_open > 0 {{only}}
) item"""

# Weighted by amount; what is overdue and still unpaid counts with `on`, or bad payers would look good
# (../shared/domain/collections.md §2, average payment delay).
# Each sum of money counts with its own day; credit notes and write-offs are no payments (paid_parts.sql).
# What is not due yet, or paid before its date of issue, has no weight: it is read to know when it will count.
DELAYS = f"""from (
    with invoice as (
        select id, customer_id, settled_on, due_on, issued_on, currency, open_amount
        from receivables_invoice
        where entity_id = %(entity)s and kind = 'invoice' {{only}} and (
            settled_on > %(on)s::date - interval '12 months' or settled_on is null
        )
    ), paid as (
{paid_parts()}
    ), part as (
        select invoice_id, paid_on, applied_on, amount from paid
        where applied_on > %(on)s::date - interval '12 months'
        union all
        select id, null, null, open_amount from invoice where settled_on is null
    )
    select customer_id, applied_on, due_on, issued_on, currency,
        case when case when applied_on <= %(on)s then issued_on <= %(on)s else due_on < %(on)s end
            then {IN_ENTITY_CURRENCY.format(amount="amount")} end as value,
        case when applied_on <= %(on)s then paid_on else %(on)s::date end - due_on as delay
    from part join invoice on invoice.id = part.invoice_id
) item"""

# What is dated after `on` is read too, to know when it will count.
PAYMENTS = "from receivables_credit where entity_id = %(entity)s and kind = 'payment' {only}"

HISTORY = "from receivables_invoice where entity_id = %(entity)s {only}"

HOLDS = """from holds_hold
    where entity_id = %(entity)s and (ends_on is null or ends_on >= %(on)s) and (ended_on is null or ended_on > %(on)s)
        {only}"""

LATE = "%(on)s::date - due_on"
FALLS_DUE = on_days_of("due_on", 1)
# Of open invoices the night knows by itself whose currency has another rate (turning.sql of the engine).
FOREIGN = with_rates("currency <> %(currency)s")
OLDEST, NEXT = "min(due_on)", "min(due_on) filter (where due_on >= %(on)s::date)"
AVERAGE = "(sum(value * delay) / nullif(sum(value), 0))"
AVERAGE_A_DAY = """(coalesce(sum(value) filter (where applied_on is null or applied_on > %(on)s), 0)
    / nullif(sum(value), 0))"""
AVERAGE_TURNS = together(
    drifting(AVERAGE, AVERAGE_A_DAY, rounded_to=Decimal("0.1")),
    FALLS_DUE,
    on_days_of("issued_on", 0),
    on_days_of("(applied_on + interval '12 months')::date", 0, 1),
    on_days_of("applied_on", 0),
    FOREIGN,
)


def overdue_between(low: int, high: int | None) -> str:
    """Sum of what has been overdue for `low` to `high` days."""
    upper = f"and {LATE} <= {high}" if high else ""
    return f"sum(value) filter (where {LATE} >= {low} {upper})"


def unapplied() -> Fact:
    """Money counts from the day it came: what is dated ahead joins the rest then."""
    value = "sum(value) filter (where received_on <= %(on)s)"
    comes = summing(on_days_of("received_on", 0), least=f"coalesce({value}, 0)")
    return money("unapplied", _("Unapplied money"), value, together(comes, FOREIGN), "credits")


def money(name: str, label: Label, sql: str, turning: Turning, source: str = "items") -> Fact:
    return Fact(name, label, FactType.MONEY, sql, source, empty="0", section=_("Balance"), turning=turning)


def overdue(name: str, label: Label, low: int, high: int | None = None) -> Fact:
    """Overdue for `low` to `high` days: changes when an invoice reaches the first day, or leaves the last."""
    value = overdue_between(low, high)
    days = on_days_of("due_on", low, *([high + 1] if high else []))
    turning = summing(days) if high else summing(days, least=f"coalesce({value}, 0)")  # without an end it only grows
    return money(name, label, value, turning)


def number(name: str, label: Label, sql: str, turning: Turning, **options: Any) -> Fact:
    values = {"source": "items", "empty": "0"} | options
    return Fact(name, label, FactType.NUMBER, sql, section=_("Delays and invoices"), turning=turning, **values)


def balances() -> list[Fact]:
    """Amounts in the entity's currency."""
    return [
        money("open", _("Open amount"), "sum(value)", still),
        money("not_due", _("Not yet due"), f"sum(value) filter (where {LATE} <= 0)", FALLS_DUE),
        overdue("overdue", _("Overdue"), 1),
        overdue("overdue_1_30", _("Overdue for 1 to 30 days"), 1, 30),
        overdue("overdue_31_60", _("Overdue for 31 to 60 days"), 31, 60),
        overdue("overdue_61_90", _("Overdue for 61 to 90 days"), 61, 90),
        overdue("overdue_over_90", _("Overdue for more than 90 days"), 91),
        unapplied(),
    ]


def delays() -> list[Fact]:
    """Numbers about invoices, and days."""
    days, nearest = _("days"), f"min(-({LATE})) filter (where {LATE} <= 0)"
    average, until = {"source": "delays", "empty": "null", "unit": days}, counting_days_until(NEXT)
    return [
        number(
            "days_late",
            _("Lateness of the oldest invoice"),
            f"greatest(max({LATE}), 0)",
            counting_days_from(OLDEST),
            unit=days,
        ),
        number("open_count", _("Open invoices"), "count(*)", still),
        number("overdue_count", _("Overdue invoices"), f"count(*) filter (where {LATE} > 0)", FALLS_DUE),
        number("next_due_in", _("Time to the next due date"), nearest, until, empty="null", unit=days),
        number(
            "average_delay", _("Average payment delay over 12 months"), f"round({AVERAGE}, 1)", AVERAGE_TURNS, **average
        ),
    ]


def identity() -> list[Fact]:
    """Who the customer is and who follows him."""
    country, language = "coalesce(nullif(c.country, ''), e.country)", "coalesce(nullif(c.language, ''), e.language)"
    chosen, text = FactType.CHOICE, FactType.TEXT
    facts = [
        Fact("kind", _("Kind"), chosen, "c.kind::text", choices=choices.kinds),
        Fact("category", _("Category"), chosen, "nullif(c.category, '')", choices=choices.categories),
        Fact("country", _("Country"), chosen, country, choices=choices.countries),
        Fact("language", _("Language"), chosen, language, choices=choices.languages),
        Fact("tags", _("Tags"), FactType.SET, "c.tags::text[]", choices=choices.tags),
        Fact("collector", _("Portfolio collector"), chosen, "c.collector_id::text", choices=choices.collectors),
        Fact("team", _("Team"), chosen, "c.team_id::text", choices=choices.teams),
        Fact("name", _("Name"), text, "c.name"),
        Fact("city", _("City"), text, "nullif(c.city, '')"),
    ]
    # Regrouping gives the customer the team of his group: a question about the team may be answered otherwise then.
    return [replace(fact, turning=every_night if fact.name == "team" else still) for fact in facts]


def dated(name: str, label: Label, sql: str, source: str, turning: Turning) -> Fact:
    return Fact(name, label, FactType.DATE, sql, source, section=_("Dates and suspensions"), turning=turning)


def kinds(name: str, label: Label, sql: str, source: str, proposals: Choices, turning: Turning) -> Fact:
    section = _("Dates and suspensions")
    return Fact(name, label, FactType.SET, sql, source, section=section, choices=proposals, turning=turning)


def dates_and_holds() -> list[Fact]:
    """Dates, kinds of debt and suspensions in force."""
    debts = "array_agg(distinct debt_type::text)"
    suspensions = "array_agg(distinct kind::text) filter (where starts_on <= %(on)s)"
    since = "min(issued_on) filter (where issued_on <= %(on)s)"
    last = "max(received_on) filter (where received_on <= %(on)s)"
    in_force = together(on_days_of("starts_on", 0), on_days_of("ends_on", 1), on_days_of("ended_on", 0))
    return [
        dated("customer_since", _("Customer since (first invoice)"), since, "history", on_days_of("issued_on", 0)),
        dated("last_payment_on", _("Last payment"), last, "payments", on_days_of("received_on", 0)),
        dated("oldest_due_on", _("Oldest open due date"), "min(due_on)", "items", still),
        kinds("debt_types", _("Debt types of open invoices"), debts, "items", choices.debt_types, still),
        kinds("holds", _("Suspensions in force"), suspensions, "holds", choices.hold_kinds, in_force),
    ]


def register_standard_facts() -> None:
    """Fill the registry; called once when the app is ready."""
    register_source(Source("items", OPEN_ITEMS, past=OPEN_ITEMS_THEN))
    register_source(Source("credits", OPEN_CREDITS, past=OPEN_CREDITS_THEN))
    register_source(Source("delays", DELAYS))
    register_source(Source("payments", PAYMENTS))
    register_source(Source("history", HISTORY))
    register_source(Source("holds", HOLDS))
    register(*balances(), *delays(), *identity(), *dates_and_holds())
