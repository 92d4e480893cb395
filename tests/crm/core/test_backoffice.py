import pytest
from django.contrib import admin
from django.urls import reverse

from tests.factories.accounts import UserFactory

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label_lower)


@pytest.mark.django_db
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label_lower)
@pytest.mark.parametrize("key", ["abc", "9" * 30])
def test_an_address_that_names_no_row_is_not_found(client, model, key):
    """Some pages say so on the front page, as Django does."""
    client.force_login(UserFactory(administrator=True))
    answer = client.get(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[key]))
    assert answer.status_code in (302, 404)
