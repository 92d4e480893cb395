"""The limit holds however many requests come at once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest
from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache
from rest_framework.test import APIRequestFactory

from crm.core.rest.throttling import UserRate
from tests.api.conftest import client_of
from tests.factories.accounts import UserFactory

MOST, AT_ONCE = 20, 48
LOCAL = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "rate"}}


@pytest.fixture(params=["valkey", "a process alone"])
def counted(request, settings, monkeypatch):
    """Where requests are counted, empty."""
    if request.param != "valkey":
        settings.CACHES = LOCAL
        read = LocMemCache.get
        # Others come in between what was read and what is written.
        monkeypatch.setattr(LocMemCache, "get", lambda *args, **kwargs: (read(*args, **kwargs), Event().wait(0.001))[0])
    monkeypatch.setattr(UserRate, "THROTTLE_RATES", {"user": f"{MOST}/min"})
    cache.clear()
    yield
    cache.clear()


class Somebody:
    is_authenticated = True

    def __init__(self, pk):
        self.pk = pk


def asked(pk=1):
    """A request of somebody: whether it is let in, and how long to wait."""
    request = APIRequestFactory().get("/")
    request.user = Somebody(pk)
    rate = UserRate()
    return rate.allow_request(request, None), rate.wait()


def test_of_many_at_once_as_many_are_let_in_as_may_be(counted):
    together = Barrier(AT_ONCE)

    def ask():
        together.wait()
        return asked()[0]

    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = [each.result() for each in [pool.submit(ask) for _request in range(AT_ONCE)]]
    assert found.count(True) == MOST


def test_who_is_refused_is_told_how_long_to_wait_and_another_is_let_in(counted):
    assert [asked()[0] for _request in range(MOST + 1)] == [True] * MOST + [False]
    assert 0 < asked()[1] <= 60
    assert asked(pk=2)[0]


def test_after_the_wait_one_is_let_in_again(settings, monkeypatch):
    """What lies a minute back no longer counts: noted here as if it had."""
    monkeypatch.setattr(UserRate, "THROTTLE_RATES", {"user": "2/min"})
    cache.clear()
    server, key = cache._cache.get_client(write=True), cache.make_key("rate_user_1")
    seconds, microseconds = server.time()
    now = seconds * 10**6 + microseconds
    server.rpush(key, now - 10 * 10**6, now - 61 * 10**6)
    (first, _), (second, wait) = asked(), asked()
    assert (first, second, round(wait)) == (True, False, 50)
    assert 0 < server.ttl(key) <= 60
    cache.clear()


@pytest.mark.django_db
def test_the_api_answers_429_with_the_seconds_to_wait(counted):
    client = client_of(UserFactory(integrator=True))
    codes = [client.get("/api/v1/entities").status_code for _request in range(MOST)]
    refused = client.get("/api/v1/entities", headers={"accept-language": "fr"})
    assert (set(codes), refused.status_code) == ({200}, 429)
    assert 0 < int(refused["Retry-After"]) <= 60
    assert refused.json()["detail"].startswith("Requête ralentie")
