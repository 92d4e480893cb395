"""A night is held when it is far above the usual one and above the peaks that come back, and not else."""

from datetime import date, timedelta
from itertools import islice

import pytest
from hypothesis import given, settings, strategies as st

from collections_app.actions.models import Action
from collections_app.engine.models import MorningReport, Run, RunStage
from collections_app.engine.morning.surges import ABOVE_PEAK, FEW, PEAKS, TIMES, NightBefore, surge, unusual
from collections_app.engine.morning.usual import ENOUGH
from crm.imports.models import Batch
from telephony.messaging.models import Message
from tests.collections_app.engine.world import World, noon
from tests.factories.accounts import EntityFactory
from tests.factories.letters import TemplateVersionFactory

pytestmark = pytest.mark.django_db
MARCH_3 = date(2026, 3, 3)
NIGHTS = 40


def before(opened, queued=None, *, refused=()):
    """Nights, the latest first, with as many messages as actions; those of some numbers were refused."""
    queued = opened if queued is None else queued
    pairs = enumerate(zip(opened, queued, strict=True))
    return [NightBefore(one, other, place in refused) for place, (one, other) in pairs]


def weekly(peak, calm):
    """The import came seven nights ago, and every week before."""
    return [peak if day % 7 == 0 else calm for day in range(1, NIGHTS)]


def month_end(peak, calm, ago=31):
    return [peak if day in (ago, ago + 30) else calm for day in range(1, NIGHTS)]


def code(nights, opened, queued=None):
    found = unusual(nights, opened=opened, queued=opened if queued is None else queued)
    return found[0]["code"] if found else ""


@pytest.mark.parametrize(
    ("nights", "opened", "held"),
    [
        (weekly(200, 2), 200, ""),
        (weekly(200, 2), 399, ""),
        (weekly(200, 2), 400, "surge"),
        (month_end(500, 5), 500, ""),
        (month_end(500, 5, ago=33), 500, ""),  # the first of the month was a Saturday after a holiday
        (month_end(500, 5), 1000, "surge"),
        ([20] * 30, 20, ""),
        ([20] * 30, 199, ""),
        ([20] * 30, 200, "surge"),
        ([0] * 30, FEW - 1, ""),
        ([0] * 30, FEW, "surge"),
        ([], 5000, ""),  # the first night has nothing to be compared with
        ([5000, 5000], 100_000, ""),
        ([20] * 10 + [5000], 2000, "surge"),  # a backlog that entered on the first night is no measure
        ([20] * 34 + [5000] + [20] * 3, 2000, ""),  # a peak of a later night is
    ],
)
def test_histories(nights, opened, held):
    assert code(before(nights), opened) == held


@pytest.mark.parametrize(
    ("queued", "tonight", "held"),
    [
        ([0] * 10 + [20] * 25, 200, "flood"),  # ten nights of old books leave at once
        ([0] * 6 + [20] * 29, 120, "flood"),
        ([0] * 10 + [20] * 25, 39, ""),  # twice the highest night is the least
        ([0] * 2 + [20] * 33, 60, ""),  # a long week-end
        (weekly(200, 0)[:35], 200, ""),  # messages that leave once a week
        ([0] * 35, FEW, "flood"),  # the first that leave once the entity is live
    ],
)
def test_messages_are_compared_though_few_actions_open(queued, tonight, held):
    assert code(before([20] * 35, queued), 20, tonight) == held


def test_a_peak_a_supervisor_refused_is_no_measure():
    assert code(before([1000] + [20] * 30, refused={0}), 1000) == "surge"
    assert code(before([1000] + [20] * 30), 1000) == ""


counts = st.lists(st.integers(0, 10_000), min_size=ENOUGH, max_size=PEAKS + ENOUGH)


@settings(max_examples=200)
@given(counts, st.integers(0, 30_000), st.integers(0, 30_000))
def test_what_came_before_is_never_held_and_more_is_no_more_usual(history, opened, more):
    nights = before(history)
    peak = max(history[:-ENOUGH], default=0)
    held = code(nights, opened)
    if held:
        assert opened >= FEW
        assert opened >= ABOVE_PEAK * peak
        assert opened >= TIMES * sorted(history[:10])[len(history[:10]) // 2 - (len(history[:10]) % 2 == 0)]
        assert code(nights, opened + more)
    assert not code(nights, min(opened, peak))


def past(entity, opened, queued, *, state="", nights=4):
    for day in range(1, nights + 1):
        on = MARCH_3 - timedelta(days=day)
        run = Run.objects.create(
            entity=entity, on=on, state="done", started_at=noon(on), finished_at=noon(on),
            opened={"s5": opened, "s9": 1},
        )  # fmt: skip
        RunStage.objects.create(run=run, position=0, name="hand_over", rows=queued)
        if state:
            values = {"anomalies": [{"code": "surge"}], "settled_at": noon(on), "reason": "double"}
            MorningReport.objects.create(run=run, entity=entity, on=on, state=state, **values)


@pytest.mark.parametrize(("state", "held"), [("released", ""), ("cancelled", "surge")])
def test_it_reads_what_the_nights_recorded(state, held, django_assert_num_queries):
    entity = EntityFactory()
    past(entity, 99, 50, state=state)
    Run.objects.filter(on__lt=MARCH_3 - timedelta(days=1)).update(opened={"s5": 1})
    run = Run.objects.create(entity=entity, on=MARCH_3, started_at=noon(MARCH_3))
    with django_assert_num_queries(1):
        found = surge(run, opened=100, queued=0)
    assert [anomaly["code"] for anomaly in found] == ([held] if held else [])
    assert surge(run, opened=FEW - 1, queued=FEW - 1) == []


def test_two_runs_of_a_date_are_one_night():
    entity = EntityFactory()
    past(entity, 9, 10)
    past(entity, 9, 10)
    run = Run.objects.create(entity=entity, on=MARCH_3, started_at=noon(MARCH_3))
    assert surge(run, opened=199, queued=199) == []
    assert surge(run, opened=200, queued=0) == [{"code": "surge", "opened": 200, "usual": 20, "peak": 20}]


def imported(entity, on):
    Batch.objects.create(
        entity=entity, format="fec", status="done", file_name="f", created_at=noon(on), finished_at=noon(on)
    )


def test_what_stale_nights_kept_home_does_not_leave_unseen_at_once():
    world = World({"offset_days": 5, "email": True}, stale_after_days=3)
    TemplateVersionFactory(template=world.steps[0].template, body="Bonjour")
    past(world.entity, 20, 0)
    for _ in islice(range(NIGHTS), FEW):
        world.invoice(world.customer(), late=6, on=MARCH_3)
    world.night(MARCH_3)
    imported(world.entity, MARCH_3)
    world.night(MARCH_3 + timedelta(days=1))
    told = list(MorningReport.objects.order_by("on").values_list("state", "anomalies__0__code", "messages"))
    assert told == [("told", "stale", 0), ("held", "flood", FEW)]
    assert (Action.objects.count(), set(Message.objects.values_list("state", flat=True))) == (FEW, {"held"})
