from datetime import UTC, date, datetime, timedelta

import pytest
from django.db.models import Q

from collections_app.engine.schedule import due_nights
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


NEW_YEAR_IN_PARIS = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)


def test_the_date_is_that_of_the_entity():
    paris, montreal = EntityFactory(), EntityFactory(time_zone="America/Montreal")
    days = [calendars.today(entity, NEW_YEAR_IN_PARIS) for entity in (paris, montreal)]
    assert days == [date(2027, 1, 1), date(2026, 12, 31)]


def test_a_demonstration_stands_on_the_day_of_its_file():
    entity = EntityFactory(stands_on=date(2022, 8, 31))
    assert calendars.today(entity, NEW_YEAR_IN_PARIS) == date(2022, 8, 31)


def test_lists_over_several_entities_know_the_date_of_each():
    paris, _other, montreal = EntityFactory(), EntityFactory(), EntityFactory(time_zone="America/Montreal")
    days = calendars.days_at(NEW_YEAR_IN_PARIS)
    assert days == calendars.Days(date(2027, 1, 1), {montreal.pk: date(2026, 12, 31)})
    assert [days.of(entity.pk) for entity in (paris, montreal)] == [date(2027, 1, 1), date(2026, 12, 31)]


def test_a_condition_holds_at_the_date_of_each_row():
    paris, montreal = EntityFactory(), EntityFactory(time_zone="America/Montreal")
    for entity in (paris, montreal):
        EntityClosure.objects.create(entity=entity, on=date(2026, 12, 31))
    past = calendars.days_at(NEW_YEAR_IN_PARIS).where(lambda on: Q(on__lt=on))
    assert [closure.entity for closure in EntityClosure.objects.filter(past)] == [paris]


def test_an_entity_that_stands_still_has_no_nights_by_the_clock():
    EntityFactory(stands_on=date(2022, 8, 31))
    running = EntityFactory()
    assert [entity for entity, _on in due_nights(at=NEW_YEAR_IN_PARIS.replace(hour=12))] == [running.pk]


def test_the_next_worked_day_of_each_day_of_a_stretch():
    entity = EntityFactory(working_days=[1, 2, 3, 4, 5])
    assert calendars.next_worked_days(entity, FRIDAY, 4) == [FRIDAY, TUESDAY, TUESDAY, TUESDAY, TUESDAY]


def closed(entity, first, days):
    EntityClosure.objects.bulk_create(
        EntityClosure(entity=entity, on=first + timedelta(days=number)) for number in range(days)
    )


def test_a_season_closed_has_neighbours():
    entity = EntityFactory(working_days=[1, 2, 3, 4, 5, 6, 7], jurisdiction="XX")
    closed(entity, SATURDAY, 100)
    reopens = SATURDAY + timedelta(days=100)
    inside = SATURDAY + timedelta(days=80)
    assert (calendars.last_worked_day(entity, inside), calendars.next_worked_day(entity, SATURDAY)) == (FRIDAY, reopens)
    assert calendars.last_worked_days(entity, inside, 21) == [FRIDAY] * 20 + [reopens, reopens + timedelta(days=1)]
    assert calendars.next_worked_days(entity, FRIDAY, 2) == [FRIDAY, reopens, reopens]


def test_a_calendar_that_ends_is_told_up_to_its_last_day():
    entity = EntityFactory(working_days=[1, 2, 3, 4, 5, 6, 7], jurisdiction="XX")
    closed(entity, TUESDAY, 500)
    assert calendars.next_worked_days(entity, SATURDAY, 5) == [SATURDAY + timedelta(days=day) for day in range(3)]
    with pytest.raises(calendars.NoWorkingDay):
        calendars.next_worked_days(entity, EASTER_MONDAY, 5)
