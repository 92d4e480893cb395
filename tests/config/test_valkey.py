"""A broker that is lost is named so, whatever kombu knows of it any more."""

import os

import pytest
from kombu import Connection

from config.celery import app
from config.valkey import Transport


def test_what_is_asked_of_a_connection_given_up_is_a_connection_lost():
    with Connection(os.environ["BROKER_URL"]) as connection:
        channel = connection.channel()
    with pytest.raises(connection.connection_errors):
        channel.pool.get_connection()


@pytest.mark.parametrize(
    "url", ["redis://broker.example", "rediss://broker.example", "redis+socket:///run/valkey.sock"]
)
def test_workers_and_those_who_give_them_tasks_speak_so_to_valkey(url):
    for opened in (app.connection_for_read(url), app.connection_for_write(url)):
        assert issubclass(opened.get_transport_cls(), Transport)
