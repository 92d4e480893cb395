"""What is added up of open actions is always what there is, whatever was done to them."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings, strategies as st

from collections_app.actions import counting
from collections_app.actions.forms import AGES, PORTFOLIOS, STATES, WorklistFilters
from collections_app.actions.models import OPEN_STATES, Action, ActionLine, Tally
from collections_app.actions.tallies import squash
from collections_app.actions.urgency import most_urgent, ranked
from crm.accounts.calendars import Days
from crm.accounts.models import Entity, User
from crm.customers.models import Channel
from tests.factories.accounts import EntityFactory, TeamFactory, TeamMemberFactory, UserFactory
from tests.factories.actions import ActionFactory

pytestmark = pytest.mark.django_db
MARCH_2 = date(2026, 3, 2)
KEY = ("entity_id", "team_id", "currency", "state", "channel", "oldest_due_on", "snoozed_until", "escalated_on")
CHANGES = [
    {"state": "scheduled"},
    {"state": "cancelled", "closed_at": "2026-03-02T08:00Z"},
    {"channel": "post", "amount": Decimal("12.5")},
    {"owner": None},
    {"snoozed_until": MARCH_2 + timedelta(days=3)},
    {"escalated_on": MARCH_2},
    {"oldest_due_on": None},
    {"weight": 7.5},
]
verb = st.tuples(st.integers(0, 9), st.sampled_from(["open", "remove", "squash", *range(len(CHANGES))]))


def counted() -> dict[tuple[object, ...], tuple[int, Decimal]]:
    found: Counter[tuple[object, ...]] = Counter()
    for action in Action.objects.filter(state__in=OPEN_STATES):
        key = (*(getattr(action, name) for name in KEY), action.owner_id is not None)
        found[key, "number"] += 1
        found[key, "amount"] += action.amount
    return {key: (found[key, "number"], found[key, "amount"]) for key, what in found if what == "number"}


def added_up() -> dict[tuple[object, ...], tuple[int, Decimal]]:
    found: Counter[tuple[object, ...]] = Counter()
    for row in Tally.objects.all():
        key = (*(getattr(row, name) for name in KEY), row.owned)
        found[key, "number"] += row.number
        found[key, "amount"] += row.amount
    sums = {key: (found[key, "number"], found[key, "amount"]) for key, what in found if what == "number"}
    return {key: both for key, both in sums.items() if both != (0, 0)}


@settings(max_examples=25)
@given(verbs=st.lists(verb, min_size=1, max_size=12))
def test_the_sums_are_those_of_the_actions(verbs):
    entity, lea = EntityFactory(), UserFactory()
    team = TeamFactory(entity=entity)
    for number, what in verbs:
        some = Action.objects.filter(pk__in=Action.objects.order_by("pk").values("pk")[number % 3 : number % 3 + 2])
        if what == "open":
            due = MARCH_2 - timedelta(days=number)
            ActionFactory(customer__entity=entity, owner=[lea, None][number % 2], team=team, oldest_due_on=due)
        elif what == "remove":
            some.delete()
        elif what == "squash":
            squash()
        else:
            some.update(**CHANGES[what])
        assert added_up() == counted()


def test_alike_rows_become_one_and_those_of_nothing_none(entity: Entity):
    ActionFactory.create_batch(3, customer__entity=entity)
    gone = ActionFactory(customer__entity=entity, channel="post")
    gone.delete()
    assert squash() == 5
    assert list(Tally.objects.values_list("channel", "number", "amount")) == [("phone", 3, 300)]
    assert squash() == 0


def test_what_changes_nothing_that_is_counted_writes_nothing(entity: Entity):
    ActionFactory(customer__entity=entity)
    Action.objects.update(weight=5)
    assert Tally.objects.count() == 1


def test_an_emptied_table_is_counted_empty(entity: Entity):
    ActionFactory(customer__entity=entity)
    ActionLine.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("truncate actions_action cascade")
    assert added_up() == {}


@pytest.mark.parametrize("portfolio", ["all", "team", "unassigned"])
@pytest.mark.parametrize("chosen", [{}, {"state": "scheduled"}, {"channel": ["post"]}, {"age": ["31", "91"]}])
def test_counters_are_the_same_with_and_without_the_sums(
    lea: User, entity: Entity, monkeypatch, portfolio: str, chosen: dict[str, str | list[str]]
):
    team = TeamMemberFactory(user=lea, team__entity=entity).team
    for number in range(12):
        ActionFactory(
            customer__entity=entity, owner=[lea, None][number % 2], team=[team, None][number % 3 > 0],
            channel=Channel.values[number % 4], oldest_due_on=MARCH_2 - timedelta(days=20 * number),
            escalated_on=MARCH_2 if number == 4 else None, state=["todo", "to_approve", "scheduled"][number % 3],
            snoozed_until=MARCH_2 + timedelta(days=1) if number == 3 else None, currency=["EUR", "USD"][number == 5],
        )  # fmt: skip
    squash()
    filters = WorklistFilters({"portfolio": portfolio} | chosen, user=lea, days=Days(MARCH_2))
    with CaptureQueriesContext(connection) as queries:
        summed = counting.counters(filters)
    assert ["actions_tally" in query["sql"] for query in queries] == [True]
    monkeypatch.setattr(counting, "_is_tallied", lambda filters: False)
    one_by_one = counting.counters(filters)
    assert (summed.numbers, summed.total) == (one_by_one.numbers, one_by_one.total)
    assert {money.currency: money.amount for money in summed.sums} == {
        money.currency: money.amount for money in one_by_one.sums
    }


def test_the_names_of_the_counters_are_those_of_the_choices(lea: User):
    filters = WorklistFilters({"portfolio": "all"}, user=lea, days=Days(MARCH_2))
    numbers = counting.counters(filters).numbers
    choices = {"state": STATES, "channel": Channel.choices, "age": AGES}
    names = {f"{name}_{value}" for name, values in choices.items() for value, _label in values}
    assert set(numbers) == names | {"everything", "waiting_91"}
    assert set(counting.portfolio_counters(filters)) == {name for name, _label in PORTFOLIOS} - {"all"}


def test_who_sees_a_part_of_an_entity_has_the_actions_counted(lea: User, entity: Entity):
    stranger = EntityFactory()
    mine = TeamMemberFactory(user=lea, team__entity=stranger).team
    ActionFactory(customer__entity=stranger, customer__team=TeamFactory(entity=stranger))
    ActionFactory(customer__entity=stranger, customer__team=mine)
    ActionFactory(customer__entity=entity)
    filters = WorklistFilters({"portfolio": "all"}, user=lea, days=Days(MARCH_2))
    assert counting.counters(filters).numbers["state_waiting"] == len(filters.narrow(counting.worklist(lea)))


def test_the_most_urgent_of_what_leaves_by_itself(entity: Entity, lea: User):
    for number in range(8):
        ActionFactory(
            customer__entity=entity, state=["scheduled", "todo"][number % 4 == 3], weight=number * 5 % 7,
            owner=[None, lea][number % 3 == 0], late_since_on=MARCH_2 - timedelta(days=number % 3 * 10),
        )  # fmt: skip
    leaving = ranked(Action.objects.open().filter(state="scheduled"), Days(MARCH_2))
    found = most_urgent(leaving, entity=entity.pk, days=Days(MARCH_2), count=4, scheduled=True)
    assert found == [action.pk for action in leaving.order_by("-rank", "customer_id", "pk")][:4]
