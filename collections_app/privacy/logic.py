"""The logic of what is decided without a person (GDPR art. 15(1)(h)): the group, its criteria, the steps foreseen."""

from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from collections_app.privacy.people import Person
from collections_app.scenarios.models import ScenarioVersion, Step, VersionState
from collections_app.segments.criteria import Node
from collections_app.segments.models import Group, Membership
from collections_app.segments.queries import tree_of
from collections_app.segments.wording import sentence


def logic_of(person: Person) -> list[dict[str, Any]]:
    """Each group the person is in today, with the criteria he meets and the steps it foresees."""
    now = Membership.objects.filter(customer__in=person.keys, to_on__isnull=True).order_by("customer_id")
    return [_told(membership.group, person) for membership in now.select_related("group__scenario")]


def _told(group: Group, person: Person) -> dict[str, Any]:
    return {
        "group": group.name,
        "criteria": _criteria(group, person),
        "scenario": group.scenario.name if group.scenario else "",
        "steps": [_step(step) for step in _steps(group)],
    }


def _criteria(group: Group, person: Person) -> str:
    tree = tree_of(group)
    if isinstance(tree, Node):
        return sentence(tree, person.customer.entity)
    return tree or _("every customer no other group takes")


def _steps(group: Group) -> list[Step]:
    versions = ScenarioVersion.objects.filter(scenario=group.scenario_id, state=VersionState.PUBLISHED)
    return list(Step.objects.filter(version__in=versions).order_by(F("offset_days"), "pk"))


def _step(step: Step) -> dict[str, Any]:
    return {
        "name": step.name,
        "days_from_due_date": step.offset_days,
        "channel": str(step.get_channel_display()),
        "mode": str(step.get_mode_display()),
    }
