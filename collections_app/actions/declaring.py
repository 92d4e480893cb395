"""The claims on an insolvent customer are to be declared by a day of the law: a task of its own, one per hold.

It comes from the hold and not from a scenario: nothing a hold, a limitation or a night does to dunning closes it. The
night keeps its amount and its owner true; its rank is that of the day of the judgment, before all dunning.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_noop

from collections_app.actions.following import follows
from collections_app.actions.models import Action, ActionKind, ActionLine, ActionState
from collections_app.actions.states import MOVES, sources
from collections_app.scenarios.models import StepMode
from crm.accounts.calendars import today
from crm.accounts.models import User
from crm.customers.models import Channel
from crm.customers.operations import in_use
from crm.events.models import Event
from crm.holds.declaring import record_declared, record_not_declared
from crm.holds.models import Hold, HoldKind, HoldOutcome
from crm.holds.queries import Claims, ToDeclare, claims_before, to_declare
from crm.timeline.operations import record

KINDS = ("hold.placed", "hold.ended")
STEP = "declaration-"
# A claim not declared in time is lost: above what any account owes, whatever its currency.
WEIGHT = 1e12
HOLD_ENDED = "hold_ended"
NO_LONGER = gettext_noop("Claims no longer to be declared: the suspension has ended")


def on_hold(event: Event) -> None:
    """Consumer of holds: those of insolvency ask for a declaration, once each; one that a person ends asks for nothing
    any more."""
    found = Hold.objects.filter(pk__in=event.payload.get("hold_ids", ()), kind=HoldKind.INSOLVENCY)
    for hold in found.select_related("customer").order_by("pk"):
        _follow(hold, at=event.delivered_at)


def _follow(hold: Hold, *, at: datetime) -> None:
    # He is locked first, as by a merge; then the hold, which somebody may be lifting.
    in_use(hold.customer)
    locked = Hold.objects.select_for_update(of=("self",), no_key=True).select_related("customer__entity")
    hold = locked.get(pk=hold.pk)
    if ended(hold):
        close_ended([hold], at=at)
        return
    on = today(hold.customer.entity, at)
    for declaration in to_declare([hold], on=on):
        _open(declaration, on=on)


def ended(hold: Hold) -> bool:
    """Whether a person ended it. The claims stay to be declared where only its last day has passed."""
    return hold.ended_on is not None and hold.outcome != HoldOutcome.EXPIRED


def _open(declaration: ToDeclare, *, on: date) -> None:
    hold = declaration.hold
    customer, judgment = hold.customer, declaration.judgment
    claims = _main(claims_before(customer, judgment, on=on), customer.entity.currency)
    task, is_new = Action.objects.get_or_create(
        customer=customer,
        kind=ActionKind.DECLARATION,
        step_code=f"{STEP}{hold.pk}",
        defaults={
            "entity_id": customer.entity_id,
            "currency": claims.currency if claims else customer.entity.currency,
            "occasion_on": declaration.until,
            "channel": Channel.POST,
            "mode": StepMode.TODO,
            "state": ActionState.TODO,
            "owner": follows(customer, on),
            "team_id": customer.team_id,
            "amount": claims.amount if claims else Decimal(0),
            "weight": WEIGHT,
            "late_since_on": judgment,
            "opened_on": on,
        },
    )
    if is_new:
        _add_lines(task, claims)


def _main(claims: list[Claims], currency: str) -> Claims | None:
    """Those in the currency of the entity, else the most there are in another: a task is in one currency."""
    return max(claims, key=lambda each: (each.currency == currency, each.amount), default=None)


def hold_of(task: Action) -> Hold:
    """The hold whose claims a task asks to declare."""
    return Hold.objects.select_related("customer").get(pk=task.step_code.removeprefix(STEP))


def claims_of(task: Action, *, on: date) -> list[Claims]:
    """What a task asks to declare, as it stands on a day, in every currency."""
    return claims_before(task.customer, task.late_since_on, on=on)


def claims_said(task: Action, *, on: date | None, at: datetime) -> list[Claims]:
    """What a person speaks of who says at an instant what became of the claims a task asks for: those declared on an
    earlier day were the ones known that day, or when he was asked."""
    noted_on = today(task.entity, at)
    until = noted_on if on is None else min(noted_on, max(on, task.opened_on))
    after = datetime.combine(until + timedelta(days=1), time.min, ZoneInfo(task.entity.time_zone))
    return claims_before(task.customer, task.late_since_on, on=noted_on, known_at=after)


def declared(task: Action, claims: list[Claims], *, on: date, reference: str, by: User, at: datetime) -> None:
    """Record of its hold that these claims were declared on a day."""
    record_declared(hold_of(task), declared_on=on, reference=reference, claims=claims, action=task.pk, by=by, at=at)
    _carry(task, claims)


def not_needed(task: Action, claims: list[Claims], *, reason: str, by: User, at: datetime) -> None:
    """Record of its hold why these claims are not declared."""
    record_not_declared(hold_of(task), reason=reason, claims=claims, action=task.pk, by=by, at=at)
    _carry(task, claims)


def _carry(task: Action, claims: list[Claims]) -> None:
    """What it carried in its currency is what was said, also of what came since the last night."""
    said = next((each for each in claims if each.currency == task.currency), None)
    ActionLine.objects.filter(action=task).delete()
    _add_lines(task, said)
    Action.objects.filter(pk=task.pk).update(amount=said.amount if said else Decimal(0))


def _add_lines(task: Action, claims: Claims | None) -> None:
    items = claims.items if claims else []
    ActionLine.objects.bulk_create(
        ActionLine(action=task, invoice_id=item.invoice_id, amount=item.net_amount) for item in items
    )


def close_ended(holds: Iterable[Hold], *, at: datetime) -> list[int]:
    """Close the tasks that wait for the declaration of holds which a person ended, and say so in the history; which."""
    named = {f"{STEP}{hold.pk}": hold.customer_id for hold in holds}
    waiting = Action.objects.filter(
        customer__in=named.values(), step_code__in=named, kind=ActionKind.DECLARATION, state__in=sources("cancel")
    )
    found = list(waiting.select_related("customer").order_by("pk").select_for_update(of=("self",), no_key=True))
    Action.objects.filter(pk__in=[task.pk for task in found]).update(
        state=MOVES["cancel"][1], outcome=HOLD_ENDED, closed_at=at, snoozed_until=None
    )
    for task in found:
        record(task.customer, "action", NO_LONGER, at=at, about="action", about_id=task.pk)
    return [task.pk for task in found]


def close_if_ended(tasks: Collection[int], *, at: datetime) -> list[int]:
    """Of some tasks, close those that wait for the declaration of a hold which a person has ended meanwhile; which."""
    codes = Action.objects.filter(pk__in=tasks, kind=ActionKind.DECLARATION).values_list("step_code", flat=True)
    keys = [int(code.removeprefix(STEP)) for code in codes]
    over = [hold for hold in Hold.objects.filter(pk__in=keys) if ended(hold)] if keys else []
    return close_ended(over, at=at) if over else []
