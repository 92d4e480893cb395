from datetime import UTC, date, datetime

import pytest

from crm.accounts import calendars
from crm.accounts.models import EntityClosure
from tests.factories.accounts import EntityFactory

pytestmark = pytest.mark.django_db
FRIDAY, SATURDAY, EASTER_MONDAY, TUESDAY = date(2026, 4, 3), date(2026, 4, 4), date(2026, 4, 6), date(2026, 4, 7)


def test_weekdays_are_worked_and_holidays_are_not():
    entity = EntityFactory()
    days = [FRIDAY, SATURDAY, EASTER_MONDAY, TUESDAY]
    assert [calendars.is_worked(entity, day) for day in days] == [True, False, False, True]


def test_a_worked_day_is_its_own_neighbour():
    entity = EntityFactory()
    assert calendars.last_worked_day(entity, FRIDAY) == FRIDAY
    assert calendars.next_worked_day(entity, FRIDAY) == FRIDAY


def test_the_neighbours_of_a_long_weekend():
    entity = EntityFactory()
    assert calendars.last_worked_day(entity, EASTER_MONDAY) == FRIDAY
    assert calendars.next_worked_day(entity, SATURDAY) == TUESDAY


def test_a_closing_day_of_this_entity_alone():
    entity, other = EntityFactory(), EntityFactory()
    EntityClosure.objects.create(entity=entity, on=FRIDAY)
    assert [calendars.is_worked(one, FRIDAY) for one in (entity, other)] == [False, True]


def test_a_week_that_starts_on_sunday():
    entity = EntityFactory(working_days=[7, 1, 2, 3, 4], jurisdiction="XX")
    assert calendars.next_worked_day(entity, FRIDAY) == date(2026, 4, 5)


def test_a_calendar_without_working_days_is_said():
    entity = EntityFactory(working_days=[])
    with pytest.raises(calendars.NoWorkingDay, match=entity.code):
        calendars.next_worked_day(entity, FRIDAY)


def test_the_neighbours_cost_one_query(django_assert_num_queries):
    entity = EntityFactory()
    with django_assert_num_queries(1):
        calendars.last_worked_day(entity, EASTER_MONDAY)


def test_today_is_that_of_the_entity():
    entity = EntityFactory(time_zone="Pacific/Noumea")
    assert calendars.today(entity, datetime(2026, 4, 3, 20, 0, tzinfo=UTC)) == SATURDAY
