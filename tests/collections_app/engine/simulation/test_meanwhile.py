"""While a simulation copies its tables or reads its report it is kept from other workers, and "Stop" is heard."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count
from threading import Event

import pytest
from django.db import connection

from collections_app.engine.simulation import operations, report, schema
from collections_app.engine.simulation.exceptions import Cancelled
from collections_app.engine.simulation.models import Simulation
from collections_app.engine.simulation.operations import ask_simulation, ask_to_stop, run_simulation
from crm.law.operations import load_law
from tests.collections_app.engine.simulation.test_simulation import AT, schemas
from tests.collections_app.engine.world import MARCH_1, World
from tests.factories.scenarios import StepFactory, VersionFactory

pytestmark = pytest.mark.django_db(transaction=True)
LONG_S = 5  # so that a defect fails and does not hang
PIECES = {"copied": (schema, "_copy"), "read": (report.sql, "rows")}


class Beats:
    """Whether one is over since somebody asked, and whether one has heard that it is to stop."""

    def __init__(self):
        self.over, self.stopping = Event(), Event()

    def wait_for_one(self):
        """Begun after this was called: one may be under way."""
        for _ in range(2):
            self.over.clear()
            assert self.over.wait(LONG_S)


@pytest.fixture
def beats(monkeypatch):
    beats, original = Beats(), operations._beat

    def beat(*args, **options):
        try:
            original(*args, **options)
        except Cancelled:
            beats.stopping.set()
            raise
        beats.over.set()

    monkeypatch.setattr(operations, "BEAT_EVERY_S", 0.01)
    monkeypatch.setattr(operations, "_beat", beat)
    return beats


@pytest.fixture(params=[1, 2], ids=["alone", "beside a draft"])
def simulation(request):
    load_law()
    world = World({"offset_days": 2, "email": True})
    world.entity.refresh_from_db()
    world.invoice(world.customer(), late=3)
    draft = VersionFactory(scenario=world.version.scenario, number=2, draft=True) if request.param == 2 else None
    if draft:
        StepFactory(version=draft, offset_days=1)
    return ask_simulation(
        world.entity, kind="next", from_on=MARCH_1, until_on=MARCH_1, version=draft, by=None, at=AT, start=False
    )


def elsewhere(work):
    """On a connection of its own, committed."""

    def on_its_connection():
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other:
        return other.submit(on_its_connection).result()


def before_each(monkeypatch, piece, work):
    """Do `work` before each table that is copied, or each part of the report that is read; a list as long as they are
    many by now."""
    module, name = PIECES[piece]
    original, done = getattr(module, name), []

    def do(*args, **options):
        if piece == "copied" or args[1] in ("touches", "came_in", "blocked"):
            done.append(1)
            work()
        return original(*args, **options)

    monkeypatch.setattr(module, name, do)
    return done


@pytest.mark.parametrize("piece", PIECES)
def test_it_keeps_its_lease(simulation, beats, monkeypatch, piece):
    minutes, kept = count(), []

    def lease():
        return elsewhere(lambda: Simulation.objects.get().lease_until)

    def wait():
        before = lease()
        beats.wait_for_one()
        kept.append(lease() > before)

    before_each(monkeypatch, piece, wait)
    run_simulation(simulation.pk, clock=lambda: AT + timedelta(minutes=next(minutes)))
    assert (Simulation.objects.get().state, set(kept)) == ("done", {True})


@pytest.mark.parametrize("piece", PIECES)
def test_stop_is_heard_before_the_next_table(simulation, beats, monkeypatch, piece):
    def stop():
        elsewhere(lambda: ask_to_stop(simulation, at=AT))
        assert beats.stopping.wait(LONG_S)

    done = before_each(monkeypatch, piece, stop)
    run_simulation(simulation.pk, clock=lambda: AT)
    assert (Simulation.objects.get().state, schemas()) == ("cancelled", [])
    assert len(done) <= (2 if simulation.version_id and piece == "copied" else 1)
