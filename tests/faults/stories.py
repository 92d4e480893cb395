"""A night and its morning lived through by a whole installation, and the person who looks up what is to verify."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.utils import timezone

from crm.accounts.models import Entity
from crm.law.models import Rule
from telephony.messaging import operations as messaging
from telephony.messaging.models import Message
from tests.factories.accounts import UserFactory
from tests.faults.house import day, house, seen

LATE = (40, 30, 20, 18, 16, 9, 8, 7, 6, 6, 2, -2)
QUIET = """
select exists (select 1 from engine_run where entity_id = %s and state = 'done')
   and not exists (select 1 from messaging_message where entity_id = %s and state in ('planned', 'waiting', 'reserved'))
   and not exists (select 1 from events_delivery d join events_event e on e.id = d.event_id
                   where e.entity_id = %s and d.processed_at is null)
"""
UNDER_WAY = "select count(*) >= 3 from engine_runstage s join engine_run r on r.id = s.run_id where r.entity_id = %s"


def zone() -> str:
    """A time zone where it is about noon: no midnight comes in the way, whenever the tests run."""
    return f"Etc/GMT{timezone.now().hour - 12:+d}"


def today() -> date:
    return datetime.now(ZoneInfo(zone())).date()


def open_house(late: Sequence[int] = LATE) -> int:
    """A house whose night is due at once; its number."""
    world = house(late=late, on=today(), time_zone=zone(), night_at=time(0), live_since=None)
    Entity.objects.filter(pk=world.entity.pk).update(live_since="2020-01-01")
    return int(world.entity.pk)


def undisturbed(late: Sequence[int] = LATE) -> dict[str, object]:
    """What is seen after a night and its morning, lived through in this process. No hour of the day matters."""
    Rule.objects.filter(code__startswith="contact_hours").delete()
    world = house(late=late, on=today(), time_zone=zone(), night_at=time(0))
    day(world, today())
    result = seen(world.entity)
    Entity.objects.filter(pk=world.entity.pk).update(live_since=None)
    return result


def settle(entity: int, taken: Mapping[str, int]) -> int:
    """A person looks up each mail that is to verify at the recipient's; how many there were."""
    unclear = list(Message.objects.filter(entity=entity, state="ambiguous", attempts__result="ambiguous"))
    for message in unclear:
        messaging.reconcile(message, sent=message.message_id in taken, by=UserFactory(), at=timezone.now())
    return len(unclear)
