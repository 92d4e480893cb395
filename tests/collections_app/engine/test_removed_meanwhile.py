"""What a supervisor or a collector removes between the stages of a night is named no more; the night goes on."""

from datetime import timedelta

import pytest

from collections_app.actions.models import Action
from collections_app.engine.stages import BY_CUSTOMER
from collections_app.segments.models import Group, Membership
from crm.accounts.models import Team
from crm.customers.models import Address
from tests.collections_app.engine.world import MARCH_1, World
from tests.connections import elsewhere, write_something
from tests.factories.accounts import TeamFactory
from tests.factories.scenarios import published_scenario
from tests.factories.segments import GroupFactory

pytestmark = pytest.mark.django_db
STAGES = [stage.name for stage in BY_CUSTOMER] + ["assign", "figures"]
NEXT = MARCH_1 + timedelta(days=1)


def late_customer(**step):
    """In a group beside the default one, with its own step at five days, for which a team works."""
    world = World({"offset_days": 5, "code": "usual", **step})
    scenario = published_scenario(world.entity, steps=[{"offset_days": 5, "code": "late", **step}]).scenario
    team = TeamFactory(entity=world.entity)
    GroupFactory(entity=world.entity, code="late", priority=1, scenario=scenario, team=team)
    world.invoice(world.customer(), late=6)
    return world


def removing(model, stage, **which):
    """Others write meanwhile: what is seen to be committed then leaves out what the night's own transaction does."""

    def remove(name):
        elsewhere(write_something)
        if name == stage:
            model.objects.filter(**which).delete()

    return remove


@pytest.mark.parametrize("stage", STAGES)
def test_a_group_removed_during_a_night_names_nobody_and_the_next_night_goes_by_the_others(stage):
    world = late_customer()
    world.night(shards=1, starting=removing(Group, stage, code="late"))
    assert not Membership.objects.exclude(group=world.group).exists()
    assert not Action.objects.filter(group__isnull=False).exclude(group=world.group).exists()
    world.night(NEXT, shards=1)
    [step] = Action.objects.values_list("step_code", flat=True)
    before = STAGES.index(stage) <= STAGES.index("facts")
    assert step == ("usual" if before else "late")
    assert list(Membership.objects.values_list("group", "to_on")) == [(world.group.pk, None)]


@pytest.mark.parametrize("model", [Team, Address])
@pytest.mark.parametrize("stage", STAGES)
def test_what_is_removed_during_a_night_is_named_by_nobody(model, stage):
    world = late_customer(email=True)
    world.night(shards=1, starting=removing(model, stage))
    [action] = Action.objects.all()
    assert {Team: action.team_id, Address: action.address_id}[model] is None
