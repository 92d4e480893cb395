"""A house whose nights write e-mails and give tasks, and what its customers and people see of it."""

from collections.abc import Sequence
from datetime import date, datetime

from collections_app.actions.models import OPEN_STATES, Action, ActionState
from collections_app.engine.models import Run
from crm.accounts.models import Entity
from crm.events import operations as events
from telephony.messaging import operations as messaging
from telephony.messaging.models import Message
from tests.collections_app.engine.world import World, noon
from tests.factories.letters import TemplateVersionFactory

MONDAY = date(2026, 3, 2)  # contact hours: nothing leaves on a Sunday
LADDER = ({"offset_days": 5, "email": True}, {"offset_days": 15}, {"offset_days": -3})
LATE = (40, 20, 6, 6, -2)


def house(*, late: Sequence[int] = LATE, on: date = MONDAY, **entity: object) -> World:
    """Customers C0, C1… with one invoice each, so many days late on that day."""
    world = World(*LADDER, **entity)
    for step in world.steps:
        if step.template is not None:
            TemplateVersionFactory(template=step.template)
    for number, days in enumerate(late):
        customer = world.customer(external_id=f"C{number}")
        world.invoice(customer, late=days, on=on, external_id=f"F{number}")
    return world


def follow_up(at: datetime) -> None:
    """What workers and beat do after a night: send what is due, tell who reacts."""
    messaging.expire_leases(at=at)
    messaging.send_batch(messaging.hand_out(at=at), clock=lambda: at)
    events.sweep(at=at)


def day(world: World, on: date) -> None:
    """A night and the morning after it."""
    world.night(on, shards=1)
    follow_up(noon(on))


def seen(entity: Entity) -> dict[str, object]:
    """What is asked of people, what customers received, what waits for a person: without numbers of rows."""
    mine = Action.objects.filter(entity=entity)
    who, mails = "customer__external_id", Message.objects.filter(entity=entity)
    return {
        "open": sorted(mine.filter(state__in=OPEN_STATES).values_list(who, "step_code", "state", "amount")),
        "done": sorted(mine.filter(state=ActionState.DONE).values_list(who, "step_code")),
        "written": sorted(mails.filter(state="sent").values_list(who, "amount")),
        "to verify": sorted(mails.filter(state="ambiguous").values_list(who, "amount")),
        "last night": Run.objects.filter(entity=entity).order_by("-on", "-pk").values_list("on", "state").first(),
    }
