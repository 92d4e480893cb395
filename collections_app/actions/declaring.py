"""The claims on an insolvent customer are to be declared by a day of the law: a task of its own, one per hold, and
another for what becomes known once they were declared.

It comes from the hold and not from a scenario: nothing a hold, a limitation or a night does to dunning closes it. The
night keeps its amount and its owner true; its rank is that of the day of the judgment, before all dunning.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils.translation import gettext_noop

from collections_app.actions.following import follows
from collections_app.actions.insolvent import close_if_answered
from collections_app.actions.models import Action, ActionKind, ActionLine, ActionState
from collections_app.actions.states import MOVES, sources
from collections_app.scenarios.models import StepMode
from crm.accounts.calendars import today
from crm.accounts.models import Entity, User
from crm.customers.models import Channel
from crm.customers.operations import in_use
from crm.events.models import Event
from crm.holds.declaring import record_declared, record_not_declared
from crm.holds.models import Hold, HoldKind, HoldOutcome
from crm.holds.queries import Claims, LeftToDeclare, ToDeclare, claims_left, left_to_declare, to_declare
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
    close_if_answered(hold, is_over=ended(hold), at=at)
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
    claims = claims_left(declaration.hold.customer, declaration.judgment, on=on)
    _ask(declaration, claims, f"{STEP}{declaration.hold.pk}", on=on)


def _ask(declaration: ToDeclare, claims: list[Claims], code: str, *, on: date) -> bool:
    """Whether this was not asked before."""
    customer = declaration.hold.customer
    main = _main(claims, customer.entity.currency)
    task, is_new = Action.objects.get_or_create(
        customer=customer,
        kind=ActionKind.DECLARATION,
        step_code=code,
        defaults={
            "entity_id": customer.entity_id,
            "currency": main.currency if main else customer.entity.currency,
            "occasion_on": declaration.until,
            "channel": Channel.POST,
            "mode": StepMode.TODO,
            "state": ActionState.TODO,
            "owner": follows(customer, on),
            "team_id": customer.team_id,
            "amount": main.amount if main else Decimal(0),
            "weight": WEIGHT,
            "late_since_on": declaration.judgment,
            "opened_on": on,
        },
    )
    if is_new:
        _add_lines(task, main)
    return is_new


def ask_for_the_rest(entity: Entity, *, on: date, at: datetime) -> int:
    """Open a task for what became known of claims since they were declared, by the same last day: an invoice imported
    late, or brought by a merge; how many. Nothing where a task asks for it already."""
    found = left_to_declare(entity, on=on)
    customers = [left.declaration.hold.customer_id for left in found]
    open_ones = Action.objects.open().filter(kind=ActionKind.DECLARATION, customer__in=customers)
    asked = set(open_ones.values_list("customer_id", "late_since_on")) if found else set()
    return sum(
        _ask_for_more(left, on=on)
        for left in found
        if (left.declaration.hold.customer_id, left.declaration.judgment) not in asked
    )


def _ask_for_more(left: LeftToDeclare, *, on: date) -> bool:
    hold = left.declaration.hold
    if in_use(hold.customer) != hold.customer:
        return False  # merged since: the next night asks for all of it
    number = Action.objects.filter(of_holds([hold])).count()
    return _ask(left.declaration, left.claims, f"{STEP}{hold.pk}-{number}", on=on)


def of_holds(holds: Iterable[Hold]) -> Q:
    """The tasks of some holds: the first one of each, and those for what became known later."""
    condition = Q(pk__in=[])
    for hold in holds:
        code = f"{STEP}{hold.pk}"
        condition |= Q(customer=hold.customer_id) & (Q(step_code=code) | Q(step_code__startswith=f"{code}-"))
    return condition & Q(kind=ActionKind.DECLARATION)


def _main(claims: list[Claims], currency: str) -> Claims | None:
    """Those in the currency of the entity, else the most there are in another: a task is in one currency."""
    return max(claims, key=lambda each: (each.currency == currency, each.amount), default=None)


def hold_of(task: Action) -> Hold:
    """The hold whose claims a task asks to declare."""
    return Hold.objects.select_related("customer").get(pk=_hold_key(task.step_code))


def _hold_key(code: str) -> int:
    return int(code.removeprefix(STEP).partition("-")[0])


def claims_of(task: Action, *, on: date) -> list[Claims]:
    """What a task asks to declare, as it stands on a day, in every currency."""
    return claims_left(task.customer, task.late_since_on, on=on)


def claims_said(task: Action, *, on: date | None, at: datetime) -> list[Claims]:
    """What a person speaks of who says at an instant what became of the claims a task asks for: those declared on an
    earlier day were the ones known that day, or when he was asked."""
    noted_on = today(task.entity, at)
    until = noted_on if on is None else min(noted_on, max(on, task.opened_on))
    after = datetime.combine(until + timedelta(days=1), time.min, ZoneInfo(task.entity.time_zone))
    return claims_left(task.customer, task.late_since_on, on=noted_on, known_at=after)


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
    waiting = Action.objects.filter(of_holds(holds), state__in=sources("cancel"))
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
    keys = [_hold_key(code) for code in codes]
    over = [hold for hold in Hold.objects.filter(pk__in=keys) if ended(hold)] if keys else []
    return close_ended(over, at=at) if over else []
