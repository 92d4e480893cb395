"""What `./acquit bench replay` finds in a ledger where a night went wrong."""

from datetime import timedelta

import pytest

from bench._faults_of_nights import LOST, OUT_OF_ORDER
from bench._portfolio import one
from tests.factories.actions import MARCH_2, ActionFactory, CycleFactory
from tests.factories.scenarios import published_scenario

pytestmark = pytest.mark.django_db


@pytest.fixture
def opened():
    """A cycle of steps at 5, 15 and 30 days that passed what is said, with these steps opened one after the other."""

    def open_in_turn(*offsets, passed=None):
        version = published_scenario(steps=[{"offset_days": offset} for offset in (-5, 5, 15, 30)])
        cycle = CycleFactory(passed_offset=passed)
        for day, offset in enumerate(offsets):
            ActionFactory(
                cycle=cycle, customer=cycle.customer, scenario_version=version, step_code=f"s{offset}",
                step_offset=offset, opened_on=MARCH_2 + timedelta(days=day),
            )  # fmt: skip
        return one(OUT_OF_ORDER), one(LOST)

    return open_in_turn


@pytest.mark.parametrize(
    ("offsets", "passed"), [((5, 15, 30), None), ((5,), None), ((15, 30), 5), ((30,), 15), ((), None)]
)
def test_a_cycle_in_order_has_no_fault(opened, offsets, passed):
    assert opened(*offsets, passed=passed) == (0, 0)


@pytest.mark.parametrize(("offsets", "passed"), [((5, 30), None), ((15, 30), None), ((30,), 5)])
def test_a_step_that_went_missing_is_found(opened, offsets, passed):
    assert opened(*offsets, passed=passed) == (0, 1)


def test_a_step_after_a_later_one_is_found(opened):
    assert opened(5, 30, 15) == (1, 0)
