from ipaddress import ip_network

import pytest

from crm.accounts.models import Entity


def test_metrics_are_closed_by_default(client, db):
    assert client.get("/metrics").status_code == 404


def test_a_wrong_token_is_refused(client, db, settings):
    settings.METRICS_TOKEN = "right"
    assert client.get("/metrics", headers={"authorization": "Bearer wrong"}).status_code == 404


@pytest.mark.django_db
def test_the_token_opens_the_figures_of_the_house(client, settings):
    settings.METRICS_TOKEN = "right"
    Entity.objects.create(code="ONE", legal_name="One", live_since="2026-01-01")
    body = client.get("/metrics", headers={"authorization": "Bearer right"}).content.decode()
    assert 'acquit_night_age_seconds{entity="ONE"} ' in body
    assert "django_http_requests_before_middlewares_total" in body


def test_what_a_proxy_hands_on_does_not_come_from_inside(client, db, settings):
    settings.METRICS_NETWORKS = [ip_network("127.0.0.0/8")]
    assert client.get("/metrics", headers={"x-forwarded-for": "203.0.113.9"}).status_code == 404


@pytest.mark.parametrize(("network", "status"), [("127.0.0.0/8", 200), ("10.0.0.0/8", 404)])
def test_a_network_may_be_let_in(client, db, settings, network, status):
    settings.METRICS_NETWORKS = [ip_network(network)]
    assert client.get("/metrics", REMOTE_ADDR="127.0.0.1").status_code == status
