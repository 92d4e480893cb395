"""The actions of a customer that were open on a day, each in the life it was in."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.db.models import F, Prefetch, Q
from django.db.models.functions import Coalesce

from collections_app.actions.models import Action, Life, Refusal
from collections_app.engine.explanation import ActionThen
from crm.customers.models import Customer

SINCE = Coalesce("reopened_on", "opened_on")


def open_now(customer: Customer, on: date) -> list[ActionThen]:
    """Opened by `on` and not closed before that day began for the entity, with what refused them by then."""
    still = Q(closed_at__isnull=True) | Q(closed_at__gte=_morning(customer, on))
    actions = Action.objects.annotate(since=SINCE).filter(still, customer=customer, since__lte=on)
    this_life = Refusal.objects.filter(last_on__gte=Coalesce("action__reopened_on", F("action__opened_on")))
    refusals = Prefetch("refusals", this_life.filter(first_on__lte=on).order_by("first_on", "pk"))
    found = actions.select_related("template", "owner").prefetch_related(refusals).order_by("since", "pk")
    return [_this_life(action, since=action.since) for action in found]


def open_then(customer: Customer, on: date) -> list[ActionThen]:
    """The same of a past day: also those closed since and opened again, in the life they had then."""
    ended = Life.objects.filter(action__customer=customer, opened_on__lte=on, closed_at__gte=_morning(customer, on))
    lives = ended.select_related("action__template", "action__owner").order_by("closed_at")
    found = {life.action_id: _earlier_life(life) for life in lives}
    found |= {then.action.pk: then for then in open_now(customer, on)}
    return sorted(found.values(), key=lambda then: (then.opened_on, then.action.pk))


def _morning(customer: Customer, on: date) -> datetime:
    return datetime.combine(on, time.min, ZoneInfo(customer.entity.time_zone))


def _this_life(action: Action, *, since: date) -> ActionThen:
    return ActionThen(action, since, action.closed_at, action.state, action.amount, list(action.refusals.all()))


def _earlier_life(life: Life) -> ActionThen:
    return ActionThen(life.action, life.opened_on, life.closed_at, life.state, None, [], again=True)
