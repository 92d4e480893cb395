"""The last look before an action leaves: lock, balance, gates, words."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import DateField, DateTimeField, F, Func, Value
from django.db.models.functions import Cast

from collections_app.actions.levels import reached
from collections_app.actions.models import Action, ActionKind, ActionLine, ActionState
from collections_app.compliance import gates
from collections_app.letters.compose import NOT_WRITTEN, Composed, Line, compose
from collections_app.letters.languages import NoPublishedVersion, template_of
from collections_app.letters.pdf import NotDrawn
from collections_app.scenarios.models import StepMode
from crm.accounts.calendars import today
from crm.accounts.queries import entity_of, person_of
from crm.core.liquid import TemplateFault
from crm.customers.models import Address, Customer
from crm.customers.queries import BestAddress
from crm.holds.queries import NetItem, net_items
from telephony.core.outgoing import NotBefore, Prepared, Refused, Stale

CANDIDATE = """
select x.id as key, x.entity_id, x.customer_id, x.currency, x.channel,
       coalesce(customer_best_address(x.customer_id, x.channel, %(on)s), x.address_id) as address_id, x.formal_notice,
       x.mode = 'automatic' as automatic, x.amount, x.run_id as occasion,
       (select max(m.id) from messaging_message m where m.origin = 'action' and m.origin_id = x.id) as message,
       array(select l.invoice_id from actions_actionline l where l.action_id = x.id) as invoice_ids,
       null::date as oldest_due_on
from actions_action x where x.id = %(action)s
"""

# In words in `compliance.wording`.
NOT_COMPOSED: dict[type[Exception], str] = {
    NoPublishedVersion: "no_published_text",
    TemplateFault: "template_fault",
    NotDrawn: "not_drawn",
}


def prepare_action(action_id: int, at: datetime) -> Prepared:
    """Compose the message of a scheduled action as things stand at `at`, inside the transaction that reserves it.

    Raises Stale ("closed", "settled", "balance_changed"), Refused (a gate, or what nobody can write) or NotBefore.
    """
    # One message of a customer at a time, or two would each count the other out of the contact caps.
    Customer.objects.filter(actions=action_id).select_for_update(of=("self",), no_key=True).values_list("pk").get()
    locked = Action.objects.select_for_update(of=("self",)).select_related("customer", "address__contact")
    action = _with_its_house(locked.annotate(best_address=_best_address(at)).get(pk=action_id))
    if action.state != ActionState.SCHEDULED:
        raise Stale("closed")
    on = today(action.entity, at)
    _choose_address(action)
    lines = _locked_lines(action)
    lines = _check_balance(action, lines, _items_now(action, lines, on), on)
    _ask_gates(action, at)
    try:
        return _to(action.address, compose_action(action, on=on, carried=lines).prepared())
    except NOT_WRITTEN as fault:  # trying again would change nothing
        raise Refused("composition", NOT_COMPOSED[type(fault)]) from fault


def _to(address: Address | None, prepared: Prepared) -> Prepared:
    return replace(prepared, address_id=address.pk, recipient=address.value) if address else prepared


def _best_address(at: datetime) -> BestAddress:
    """Where an action goes at an instant, found with the action itself."""
    local = Func(F("entity__time_zone"), Value(at, DateTimeField()), function="timezone", output_field=DateTimeField())
    return BestAddress(F("customer_id"), F("channel"), Cast(local, DateField()))


def _choose_address(action: Any) -> None:
    """One that was added or put right since it was asked for: nobody sends to where a customer is no longer."""
    if action.best_address not in (None, action.address_id):
        action.address = Address.objects.select_related("contact").get(pk=action.best_address)
        action.save(update_fields=["address"])


def _with_its_house(action: Action) -> Action:
    """The same, with what the messages of a batch share."""
    customer = action.customer
    action.entity = customer.entity = entity_of(action.entity_id)
    customer.collector = person_of(customer.collector_id)
    action.owner = person_of(action.owner_id)
    action.template = template_of(action.template_id)
    return action


def compose_action(
    action: Action,
    *,
    on: date,
    language: str | None = None,
    carried: Sequence[ActionLine] | None = None,
    to_read: bool = False,
) -> Composed:
    """The words of an action as they would leave on `on`: preview and sending alike. `carried`: its lines, where they
    were read; `to_read` as in `compose`, to the best address there is now. Raises Stale without template."""
    if action.template is None:
        raise Stale("no_template")
    if carried is None:
        carried = list(action.lines.select_related("invoice"))
    return compose(
        action.template,
        action.customer,
        currency=action.currency,
        lines=[Line(line.invoice, line.amount, reached(action, line.invoice, on)) for line in carried],
        on=on,
        language=language,
        address=None if to_read else action.address,
        sender=action.owner,
        formal_notice=action.formal_notice,
        to_read=to_read,
    )


def _locked_lines(action: Action) -> list[ActionLine]:
    """What the action carries, the invoices locked until the commit so that no payment slips in between."""
    lines = action.lines.select_related("invoice").order_by("invoice_id")
    return list(lines.select_for_update(of=("invoice",)))


def _items_now(action: Action, lines: Sequence[ActionLine], on: date) -> dict[int, NetItem]:
    """What the carried invoices stand at."""
    carried = {line.invoice_id for line in lines}
    return {item.invoice_id: item for item in net_items(action.customer, on=on) if item.invoice_id in carried}


def _check_balance(action: Action, lines: list[ActionLine], items: dict[int, NetItem], on: date) -> list[ActionLine]:
    """The lines to write about. Raises Stale."""
    left = _left(action, items)
    if not left.keys() & {line.invoice_id for line in lines if reached(action, line.invoice, on)}:
        raise Stale("settled")
    owed = {key: item.net_amount for key, item in left.items()}
    # Line by line: the text lists invoices, and two changes may leave the same total.
    if owed == {line.invoice_id: line.amount for line in lines} and sum(owed.values()) == action.amount:
        return lines
    if action.mode != StepMode.AUTOMATIC:
        raise Stale("balance_changed")
    return _carry_what_is_left(action, lines, left)


def _left(action: Action, items: dict[int, NetItem]) -> dict[int, NetItem]:
    by_person = action.kind == ActionKind.MANUAL
    return {key: item for key, item in items.items() if item.net_amount > 0 and (by_person or item.held is None)}


@transaction.atomic
def carry_what_is_owed(action: Action, *, on: date) -> None:
    """Show on an open action what its invoices stand at on `on`, for the person who is asked again."""
    lines = _locked_lines(action)
    if left := _left(action, _items_now(action, lines, on)):
        _carry_what_is_left(action, lines, left)


def _carry_what_is_left(action: Action, lines: list[ActionLine], left: dict[int, NetItem]) -> list[ActionLine]:
    """Nobody has approved an amount: an automatic message simply claims what is owed now."""
    ActionLine.objects.filter(action=action).exclude(invoice__in=left).delete()
    lines = [line for line in lines if line.invoice_id in left]
    for line in lines:
        line.amount = left[line.invoice_id].net_amount
    ActionLine.objects.bulk_update(lines, ["amount"])
    action.amount = sum((line.amount for line in lines), Decimal(0))
    action.save(update_fields=["amount"])
    return lines


def _ask_gates(action: Action, at: datetime) -> None:
    asked, types = {"action": action.pk, "on": today(action.entity, at)}, {"action": "bigint", "on": "date"}
    [verdict] = gates.evaluate(CANDIDATE, asked, at=at, types=types)
    if verdict.answer == "not_before" and verdict.not_before_at is not None:
        raise NotBefore(verdict.not_before_at, verdict.gate, verdict.rule)
    if verdict.answer != "allowed":
        raise Refused(verdict.gate, verdict.rule)
