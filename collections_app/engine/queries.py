"""Why a customer is, or is not, reminded: the night's own decision SQL, asked for one customer."""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import F, Prefetch, Q

from collections_app.actions.levels import Levels
from collections_app.actions.models import Action, ActionKind, ActionLine, Refusal
from collections_app.engine.models import Decision, Run, RunState
from collections_app.engine.night import decision_params, text, worked_before
from collections_app.scenarios.models import Step
from collections_app.segments.models import Group
from crm.core.among import Among, named
from crm.customers.models import Customer

CHAIN = (
    ("night_groups", "groups"),
    ("night_items", "items"),
    ("night_standing", "standing"),
    ("night_accounts", "accounts"),
    ("night_plan", "plan"),
    ("night_invoices", "plan_invoices"),
    ("night_decided", "decided"),
    ("night_preventive", "plan_preventive"),
)
ACCOUNTS = """
select d.*, g.name as group_name, %(books_in)s::varchar as books_in
from night_decided d left join segments_group g on g.id = d.group_id order by d.currency
"""
ITEMS = """
select i.*, v.number, v.installment, v.amount, n.opens as opens,
       p.opens as announced, i.due_on + p.step_offset as announced_for,
       case when n.due or not p.opens then (%(next_worked)s::date[])[1] end as day_on
from night_items i
join receivables_invoice v on v.id = i.invoice_id
left join night_preventive p on p.invoice_id = i.invoice_id
left join night_invoices n on n.invoice_id = i.invoice_id
order by i.currency, i.due_on, i.invoice_id
"""


# The day an outcome of an invoice tells, by the column it is in.
TELLS = {"announced_on_worked_day": "day_on", "waiting_day": "day_on", "announced_early": "announced_for"}


@dataclass(frozen=True)
class ItemExplanation:
    """One open invoice: what it counts for in the decision and why. `next_look_on`: the worked day its own step waits
    for, or the day not worked its announcement does not wait for."""

    invoice_id: int
    number: str
    due_on: date
    days_late: int
    amount: Decimal
    open_amount: Decimal
    covered: Decimal
    net_amount: Decimal
    outcome: str
    level: str = ""
    held: str = ""
    level_name: str = ""
    next_look_on: date | None = None


@dataclass(frozen=True)
class AccountExplanation:
    """What was decided for one currency, and what it rested on; the minimum of a step is in the entity's currency."""

    currency: str
    outcome: str
    step: str = ""
    step_name: str = ""
    step_offset: int | None = None
    next_look_on: date | None = None
    group: str = ""
    version_id: int | None = None
    last_done_on: date | None = None
    amount: Decimal | None = None
    minimum_amount: Decimal | None = None
    minimum_currency: str = ""
    items: list[ItemExplanation] = field(default_factory=list)


@dataclass(frozen=True)
class Explanation:
    """`source`: "computed" (now, by the night's SQL) or "recorded" (what the night of that date wrote)."""

    customer_id: int
    on: date
    source: str
    accounts: list[AccountExplanation]
    actions: list[Action]


def explain(customer: Customer, *, on: date, now: date | None = None) -> Explanation:
    """What is, or was, decided for a customer at `on`, invoice by invoice, and why.

    For a date before the entity's last night, and for any date before `now` (today for the entity, where it is given)
    once a night has run, the answer is what that night recorded: nothing recorded is computed again.
    """
    last = Run.objects.filter(entity_id=customer.entity_id, state=RunState.DONE).order_by("-on").first()
    if last and on < max(last.on, now or last.on):
        return Explanation(customer.pk, on, "recorded", _recorded(customer, on), actions_open_at(customer, on))
    return Explanation(customer.pk, on, "computed", _computed(customer, on), actions_open_at(customer, on))


def actions_open_at(customer: Customer, on: date) -> list[Action]:
    """Actions opened by `on` and not closed before that day began for the entity, with what refused them by then."""
    morning = datetime.combine(on, time.min, ZoneInfo(customer.entity.time_zone))
    still = Q(closed_at__isnull=True) | Q(closed_at__gte=morning)
    actions = Action.objects.filter(still, customer=customer, opened_on__lte=on)
    this_life = Refusal.objects.filter(last_on__gte=F("action__opened_on"))  # the same row may have been reopened
    refusals = Prefetch("refusals", this_life.filter(first_on__lte=on).order_by("first_on", "pk"))
    return list(actions.select_related("template", "owner").prefetch_related(refusals).order_by("opened_on", "pk"))


def _ask(select: str, among: Among, params: dict[str, Any]) -> list[dict[str, Any]]:
    chain = ", ".join(f"{name} as ({text(file, among)})" for name, file in CHAIN)
    with connection.cursor() as cursor:
        cursor.execute(f"with {chain} {select}", params | among.params)
        columns = [column.name for column in cursor.description or ()]
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


def _computed(customer: Customer, on: date) -> list[AccountExplanation]:
    among, params = named([customer.pk]), decision_params(customer.entity, on)
    items: dict[str, list[dict[str, Any]]] = {}
    for row in _ask(ITEMS, among, params):
        items.setdefault(row["currency"], []).append(row)
    decided = {row["currency"]: row for row in _ask(ACCOUNTS, among, params)}
    levels = Levels.among((row["version_id"] for row in decided.values()), on=on, worked=params["worked"])
    return [_account(currency, rows, decided.get(currency), levels) for currency, rows in items.items()]


def _account(
    currency: str, rows: list[dict[str, Any]], decided: dict[str, Any] | None, levels: Levels
) -> AccountExplanation:
    outcome = decided["decided"] if decided else "nothing_overdue"
    version = decided["version_id"] if decided else None
    items = [_item(row, outcome, levels.own(version, row["due_on"]), levels.on) for row in rows]
    if decided is None:
        return AccountExplanation(currency, outcome, items=items)
    return AccountExplanation(
        currency,
        outcome,
        step=decided["step_code"] or "",
        step_name=decided["step_name"] or "",
        step_offset=decided["step_offset"],
        next_look_on=decided["next_look_on"],
        group=decided["group_name"] or "",
        version_id=decided["version_id"],
        last_done_on=decided["last_done_on"],
        amount=decided["eligible_amount"],
        minimum_amount=decided["minimum_amount"],
        minimum_currency=decided["books_in"],
        items=items,
    )


def _item(row: dict[str, Any], account_outcome: str, level: Step | None, on: date) -> ItemExplanation:
    outcome = _item_outcome(row, account_outcome, on)
    return ItemExplanation(
        invoice_id=row["invoice_id"],
        number=row["number"] if row["installment"] == 1 else f"{row['number']}/{row['installment']}",
        due_on=row["due_on"],
        days_late=max(0, (on - row["due_on"]).days),
        amount=row["amount"],
        open_amount=row["open_amount"],
        covered=row["open_amount"] - row["net_amount"],
        net_amount=row["net_amount"],
        outcome=outcome,
        level=level.code if level else "",
        held=row["held"] or "",
        level_name=level.name if level else "",
        next_look_on=row[TELLS[outcome]] if outcome in TELLS else None,
    )


def _item_outcome(row: dict[str, Any], account_outcome: str, on: date) -> str:
    if row["net_amount"] == 0:
        return "covered"
    if row["held"]:
        return "held"
    if row["due_on"] >= on:
        return _announcement(row, on)
    if row["day_on"] and not row["opens"]:
        return "waiting_day"
    return "carried" if row["opens"] or account_outcome in ("open_action", "action_open") else "waiting"


def _announcement(row: dict[str, Any], on: date) -> str:
    if row["announced"] is None:
        return "not_due"
    if row["announced"]:
        return "announced_early" if row["announced_for"] > on else "announced"
    return "announced_on_worked_day" if row["day_on"] else "announced_never"


def _recorded(customer: Customer, on: date) -> list[AccountExplanation]:
    rows = Decision.objects.filter(customer=customer, on__lte=on).order_by("currency", "-on").distinct("currency")
    actions = actions_open_at(customer, on)
    joined_later = Q(action__kind=ActionKind.DUNNING, invoice__due_on__gte=on)
    lines_then = ActionLine.objects.filter(action__in=actions).exclude(joined_later)
    carried = lines_then.select_related("invoice", "action")
    versions = {row.facts.get("version") for row in rows} | {action.scenario_version_id for action in actions}
    levels = Levels.among(versions, on=on, worked=worked_before(customer.entity, on))
    groups = dict(Group.objects.filter(entity=customer.entity_id).values_list("code", "name"))
    lines: dict[str, list[ItemExplanation]] = {}
    for line in carried:
        lines.setdefault(line.action.currency, []).append(_recorded_item(line, levels))
    return [
        AccountExplanation(
            row.currency,
            "action_open" if row.outcome == "open_action" and row.on < on else row.outcome,
            step=row.step_code,
            step_name=levels.name(row.facts.get("version"), row.step_code),
            next_look_on=row.next_look_on,
            group=groups.get(row.facts.get("group"), row.facts.get("group", "")),
            version_id=row.facts.get("version"),
            items=lines.get(row.currency, []),
        )
        for row in rows
    ]


def _recorded_item(line: ActionLine, levels: Levels) -> ItemExplanation:
    invoice, action = line.invoice, line.action
    level = levels.own(action.scenario_version_id, invoice.due_on, up_to=action.step_offset)
    return ItemExplanation(
        invoice_id=invoice.pk,
        number=invoice.number,
        due_on=invoice.due_on,
        days_late=max(0, (levels.on - invoice.due_on).days),
        amount=invoice.amount,
        open_amount=line.amount,
        covered=Decimal(0),
        net_amount=line.amount,
        outcome="carried",
        level=level.code if level else "",
        level_name=level.name if level else "",
    )
