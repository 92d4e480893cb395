"""Why a customer is, or is not, reminded: the night's own decision SQL, asked for one customer."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from collections_app.actions.levels import Levels
from collections_app.actions.models import OPEN_STATES, ActionKind, ActionState
from collections_app.engine.carrying import Carrying, announced_by, level_by
from collections_app.engine.explanation import (
    AccountExplanation,
    ActionThen,
    Explanation,
    ItemExplanation,
    number_of,
)
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
    ("night_cycles_already", "cycles"),
    ("night_outgrown", "outgrown"),
    ("night_cycles", "going_on"),
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
select i.*, v.number, v.installment, v.amount, n.opens as opens, n.step_offset as own_offset,
       p.opens as announced, i.due_on + p.step_offset as announced_for,
       case when n.due or not p.opens then (%(next_worked)s::date[])[1] end as day_on
from night_items i
join receivables_invoice v on v.id = i.invoice_id
left join night_preventive p on p.invoice_id = i.invoice_id
left join night_invoices n on n.invoice_id = i.invoice_id
order by i.currency, i.due_on, i.invoice_id
"""


EVERY_STEP = 2**15 - 1  # the highest offset a step may have
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
    actions = open_now(customer, on)
    return Explanation(customer.pk, on, "computed", _computed(customer, on, actions), actions)


def _ask(select: str, among: Among, params: dict[str, Any]) -> list[dict[str, Any]]:
    chain = ", ".join(f"{name} as ({text(file, among)})" for name, file in CHAIN)
    with connection.cursor() as cursor:
        cursor.execute(f"with {chain} {select}", params | among.params)
        columns = [column.name for column in cursor.description or ()]
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


def _computed(customer: Customer, on: date, actions: list[ActionThen]) -> list[AccountExplanation]:
    among, params = named([customer.pk]), decision_params(customer.entity, on)
    items: dict[str, list[dict[str, Any]]] = {}
    for row in _ask(ITEMS, among, params):
        items.setdefault(row["currency"], []).append(row)
    decided = {row["currency"]: row for row in _ask(ACCOUNTS, among, params)}
    versions = {row["version_id"] for row in decided.values()} | {then.action.scenario_version_id for then in actions}
    levels = Levels.among(versions, on=on, worked=params["worked"])
    carrying = Carrying.of([then for then in actions if _still_carries(then)], on=on)
    tonight = {currency: Tonight(decided.get(currency), carrying, levels) for currency in items}
    return [tonight[currency].account(currency, rows) for currency, rows in items.items()]


def _still_carries(then: ActionThen) -> bool:
    """What was done of what is late waits for its next step; what was announced today stays so."""
    announced = then.action.kind == ActionKind.PREVENTIVE and then.state == ActionState.DONE
    return announced or then.state in OPEN_STATES


@dataclass(frozen=True)
class Tonight:
    """What the next night does with an account. `decided`: None where nothing is overdue; `carrying`: what is open."""

    decided: dict[str, Any] | None
    carrying: Carrying
    levels: Levels

    def account(self, currency: str, rows: list[dict[str, Any]]) -> AccountExplanation:
        """What is decided of it, over its open invoices."""
        items, decided = [self._item(row) for row in rows], self.decided
        if decided is None:
            return AccountExplanation(currency, "nothing_overdue", items=items)
        return AccountExplanation(
            currency,
            decided["decided"],
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

    def _item(self, row: dict[str, Any]) -> ItemExplanation:
        by = self.carrying.by(row["currency"], row["invoice_id"], late=row["due_on"] < self.levels.on)
        outcome = self._outcome(row, by)
        level = self._level(row, outcome, by)
        return ItemExplanation(
            invoice_id=row["invoice_id"],
            number=number_of(row["number"], row["installment"]),
            due_on=row["due_on"],
            days_late=max(0, (self.levels.on - row["due_on"]).days),
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

    def _outcome(self, row: dict[str, Any], by: ActionThen | None) -> str:
        if row["net_amount"] == 0:
            return "covered"
        if row["held"]:
            return "held"
        if row["due_on"] >= self.levels.on:
            return announced_by(by) or _announcement(row, self.levels.on)
        if by or self._opens(row) is not None:
            return "carried"
        return "waiting_day" if row["day_on"] else "waiting"

    def _opens(self, row: dict[str, Any]) -> int | None:
        """The offset of the step that opens tonight for a late invoice, its own or that of its account, if any; above
        all of them where a person is asked what follows the last."""
        if row["opens"]:
            return int(row["own_offset"])
        opens = self.decided is not None and self.decided["decided"] == "open_action"
        if self.decided is None or not opens:
            return None
        return EVERY_STEP if self.decided["again"] else int(self.decided["step_offset"])

    def _level(self, row: dict[str, Any], outcome: str, by: ActionThen | None) -> Step | None:
        version = self.decided["version_id"] if self.decided else None
        opens = self._opens(row) if outcome == "carried" else None
        if opens is not None:
            return self.levels.own(version, row["due_on"], up_to=opens)
        return level_by(self.levels, by if outcome == "carried" else None, version, row["due_on"])


def _announcement(row: dict[str, Any], on: date) -> str:
    if row["announced"] is None:
        return "not_due"
    if row["announced"]:
        return "announced_early" if row["announced_for"] > on else "announced"
    return "announced_on_worked_day" if row["day_on"] else "announced_never"
