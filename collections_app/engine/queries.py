"""Why a customer is, or is not, reminded: the night's own decision SQL, asked for one customer."""

from datetime import date
from typing import Any

from django.db import connection

from collections_app.actions.levels import Levels
from collections_app.engine.explanation import AccountExplanation, Explanation, ItemExplanation, number_of
from collections_app.engine.models import Run, RunState
from collections_app.engine.night import decision_params, text
from collections_app.engine.open_then import open_now
from collections_app.engine.recorded import recorded
from collections_app.scenarios.models import Step
from crm.core.among import Among, named
from crm.customers.models import Customer

CHAIN = (
    ("night_groups", "groups"),
    ("night_items", "items"),
    ("night_standing", "standing"),
    ("night_accounts", "accounts"),
    ("night_cycles", "cycles"),
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


def explain(customer: Customer, *, on: date, now: date | None = None) -> Explanation:
    """What is, or was, decided for a customer at `on`, invoice by invoice, and why.

    For a date before the entity's last night, and for any date before `now` (today for the entity, where it is given)
    once a night has run, the answer is what that night recorded: nothing recorded is computed again.
    """
    last = Run.objects.filter(entity_id=customer.entity_id, state=RunState.DONE).order_by("-on").first()
    if last and on < max(last.on, now or last.on):
        return recorded(customer, on)
    return Explanation(customer.pk, on, "computed", _computed(customer, on), open_now(customer, on))


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
        number=number_of(row["number"], row["installment"]),
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
