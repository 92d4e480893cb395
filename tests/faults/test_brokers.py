"""A real worker takes what a real broker carries; a message carried twice changes nothing."""

import os

import pytest
from django.utils import timezone

from collections_app.engine.models import AskedNight, Run
from config.queues import NAMES, queues
from crm.law.operations import load_law
from tests.collections_app.engine.small_house import forget_the_night, state
from tests.collections_app.engine.world import MARCH_1, World
from tests.faults import brokers, forks
from tests.servers.outside import needed
from tools.launcher import outside, processes

pytestmark = pytest.mark.long
WITHIN_S = 90
TWICE = """
from collections_app.engine.tasks import start_asked_night
for asked in {asked}:
    start_asked_night.delay(asked)
"""


@pytest.fixture(params=["valkey", pytest.param("rabbitmq", marks=needed("RabbitMQ"))])
def broker_url(request):
    if request.param == "valkey":
        if outside.program("RabbitMQ"):
            request.getfixturevalue("rabbitmq")  # it starts while this one has its turn
        yield os.environ["BROKER_URL"] + "?virtual_host=5"  # beside what other tests send
        return
    server = request.getfixturevalue("rabbitmq")
    server.start()
    yield server.beside


@pytest.mark.django_db(transaction=True)
def test_a_night_asked_for_twice_is_run_by_a_worker_and_is_as_one(broker_url, tmp_path):
    log = tmp_path / "log"
    with forks.prepared(brokers.environment_of_test(broker_url)) as application:
        load_law()
        world = World({"offset_days": 5})
        for late in (3, 9, 40):
            world.invoice(world.customer(), late=late)
        world.night()
        expected = state()
        forget_the_night()
        application.fork("worker alone", log)
        # The second is that of who asks once the first has run: it has a run of its own, which finds all done.
        given = {"entity": world.entity, "on": MARCH_1, "asked_at": timezone.now(), "asked_by": world.person}
        asked = [AskedNight.objects.create(**given, after=after).pk for after in (0, 2**31 - 1)]
        application.fork("code", log, TWICE.format(asked=asked))
        over = processes.wait_until(lambda: Run.objects.filter(state="done").count() == 2, WITHIN_S, pause=0.02)
    assert over, log.read_text()
    assert state() == expected


def test_every_queue_is_declared_durable_and_quorum_on_rabbitmq():
    declared = queues("amqp://broker.example")
    assert [queue.name for queue in declared] == NAMES
    assert {queue.queue_arguments["x-queue-type"] for queue in declared} == {"quorum"}
    assert {queue.exchange.type for queue in declared} == {"topic"}
