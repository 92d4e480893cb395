from collections.abc import Iterator

import pytest

from crm.events import registry
from tests.factories.messaging import World, a_world

KINDS = "sent delivered bounced complained failed ambiguous blocked stale reply unsubscribed".split()


@pytest.fixture
def world() -> Iterator[World]:
    with a_world() as world:
        yield world


@pytest.fixture
def listening(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody reacts to every event of a message."""
    known = dict(registry.consumers)
    monkeypatch.setattr(registry, "consumers", known)
    registry.register("test", [f"message.{kind}" for kind in KINDS], lambda event: None)
