"""The last look before an action leaves: lock, balance, gates, words."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Sum

from collections_app.actions.models import Action, ActionKind, ActionLine, ActionState
from collections_app.compliance import gates
from collections_app.letters.compose import Composed, Line, compose
from collections_app.scenarios.models import StepMode
from crm.accounts.calendars import today
from crm.customers.models import Customer
from crm.holds.queries import NetItem, net_items
from crm.receivables.models import Invoice
from telephony.core.outgoing import NotBefore, Prepared, Refused, Stale

CANDIDATE = """
select x.id as key, x.entity_id, x.customer_id, x.currency, x.channel, x.address_id, x.formal_notice,
       x.mode = 'automatic' as automatic, x.amount, x.run_id as occasion,
       (select max(m.id) from messaging_message m where m.origin = 'action' and m.origin_id = x.id) as message,
       array(select l.invoice_id from actions_actionline l where l.action_id = x.id) as invoice_ids
from actions_action x where x.id = %(action)s
"""


def prepare_action(action_id: int, at: datetime) -> Prepared:
    """Compose the message of a scheduled action as things stand at `at`, inside the transaction that reserves it.

    Raises Stale ("closed", "settled", "balance_changed"), Refused or NotBefore.
    """
    # One message of a customer at a time, or two would each count the other out of the contact caps.
    Customer.objects.select_for_update(of=("self",), no_key=True).get(actions=action_id)
    locked = Action.objects.select_for_update(of=("self",)).select_related(
        "entity", "customer__entity", "template", "address"
    )
    action = locked.get(pk=action_id)
    if action.state != ActionState.SCHEDULED:
        raise Stale("closed")
    on = today(action.entity, at)
    _check_balance(action, _items_now(action, on))
    _ask_gates(action, at)
    return compose_action(action, on=on).prepared()


def compose_action(action: Action, *, on: date, language: str | None = None) -> Composed:
    """The words of an action as they would leave on `on`: preview and sending alike. Raises Stale without template."""
    if action.template is None:
        raise Stale("no_template")
    lines = [
        Line(line.invoice, line.amount, line.level_code, line.reached)
        for line in action.lines.select_related("invoice").order_by("invoice__due_on", "invoice_id")
    ]
    return compose(
        action.template,
        action.customer,
        currency=action.currency,
        lines=lines,
        on=on,
        language=language,
        address=action.address,
        sender=action.owner,
        formal_notice=action.formal_notice,
    )


def _items_now(action: Action, on: date) -> dict[int, NetItem]:
    """What the carried invoices stand at, locked until the commit so that no payment slips in between."""
    carried = list(action.lines.values_list("invoice_id", flat=True))
    list(Invoice.objects.filter(pk__in=carried).order_by("pk").select_for_update(of=("self",)).values_list("pk"))
    return {item.invoice_id: item for item in net_items(action.customer, on=on) if item.invoice_id in carried}


def _check_balance(action: Action, items: dict[int, NetItem]) -> None:
    left = _left(action, items)
    reached = set(action.lines.filter(reached=True).values_list("invoice_id", flat=True))
    if not reached & left.keys():
        raise Stale("settled")
    owed = {key: item.net_amount for key, item in left.items()}
    # Line by line: the text lists invoices, and two changes may leave the same total.
    if owed == dict(action.lines.values_list("invoice_id", "amount")) and sum(owed.values()) == action.amount:
        return
    if action.mode != StepMode.AUTOMATIC:
        raise Stale("balance_changed")
    _carry_what_is_left(action, left)


def _left(action: Action, items: dict[int, NetItem]) -> dict[int, NetItem]:
    by_person = action.kind == ActionKind.MANUAL
    return {key: item for key, item in items.items() if item.net_amount > 0 and (by_person or item.held is None)}


@transaction.atomic
def carry_what_is_owed(action: Action, *, on: date) -> None:
    """Show on an open action what its invoices stand at on `on`, for the person who is asked again."""
    if left := _left(action, _items_now(action, on)):
        _carry_what_is_left(action, left)


def _carry_what_is_left(action: Action, left: dict[int, NetItem]) -> None:
    """Nobody has approved an amount: an automatic message simply claims what is owed now."""
    ActionLine.objects.filter(action=action).exclude(invoice__in=left).delete()
    lines = list(action.lines.all())
    for line in lines:
        line.amount = left[line.invoice_id].net_amount
    ActionLine.objects.bulk_update(lines, ["amount"])
    action.amount = action.lines.aggregate(total=Sum("amount"))["total"]
    action.save(update_fields=["amount"])


def _ask_gates(action: Action, at: datetime) -> None:
    [verdict] = gates.evaluate(CANDIDATE, {"action": action.pk}, at=at)
    if verdict.answer == "not_before" and verdict.not_before_at is not None:
        raise NotBefore(verdict.not_before_at, verdict.gate, verdict.rule)
    if verdict.answer != "allowed":
        raise Refused(verdict.gate, verdict.rule)
