"""A profile that is kept can be used: an import that names it would fail on it, with nobody to mend it at night."""

import pytest
from django.urls import reverse

from crm.imports.models import MappingProfile
from tests.factories.accounts import EntityFactory, UserFactory

pytestmark = pytest.mark.django_db
RIGHT = {"name": "ERP", "format": "open_items", "columns": '{"due_on": "Due date"}', "mode": "delta"}


def added(client, **changes):
    """The errors of the form by field; none when the profile was added."""
    entity = EntityFactory()
    client.force_login(UserFactory(supervisor=True, sees=entity))
    page = client.post(reverse("admin:imports_mappingprofile_add"), {**RIGHT, "entity": entity.pk, **changes})
    return {} if page.status_code == 302 else page.context["adminform"].form.errors.keys()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"columns": '{"due_on": 3}'}, "columns"),
        ({"columns": '{"nope": "Due date"}'}, "columns"),
        ({"columns": "[1]"}, "columns"),
        ({"date_format": "zz"}, "date_format"),
        ({"decimal_mark": ";"}, "decimal_mark"),
        ({"currency": "XYZ"}, "currency"),
        ({"currency": "CFA"}, "currency"),
    ],
)
def test_what_no_import_could_use_is_refused(client, change, field):
    assert added(client, **change) == {field}


@pytest.mark.parametrize(("typed", "code"), [("DT", "TND"), ("€", "EUR"), ("Dhs", "MAD")])
def test_a_currency_is_typed_as_lists_write_it(client, typed, code):
    assert added(client, currency=typed) == {}
    assert MappingProfile.objects.get().currency == code


def test_a_profile_keeps_what_it_was_told(client):
    assert added(client, date_format="mdy", decimal_mark=",", currency="usd") == {}
    kept = MappingProfile.objects.get()
    assert kept.columns == {"due_on": "Due date"}
    assert (kept.date_format, kept.decimal_mark, kept.currency) == ("mdy", ",", "USD")
