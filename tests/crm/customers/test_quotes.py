"""The words searched for stand in the quotes of the reader's language."""

import pytest
from django.urls import reverse

from tests.factories.accounts import EntityFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("language", "chip"), [("fr", "« zzzzz »"), ("en", "“zzzzz”")])
@pytest.mark.parametrize("name", ["customers", "invoices"])
def test_the_chip_of_a_search(client, name, language, chip):
    client.force_login(UserFactory(sees=EntityFactory(), language=language))
    text = client.get(reverse(name), {"q": "zzzzz"}).content.decode().replace("\xa0", " ")
    assert f"{chip}<svg" in text
