"""What is tried, put in force in the copies of scenarios and groups."""

from collections_app.engine.simulation.exceptions import TriedGone
from collections_app.engine.simulation.models import Simulation
from collections_app.scenarios.models import ScenarioVersion, VersionState
from collections_app.segments.models import Group
from collections_app.segments.operations import next_priority


def put_in_force(simulation: Simulation) -> None:
    """Publish the version, bring the group back or give it its scenario; only inside the schema of a simulation.

    Raises TriedGone.
    """
    version, group = simulation.version, simulation.group
    if version:
        others = ScenarioVersion.objects.filter(scenario=version.scenario_id, state=VersionState.PUBLISHED)
        others.update(state=VersionState.RETIRED)
        if not ScenarioVersion.objects.filter(pk=version.pk).update(state=VersionState.PUBLISHED):
            raise TriedGone
    if group:
        mine = Group.objects.filter(pk=group.pk)
        if not mine.exists():
            raise TriedGone
        changes: dict[str, object] = {"scenario": simulation.group_scenario} if simulation.group_scenario else {}
        if group.archived:  # as `unarchive` would: back, last in order
            changes |= {"archived": False, "priority": next_priority(simulation.entity)}
        mine.update(**changes)
