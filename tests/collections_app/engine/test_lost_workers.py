"""A night that kills whoever takes it up is given up, and counts as one of the tries of the day."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from collections_app.engine.leases import LEASE, give_up_lost, take_run
from collections_app.engine.models import AskedNight, Run, RunPart, RunStage
from collections_app.engine.schedule import TRIES_A_DAY, due_nights
from collections_app.engine.tasks import start_asked_night, start_night
from crm.accounts.models import Entity
from tests.collections_app.engine.world import MARCH_1, noon
from tests.factories.accounts import EntityFactory, UserFactory

pytestmark = pytest.mark.django_db
SILENCE = LEASE + timedelta(seconds=1)


class Night:
    """Taken by one worker after the other, of whom nothing more is heard."""

    def __init__(self):
        self.entity, self.at = EntityFactory(), noon(MARCH_1)

    def lose(self, workers=1):
        for _ in range(workers):
            self.run = take_run(self.entity, on=MARCH_1, clock=lambda: self.at, by=None)
            self.at += SILENCE

    def given_up(self):
        return bool(give_up_lost(clock=lambda: self.at))


@pytest.fixture
def night():
    return Night()


def test_it_has_failed_with_the_third_worker_lost_at_one_place(night):
    night.lose(2)
    assert night.given_up() is False
    night.lose()
    assert night.given_up() is True
    night.run.refresh_from_db()
    assert (night.run.state, night.run.error, night.run.finished_at) == ("failed", "workers lost", night.at)


def opens(run, *numbers):
    for number, opened in enumerate(numbers):
        found = {"opened": {"s5": opened}, "entered": {"7": 1}}
        RunPart.objects.create(
            run=run, number=number, first_customer=number, end_customer=number + 1, at=run.started_at, found=found
        )


def test_what_it_opened_is_told(night):
    night.lose()
    opens(night.run, 1, 4)
    night.lose(2)
    night.given_up()
    night.run.refresh_from_db()
    assert (night.run.opened, night.run.entered) == ({"s5": 5}, {"7": 2})


def test_so_it_is_of_one_the_night_of_another_day_replaced(night):
    night.lose()
    opens(night.run, 2)
    take_run(night.entity, on=MARCH_1 + timedelta(days=1), clock=lambda: night.at, by=None)
    night.run.refresh_from_db()
    assert (night.run.error, night.run.opened) == ("lease expired", {"s5": 2})


@pytest.mark.parametrize("count", [1, 3])
def test_many_nights_cost_as_much_as_one(count, django_assert_num_queries):
    nights = [Night() for _ in range(count)]
    for night in nights:
        night.lose(3)
    with django_assert_num_queries(4):  # two, between a savepoint and its release
        assert give_up_lost(clock=lambda: nights[0].at) == count


def test_whoever_is_at_work_goes_on(night):
    night.lose(3)
    night.at -= SILENCE
    assert night.given_up() is False


def test_each_stage_brings_new_patience(night):
    night.lose(2)
    for position in range(4):
        RunStage.objects.create(run=night.run, position=position, name=f"s{position}")
        night.lose()  # the second one there: the other one did the stage
        assert night.given_up() is False
    night.lose()
    assert night.given_up() is True


def test_so_does_each_part_done(night):
    night.lose(2)
    RunPart.objects.create(run=night.run, number=0, first_customer=0, end_customer=9, at=night.at, state="done")
    night.lose()
    assert night.given_up() is False


def test_it_is_tried_three_times_a_day_then_left_to_people(night):
    for _ in range(TRIES_A_DAY):
        assert due_nights(at=night.at) == [(night.entity.pk, MARCH_1)]
        night.lose(3)
        night.given_up()
    assert (due_nights(at=night.at), Run.objects.filter(state="failed").count()) == ([], TRIES_A_DAY)


@pytest.mark.parametrize("live_since", [None, MARCH_1])
def test_one_a_person_started_is_taken_up_though_no_clock_asks_for_it(night, live_since):
    Run.objects.create(entity=night.entity, on=MARCH_1, state="done", started_at=night.at)
    Entity.objects.update(live_since=live_since)
    night.lose()
    assert due_nights(at=night.at - SILENCE) == []
    assert due_nights(at=night.at) == [(night.entity.pk, MARCH_1)]
    start_night(night.entity.pk, MARCH_1.isoformat())
    assert list(Run.objects.order_by("pk").values_list("state", "fence")) == [("done", 1), ("done", 2)]
    assert due_nights(at=night.at) == []


def test_the_night_that_is_due_goes_before_what_is_left_of_another_day(night):
    night.lose()
    night.at += timedelta(days=1)
    assert due_nights(at=night.at) == [(night.entity.pk, MARCH_1 + timedelta(days=1))]


def test_the_message_of_a_lost_worker_comes_back_while_its_lease_runs(night):
    run = take_run(night.entity, on=MARCH_1, clock=timezone.now, by=None)
    asked = AskedNight.objects.create(
        entity=night.entity, on=MARCH_1, after=0, asked_at=night.at, asked_by=UserFactory()
    )
    start_asked_night(asked.pk)
    run.refresh_from_db()
    assert (run.state, run.fence) == ("running", 1)


def test_its_page_says_what_to_look_for(night, client):
    night.lose(3)
    night.given_up()
    client.force_login(UserFactory(supervisor=True, sees=night.entity))
    page = client.get(reverse("admin:engine_run_change", args=[night.run.pk])).content.decode()
    assert "plusieurs processus d’affilée ont été perdus à la même phase" in page
