"""Who gets what nobody has: the night's statement against the rule said in plain Python."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby

import pytest
from django.db import transaction
from hypothesis import given, settings, strategies as st

from collections_app.actions.models import Action
from collections_app.engine.models import Run
from collections_app.engine.night import Night
from collections_app.engine.stages import assign
from crm.accounts.models import Entity
from tests.collections_app.engine.world import noon
from tests.factories.accounts import EntityFactory, TeamFactory, TeamMemberFactory, UserFactory
from tests.factories.actions import ActionFactory

pytestmark = pytest.mark.django_db
MARCH_2 = date(2026, 3, 2)

person = st.tuples(st.integers(0, 5), st.sets(st.integers(0, 2), max_size=3))
task = st.tuples(
    st.integers(0, 2), st.sampled_from(["10", "10.001", "25", "60"]), st.integers(0, 3), st.none() | st.integers(0, 3)
)


def expected(people: list[tuple[int, int, set[int]]], tasks: list[Action]) -> dict[int, int | None]:
    """Owner by task; `people`: id, capacity, ids of teams."""
    owners = {one.pk: one.owner_id for one in tasks}
    load = {pk: sum(owner == pk for owner in owners.values()) for pk, _, _ in people}
    able = [(pk, capacity - load[pk], teams) for pk, capacity, teams in people if capacity > load[pk]]
    waiting = sorted((one for one in tasks if one.owner_id is None), key=lambda one: (one.team_id, urgency(one)))
    teams = {one.team_id for one in waiting}
    slots: dict[int, list[tuple[int, int]]] = {team: [] for team in teams}
    for pk, free, of_person in able:
        mine = sorted(of_person & teams)
        for turn, team in enumerate(mine, start=1):
            slots[team] += [(load[pk] + place, pk) for place in range(turn, free + 1, len(mine))]
    for team, asked in groupby(waiting, key=lambda one: one.team_id):
        for one, (_, pk) in zip(asked, sorted(slots[team]), strict=False):
            owners[one.pk] = pk
    return owners


def urgency(action: Action) -> tuple[Decimal, int, int]:
    rank = Decimal(action.weight) * (1 + Decimal((MARCH_2 - action.late_since_on).days) / 30)
    return (-rank.quantize(Decimal("0.001"), ROUND_HALF_UP), action.customer_id, action.pk)


def hand_out(entity: Entity) -> None:
    night = Night(
        Run.objects.create(entity=entity, on=MARCH_2, started_at=noon(MARCH_2)), entity, MARCH_2, noon(MARCH_2)
    )
    with transaction.atomic():
        assign(night)


@settings(max_examples=25)
@given(people=st.lists(person, min_size=1, max_size=4), tasks=st.lists(task, min_size=1, max_size=12))
def test_the_highest_ranks_go_to_the_least_loaded_up_to_their_capacity(people, tasks):
    entity = EntityFactory()
    teams = [TeamFactory(entity=entity) for _ in range(3)]
    staff = []
    for capacity, chosen in people:
        user = UserFactory(capacity=capacity)
        for number in chosen:
            TeamMemberFactory(team=teams[number], user=user)
        staff.append((user.pk, capacity, {teams[number].pk for number in chosen}))
    made = []
    for team, heavy, ago, owner in tasks:
        since = MARCH_2 - timedelta(days=15 * ago)
        made.append(
            ActionFactory(
                customer__entity=entity,
                team=teams[team],
                weight=float(heavy),
                late_since_on=since,
                owner_id=staff[owner][0] if owner is not None and owner < len(staff) else None,
            )
        )
    hand_out(entity)
    assert dict(Action.objects.filter(entity=entity).values_list("pk", "owner_id")) == expected(staff, made)


def test_a_team_that_finds_too_few_among_the_highest_ranks_is_read_whole():
    entity = EntityFactory()
    large, small = TeamFactory(entity=entity), TeamFactory(entity=entity)
    for team in (large, small):
        TeamMemberFactory(team=team, user=UserFactory(capacity=2))
    for _ in range(40):
        ActionFactory(customer__entity=entity, team=large, weight=900.0)
    light = [ActionFactory(customer__entity=entity, team=small, weight=1.0) for _ in range(3)]
    hand_out(entity)
    given_out = Action.objects.filter(owner__isnull=False)
    assert (given_out.filter(team=large).count(), list(given_out.filter(team=small).order_by("pk"))) == (2, light[:2])
