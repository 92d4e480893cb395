"""Whatever groups and versions do, a step is never sent twice in a cycle, and the level never falls."""

from datetime import timedelta

import pytest
from hypothesis import given, settings, strategies as st

from collections_app.actions.models import Action
from collections_app.scenarios import operations as scenarios
from collections_app.segments.models import Group
from tests.collections_app.engine.world import MARCH_1, World, noon
from tests.examples import taken_back
from tests.factories.scenarios import published_scenario
from tests.factories.segments import GroupFactory

OFFSETS = st.lists(st.integers(0, 30), min_size=1, max_size=4, unique=True).map(sorted)
MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("group"), st.integers(0, 2)),
        st.tuples(st.just("version"), OFFSETS),
        st.tuples(st.just("nothing"), st.just(0)),
    ),
    min_size=5,
    max_size=9,
)


def step(offset):
    return {"offset_days": offset, "gap_days": 1}


def publish(scenario, offsets):
    """A next version with these days; the same day is the same step."""
    draft = scenarios.create_draft(scenario, by=None)
    draft.steps.all().delete()
    for offset in offsets:
        scenarios.save_step(
            draft, code=f"s{offset}", name="Appel", offset_days=offset, channel="phone", gap_days=1, by=None
        )
    scenarios.publish(draft, by=None, at=noon(MARCH_1))


@pytest.mark.django_db
@given(first=st.tuples(OFFSETS, OFFSETS, OFFSETS), moves=MOVES)
@settings(max_examples=8)
@taken_back
def test_no_move_repeats_or_lowers_a_step(first, moves):
    world = World(*[step(offset) for offset in first[0]])
    ladders = [world.version.scenario]
    ladders += [published_scenario(world.entity, steps=[step(day) for day in days]).scenario for days in first[1:]]
    chosen = GroupFactory(entity=world.entity, scenario=ladders[0], criteria={"fact": "open", "is": "gt", "value": "0"})
    world.invoice(world.customer(), late=1)
    for place, (kind, what) in enumerate(moves):
        if kind == "group":
            Group.objects.filter(pk=chosen.pk).update(scenario=ladders[what])
        elif kind == "version":
            publish(ladders[place % 3], what)
        on = MARCH_1 + timedelta(days=3 * place)
        world.night(on)
        world.do(on)
    offsets = list(
        Action.objects.filter(entity=world.entity, kind="dunning")
        .order_by("opened_on", "pk")
        .values_list("step_offset", flat=True)
    )
    assert offsets == sorted(set(offsets))
