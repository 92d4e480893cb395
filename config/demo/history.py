"""Ten weeks of nights and of work on what they opened, so that the demonstration has a past."""

from collections import defaultdict
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_noop

from collections_app.actions.bulk import complete
from collections_app.actions.labels import Outcome, decides
from collections_app.actions.models import Action, ActionQuerySet, ActionState
from collections_app.actions.operations import Said, approve, conclude
from collections_app.actions.states import ActionMoved
from collections_app.engine.leases import Clock
from collections_app.engine.operations import run_night
from config.demo.carrying import carry_out
from config.demo.portfolio import Portfolio, write_until
from crm.accounts.calendars import worked_days
from crm.accounts.models import Entity, User
from crm.core.sql import run
from crm.customers.models import Channel

WEEKS = 10
MAILED = gettext_noop("E-mail sent: step %(step)s")
POSTED = gettext_noop("Letter posted: step %(step)s")
NIGHTS = (1, 4)  # Tuesday and Friday: a missed night loses no step
OUTCOMES = {
    Outcome.NO_ANSWER: 24,
    Outcome.MESSAGE_LEFT: 18,
    Outcome.WILL_PAY: 26,
    Outcome.SPOKE: 16,
    Outcome.PAID: 6,
    Outcome.CALL_BACK: 10,
}
DECISIONS = {Outcome.WAIT: 10, Outcome.PLAN: 30, Outcome.AGENCY: 30, Outcome.LAWYER: 20, Outcome.WRITE_OFF: 10}
# In how many days: a promise leaves the account in peace until then, who asks for it is called back that day, and a
# decision is asked again.
WITHIN = {
    Outcome.WILL_PAY: (4, 12),
    Outcome.CALL_BACK: (2, 14),
    Outcome.WAIT: (7, 28),
    Outcome.PLAN: (60, 180),
    Outcome.AGENCY: (60, 120),
    Outcome.LAWYER: (90, 180),
    Outcome.WRITE_OFF: (15, 30),
}
DONE_SHARE = 0.85
DECIDED_SHARE = 0.85  # of what comes after the formal notice: the supervisor keeps some hard cases
REAL_FOR = timedelta(days=12)
# Nobody has touched what came since: it waits for whoever tries the demonstration. Later than that, most escalates.
LAST_WEEK = timedelta(days=10)


def live_through(portfolio: Portfolio, people: dict[str, User], rng: Random, on: date, *, weeks: int = WEEKS) -> None:
    """Each past night, none before what is written, decides on what was known then; people then do most of what it
    asks. The last one is left."""
    entity, zone = portfolio.entity, ZoneInfo(portfolio.entity.time_zone)
    first = max(on - timedelta(weeks=weeks), portfolio.until)
    nights = [day for day in worked_days(entity, first, on) if day.weekday() in NIGHTS]
    for night in [day for day in nights if day < on]:
        at = datetime.combine(night, entity.night_at, zone)
        write_until(portfolio, night, at)
        run_night(entity, on=night, at=at, clock=stopped(at))
        work(entity, people, rng, datetime.combine(night, time(10, 30), zone), on - night)
    at = datetime.combine(on, entity.night_at, zone)
    write_until(portfolio, on, at)


def share_done(ago: timedelta) -> float:
    """How much of the open work is done that day: this week's waits for whoever tries the demonstration."""
    return 0 if ago < LAST_WEEK else DONE_SHARE


def done_of(action: Action, share: float) -> float:
    """How likely an action is done on a day its collectors work."""
    return DECIDED_SHARE if decides(action) else share


def stopped(at: datetime) -> Clock:
    """A clock that always says `at`."""
    return lambda: at


def work(entity: Entity, people: dict[str, User], rng: Random, at: datetime, ago: timedelta) -> None:
    """What leaves by itself leaves; people approve, call and write."""
    share, really = share_done(ago), ago < REAL_FOR and not entity.training
    leave(entity, people["camille"], at, really)
    waiting = awake(entity, at.date()).select_related("owner", "entity").order_by("pk")
    groups: dict[tuple[User, Outcome], list[Action]] = defaultdict(list)
    for action in [action for action in waiting if rng.random() < done_of(action, share)]:
        user = action.owner or people["karim"]
        usual = DECISIONS if decides(action) else OUTCOMES
        said = rng.choices(list(usual), list(usual.values()))[0]
        if action.state == ActionState.TO_APPROVE:
            agree(action, user, at)
        else:
            groups[user, said if action.channel == Channel.PHONE else Outcome.SENT].append(action)
    for (user, said), actions in groups.items():
        done_at = at + timedelta(minutes=rng.randint(0, 300))
        if said in WITHIN:
            noted(actions, said, rng, user, done_at)
        else:
            complete([action.pk for action in actions], outcome=said, by=user, at=done_at)
    leave(entity, people["camille"], at + timedelta(hours=4), really)


def awake(entity: Entity, on: date) -> ActionQuerySet:
    """What waits for a person that day; who is to be called back is left alone until then."""
    waiting = Action.objects.filter(entity=entity).waiting_for_a_person()
    return waiting.exclude(snoozed_until__gt=on)


def noted(actions: list[Action], said: Outcome, rng: Random, user: User, at: datetime) -> None:
    """Each names a day, as on the pages: the nights end the promises, and the calls come back in the lists. A promise
    also closes what else was asked of the account: that is left alone."""
    for action in actions:
        day = at.date() + timedelta(days=rng.randint(*WITHIN[said]))
        with suppress(ActionMoved):
            conclude(action, Said(said, on=day), by=user, at=at)


def agree(action: Action, user: User, at: datetime) -> None:
    """What is approved leaves by the outbox; of training, where nothing leaves, only the past is told."""
    if action.entity.training:
        Action.objects.filter(pk=action.pk).update(state=ActionState.SCHEDULED, approved_on=at.date())
    else:
        approve(action, by=user, at=at)


def leave(entity: Entity, by: User, at: datetime, really: bool) -> None:
    """What waits in the outbox leaves: `really` by the outbox, as in the last days, or in one statement."""
    if really:
        carry_out(entity, by=by, at=at)
    else:
        run("config.demo", "sent", {"entity": entity.pk, "at": at, "mailed": MAILED, "posted": POSTED})
