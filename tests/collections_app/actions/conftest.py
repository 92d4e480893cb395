from collections.abc import Iterator

import pytest
from django.test import Client
from django.utils import translation

from crm.accounts.models import Entity, User
from tests.factories.accounts import EntityFactory, UserFactory


@pytest.fixture
def french() -> Iterator[None]:
    with translation.override("fr"):
        yield


@pytest.fixture
def entity() -> Entity:
    return EntityFactory()


@pytest.fixture
def lea(entity: Entity) -> User:
    """A collector who sees the entity."""
    return UserFactory(first_name="Léa", sees=entity)


@pytest.fixture
def desk(client: Client, lea: User) -> Client:
    """A browser in which Léa is logged in."""
    client.force_login(lea)
    return client
