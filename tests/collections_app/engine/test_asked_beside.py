"""A night asked for while one is tried, or in the middle of a stage, is refused in words and does not wait for it."""

import pytest
from django.db import transaction

from collections_app.engine import leases
from collections_app.engine.exceptions import NightAlreadyRunning, NightBeingTried
from collections_app.engine.leases import ask_run, take_run
from collections_app.engine.models import Run
from crm.law.operations import load_law
from tests.collections_app.engine.world import MARCH_1, World, noon
from tests.connections import elsewhere

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(monkeypatch):
    monkeypatch.setattr(leases, "PATIENCE_MS", 50)
    load_law()
    world = World({"offset_days": 5})
    world.invoice(world.customer(), late=6)
    return world


def ask(world):
    ask_run(world.entity, on=MARCH_1, clock=lambda: noon(MARCH_1), by=None)


def test_beside_a_dry_run(world):
    refusals = []

    def asked(stage):
        if stage == "assign":
            with pytest.raises(NightBeingTried) as refused:
                elsewhere(lambda: ask(world))
            refusals.append(str(refused.value))

    world.night(dry_run=True, starting=asked)
    assert ["essai à blanc" in words for words in refusals] == [True]
    ask(world)
    assert not Run.objects.exists()


def test_beside_a_long_stage(world):
    run = take_run(world.entity, on=MARCH_1, clock=lambda: noon(MARCH_1), by=None)
    with transaction.atomic():
        leases.hold_lease(run, clock=lambda: noon(MARCH_1))
        with pytest.raises(NightAlreadyRunning):
            elsewhere(lambda: ask(world))
