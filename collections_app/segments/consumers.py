"""What happens to groups when a customer's facts change or two customers become one."""

from collections import defaultdict
from collections.abc import Sequence

from collections_app.segments.models import Membership
from collections_app.segments.operations import deliver_defaults, give_only_team
from collections_app.segments.regrouping import regroup
from crm.accounts.calendars import today
from crm.accounts.models import Entity
from crm.core.among import EVERYBODY, named
from crm.customers.models import Customer
from crm.customers.registry import Merge, on_merge
from crm.events.models import Event
from crm.events.registry import register, register_for_sets

FACTS_CHANGED = ("facts.changed", "receivables.changed")


def register_consumers() -> None:
    """Called once when the app is ready."""
    register_for_sets("segments", FACTS_CHANGED, regroup_those)
    register("defaults", ("entity.created",), welcome)
    register("first_team", ("team.created",), give_first_team)
    on_merge("segments.Membership.customer", end_memberships)


def welcome(event: Event) -> None:
    """Give a new entity its default templates, scenarios and groups, once."""
    deliver_defaults(Entity.objects.get(pk=event.entity_id), at=event.at)


def give_first_team(event: Event) -> None:
    """The groups a new entity was delivered could have no team yet."""
    give_only_team(Entity.objects.get(pk=event.entity_id))


def regroup_those(events: Sequence[Event]) -> None:
    """Give the customers of these events the groups their facts now call for: one statement an entity. They are locked
    in the order of their keys: two workers may be told of the same ones, and would each wait for the other."""
    concerned: dict[int, set[int | None]] = defaultdict(set)
    for event in events:
        concerned[event.entity_id].add(event.customer_id)
    for entity in Entity.objects.filter(pk__in=concerned).order_by("pk"):
        customers = sorted(filter(None, concerned[entity.pk]))
        list(Customer.objects.filter(pk__in=customers).order_by("pk").select_for_update(no_key=True).values_list("pk"))
        among = EVERYBODY if None in concerned[entity.pk] else named(customers)
        regroup(entity, on=today(entity, events[0].delivered_at), among=among)


def end_memberships(merge: Merge) -> int:
    """The duplicate leaves his group; what he belonged to until then stays his history. Returns the rows touched."""
    on = today(merge.duplicate.entity, merge.at)
    now = Membership.objects.filter(customer=merge.duplicate, to_on__isnull=True)
    return now.filter(from_on__gte=on).delete()[0] + now.filter(from_on__lt=on).update(to_on=on)
