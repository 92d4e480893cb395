import pytest
from django.test import Client

from tests.factories.accounts import UserFactory


@pytest.fixture
def supervisor(client: Client) -> Client:
    client.force_login(UserFactory(administrator=True))
    return client
