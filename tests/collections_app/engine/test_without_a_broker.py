"""What a person asks of a worker while the broker is away is kept, and his page is answered."""

from datetime import UTC, date, datetime

import pytest
from kombu.exceptions import OperationalError

from collections_app.engine import tasks
from collections_app.engine.asked import ask_night
from collections_app.engine.dry_runs import ask_dry_run
from collections_app.engine.simulation.operations import ask_simulation
from collections_app.engine.training import ask_reset
from crm.accounts.models import Entity, User
from tests.factories.accounts import EntityFactory, UserFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 3, 11, tzinfo=UTC)


def a_night(entity: Entity, *, by: User, at: datetime):
    return ask_night(entity, on=date(2026, 3, 3), by=by, at=at)


def a_simulation(entity: Entity, *, by: User, at: datetime):
    day = date(2026, 3, 3)
    return ask_simulation(entity, kind="next", from_on=day, until_on=day, by=by, at=at)


@pytest.mark.parametrize(
    ("task", "ask"),
    [
        (tasks.start_asked_night, a_night),
        (tasks.try_night, ask_dry_run),
        (tasks.reset_training, ask_reset),
        (tasks.simulate, a_simulation),
    ],
)
def test_it_is_kept(monkeypatch, django_capture_on_commit_callbacks, task, ask):
    def away(*_ids):
        raise OperationalError

    monkeypatch.setattr(task, "delay", away)
    with django_capture_on_commit_callbacks(execute=True):
        asked = ask(EntityFactory(training=True), by=UserFactory(), at=AT)
    assert type(asked).objects.get() == asked
