"""What each invoice counted for on a past day, and what each action asked for, by what that night recorded."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from collections_app.actions.levels import Levels
from collections_app.actions.models import ActionKind
from collections_app.engine.carrying import FOLLOW_THEIR_LINES, OF_THE_ACCOUNT, Carrying, announced_by, level_by
from collections_app.engine.explanation import AccountExplanation, ActionThen, ItemExplanation, number_of
from collections_app.engine.models import Decision
from crm.customers.models import Customer

# What asked for another amount before it was paid in part.
FOLLOW_THEIR_BALANCE = (*FOLLOW_THEIR_LINES, ActionKind.DECLARATION)


@dataclass(frozen=True)
class Day:
    """`carrying`: what was open once its night was over."""

    customer: Customer
    on: date
    carrying: Carrying
    levels: Levels

    def account(self, row: Decision, items: list[dict[str, Any]], groups: dict[str, str]) -> AccountExplanation:
        """What was decided of a currency, over its open invoices."""
        version = row.facts.get("version")
        return AccountExplanation(
            row.currency,
            "action_open" if row.outcome == "open_action" and row.on < self.on else row.outcome,
            step=row.step_code,
            step_name=self.levels.name(version, row.step_code),
            next_look_on=row.next_look_on,
            group=groups.get(row.facts.get("group"), row.facts.get("group", "")),
            version_id=version,
            items=[self._item(row, item) for item in items],
        )

    def _item(self, row: Decision, item: dict[str, Any]) -> ItemExplanation:
        left_out = self._left_out(row, item)
        by = None if left_out else self.carrying.by(row.currency, item["invoice_id"], late=item["due_on"] < self.on)
        outcome = self._outcome(item, left_out, by)
        covered = _covered(item, outcome)
        level = level_by(self.levels, by if outcome == "carried" else None, row.facts.get("version"), item["due_on"])
        return ItemExplanation(
            invoice_id=item["invoice_id"],
            number=number_of(item["number"], item["installment"]),
            due_on=item["due_on"],
            days_late=max(0, (self.on - item["due_on"]).days),
            amount=item["amount"],
            open_amount=item["open_amount"],
            covered=covered,
            net_amount=item["open_amount"] - covered,
            outcome=outcome,
            level=level.code if level else "",
            held=left_out if outcome == "held" else "",
            level_name=level.name if level else "",
        )

    def _left_out(self, row: Decision, item: dict[str, Any]) -> str:
        """What leaves an invoice out: "covered", or the kind of its hold. Of what was late the night has said it; of
        the rest, and where nothing was late net of unapplied money, the ledger of that day does."""
        if item["due_on"] < self.on and row.outcome != "nothing_overdue":
            return str(row.facts.get("items", {}).get(str(item["invoice_id"]), ""))
        return "covered" if item["net_amount"] == 0 else item["held"] or ""

    def _outcome(self, item: dict[str, Any], left_out: str, by: ActionThen | None) -> str:
        if left_out:
            return "covered" if left_out == "covered" else "held"
        if item["due_on"] >= self.on:
            return announced_by(by) or "not_due"
        return "carried" if by else "waiting"

    def with_amount(self, then: ActionThen, accounts: list[AccountExplanation]) -> ActionThen:
        """What it asked for: of a reminder that followed its balance, what it carried; of another, its amount if that
        cannot have moved since."""
        approved_on = None if then.amount is None else then.action.approved_on
        if (approved_on and approved_on <= self.on) or then not in self.carrying.actions:
            return then
        if then.action.kind in OF_THE_ACCOUNT:
            return replace(then, amount=self._carried_amount(then, accounts))
        moved = then.action.kind in FOLLOW_THEIR_BALANCE and not self._ended(then)
        return replace(then, amount=None) if moved else then

    def _carried_amount(self, then: ActionThen, accounts: list[AccountExplanation]) -> Decimal | None:
        """None where nothing tells it."""
        currency = then.action.currency
        late = [item for account in accounts if account.currency == currency for item in account.items]
        owed = [item for item in late if item.outcome == "carried" and item.due_on < self.on]
        carried = [item for item in owed if then in self.carrying.each_by(currency, item.invoice_id, late=True)]
        return sum((item.net_amount for item in carried), Decimal(0)) if carried else None

    def _ended(self, then: ActionThen) -> bool:
        zone = ZoneInfo(self.customer.entity.time_zone)
        return then.closed_at is not None and then.closed_at.astimezone(zone).date() <= self.on


def _covered(item: dict[str, Any], outcome: str) -> Decimal:
    """By unapplied money. The night may have known of less than what is dated by then."""
    open_amount: Decimal = item["open_amount"]
    covered: Decimal = item["covered"]
    if outcome == "covered":
        return open_amount
    return Decimal(0) if covered == open_amount else covered
