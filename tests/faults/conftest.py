from collections.abc import Iterator
from typing import Any

import pytest

from tests.factories.messaging import World, a_world
from tests.faults import sink as sinks
from tests.faults.brokers import RabbitMQ
from tests.faults.sink import Sink


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    """A mail server of the test's own, to which mail leaves by plain SMTP."""
    with sinks.running() as sink:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = sink.server_address
        settings.EMAIL_TIMEOUT = 0.5
        settings.MAIL_RECIPIENT_ALLOWLIST = ["*"]
        settings.MAIL_BOUNCE_TO = ""
        yield sink


@pytest.fixture
def world(sink: Sink) -> Iterator[World]:
    """Messages of the origin "test" find their words; they leave through the true channel."""
    with a_world(network=False) as world:
        yield world


@pytest.fixture(scope="session")
def rabbitmq(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitMQ]:
    """One server for the tests that need it and are marked so, launched; `start` returns when it answers."""
    server = RabbitMQ(tmp_path_factory.mktemp("rabbitmq"))
    server.launch()
    try:
        yield server
    finally:
        server.stop()
