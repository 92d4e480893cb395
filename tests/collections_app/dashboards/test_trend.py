"""The trend of supervision: what is open and overdue, night after night."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse

from collections_app.dashboards.queries import TREND_DAYS, trend
from collections_app.engine.models import DailyFigures
from crm.core import formats
from tests.factories.accounts import EntityFactory, UserFactory

pytestmark = pytest.mark.django_db
FIRST = date(2026, 3, 1)


@pytest.fixture
def entity():
    return EntityFactory()


def day(number):
    return formats.day(FIRST + timedelta(days=number))


def told(entity, number, **amounts):
    for currency, amount in amounts.items():
        DailyFigures.objects.create(
            entity=entity, on=FIRST + timedelta(days=number), currency=currency, open_amount=amount,
            overdue_amount=amount,
            unapplied_amount=0, disputed_amount=0, customers_overdue=1, actions_open=1,
        )  # fmt: skip


def shown(entity):
    """By currency, its first day, the height of what was open on each and what is open now."""
    return {one.currency: (one.chart.first, heights(one), one.last.open_amount) for one in seen(entity)}


def seen(entity):
    return trend(UserFactory(supervisor=True, sees=entity))


def heights(one):
    return [next((height for series, _x, height in bar.parts if series == 0), 0) for bar in one.chart.bars]


def test_a_currency_paid_off_stands_at_zero_from_that_night_on_and_has_no_bar_before_its_first(entity):
    told(entity, 0, EUR=100)
    told(entity, 1, EUR=100, USD=50)
    told(entity, 2, EUR=50, USD=0)
    told(entity, 3, EUR=50)
    assert shown(entity) == {"EUR": (day(0), [40, 40, 20, 20], 50), "USD": (day(1), [40, 0, 0], 0)}


def test_it_leaves_the_trend_with_the_last_night_that_told_of_it(entity):
    told(entity, 0, EUR=100, USD=0)
    for number in range(1, TREND_DAYS):
        told(entity, number, EUR=100)
    assert shown(entity)["USD"] == (day(0), [0] * TREND_DAYS, 0)
    told(entity, TREND_DAYS, EUR=100)
    assert shown(entity) == {"EUR": (day(1), [40] * TREND_DAYS, 100)}


@pytest.mark.parametrize("count", [1, 3])
def test_it_is_one_statement(entity, count, django_assert_num_queries):
    for number in range(count):
        told(entity, number, EUR=100, USD=50)
    user = UserFactory(supervisor=True, sees=entity)
    trend(user)
    with django_assert_num_queries(1):
        assert len(trend(user)) == 2


def shown_last(client, entity):
    """Class and text of the figures beside the trend."""
    client.force_login(UserFactory(supervisor=True, sees=entity))
    page = client.get(reverse("supervision")).content.decode().replace("\u202f", "").replace("\u00a0", " ")
    return re.findall(r"<dd( class=.danger.)?>([^<]*)</dd>", page[page.index("trend-open") :].split("</dl>")[0])


def test_what_unapplied_money_covers_is_told_beside_and_not_in_red(client, entity):
    told(entity, 0, EUR=100)
    DailyFigures.objects.update(unapplied_amount=100, customers_overdue=0)
    assert shown_last(client, entity) == [("", "100 €"), ("", "100 €"), ("", "100 €"), ("", "0")]
    DailyFigures.objects.update(unapplied_amount=0, customers_overdue=1)
    assert shown_last(client, entity) == [("", "100 €"), (' class="danger"', "100 €"), ("", "0 €"), ("", "1")]


def test_a_currency_the_last_night_does_not_tell_of_has_none(client, entity):
    told(entity, 0, EUR=100, USD=0)
    told(entity, 1, EUR=100)
    client.force_login(UserFactory(supervisor=True, sees=entity))
    [_euros, dollars] = client.get(reverse("supervision")).context["trend"]
    assert (dollars.last.unapplied_amount, dollars.last.customers_overdue) == (0, 0)


def test_the_currency_of_the_entity_comes_first():
    entity = EntityFactory(currency="EUR")
    told(entity, 0, CHF=1, USD=1, EUR=1)
    assert list(shown(entity)) == ["EUR", "CHF", "USD"]


def test_what_is_overdue_is_drawn_inside_what_is_open_each_day_in_words(entity):
    told(entity, 0, EUR=100)
    DailyFigures.objects.update(overdue_amount=25)
    told(entity, 1, EUR=50)
    [one] = seen(entity)
    assert [(bar.x, bar.parts) for bar in one.chart.bars] == [
        (0, [(0, 0, 40.0), (1, 0, 10.0)]),
        (5, [(0, 0, 20.0), (1, 0, 20.0)]),
    ]
    assert one.chart.width == 10
    assert one.chart.bars[0].said == f"{day(0)}\u00a0: 100,00\u00a0€ dus, dont 25,00\u00a0€ échus"
