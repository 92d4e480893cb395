"""What happens to groups when a customer's facts change or two customers become one."""

from collections_app.segments.models import Membership
from collections_app.segments.operations import deliver_defaults
from collections_app.segments.regrouping import regroup
from crm.accounts.calendars import today
from crm.accounts.models import Entity
from crm.core.among import EVERYBODY, named
from crm.customers.registry import Merge, on_merge
from crm.events.models import Event
from crm.events.registry import register

FACTS_CHANGED = ("facts.changed", "receivables.changed")


def register_consumers() -> None:
    """Called once when the app is ready."""
    register("segments", FACTS_CHANGED, regroup_one)
    register("defaults", ("entity.created",), welcome)
    on_merge("segments.Membership.customer", end_memberships)


def welcome(event: Event) -> None:
    """Give a new entity its default templates, scenarios and groups, once."""
    deliver_defaults(Entity.objects.get(pk=event.entity_id), at=event.at)


def regroup_one(event: Event) -> None:
    """Give the customer of the event the group his facts now call for."""
    entity = Entity.objects.get(pk=event.entity_id)
    among = EVERYBODY if event.customer_id is None else named([event.customer_id])
    regroup(entity, on=today(entity, event.at), among=among)


def end_memberships(merge: Merge) -> int:
    """The duplicate leaves his group; what he belonged to until then stays his history. Returns the rows touched."""
    on = today(merge.duplicate.entity, merge.at)
    now = Membership.objects.filter(customer=merge.duplicate, to_on__isnull=True)
    return now.filter(from_on__gte=on).delete()[0] + now.filter(from_on__lt=on).update(to_on=on)
