from datetime import UTC, datetime

import pytest
from rest_framework.test import APIClient

from crm.accounts.tokens import issue_token
from tests.factories.accounts import EntityFactory, UserFactory


@pytest.fixture
def entity():
    return EntityFactory(code="ACME")


@pytest.fixture
def erp(entity):
    """A client with the token of an integration that sees the entity."""
    return client_of(UserFactory(integrator=True, sees=entity))


def client_of(user, **kwargs):
    _token, secret = issue_token(user, name="test", at=datetime(2026, 1, 1, tzinfo=UTC), **kwargs)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client
