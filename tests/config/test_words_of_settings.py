"""No page of the settings says in English, or by the name of a column, what it shows in French."""

import pytest
from auditlog.models import LogEntry
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets, label_for_field
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.forms.utils import pretty_name
from django.test import RequestFactory
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import override

from crm.core.money import MoneyField
from tests.factories.accounts import EntityFactory, UserFactory

pytestmark = pytest.mark.django_db
PAGES = sorted(admin.site._registry.items(), key=lambda page: page[0]._meta.label)


def shown(page, request):
    """Columns, filters and fields of a page of the settings."""
    filters = [each[0] if isinstance(each, tuple) else each for each in page.get_list_filter(request)]
    declared = page.fieldsets or page.fields  # nights, simulations: their pages are templates of their own
    form = flatten_fieldsets(page.get_fieldsets(request)) if declared else []
    return [*page.get_list_display(request), *filters, *form]


def fields(page, request):
    for name in shown(page, request):
        if isinstance(name, str):
            try:
                yield page.model._meta.get_field(name)
            except FieldDoesNotExist:
                continue


@pytest.fixture
def request_of_admin():
    request = RequestFactory().get("/")
    request.user = UserFactory(administrator=True)
    return request


@pytest.mark.parametrize(("model", "sheet"), PAGES, ids=lambda value: getattr(value, "__name__", ""))
def test_fields_are_named_for_people(model, sheet, request_of_admin):
    named = [field for field in fields(sheet, request_of_admin) if field.name != "id"]
    assert [field.name for field in named if not isinstance(field.verbose_name, Promise)] == []


@pytest.mark.parametrize(("model", "sheet"), PAGES, ids=lambda value: getattr(value, "__name__", ""))
def test_rows_are_named_for_people(model, sheet):
    assert model.__str__ is not Model.__str__


@pytest.mark.parametrize(("model", "sheet"), PAGES, ids=lambda value: getattr(value, "__name__", ""))
def test_amounts_are_written_in_their_currency(model, sheet, request_of_admin):
    """A field of the form without change is shown with all decimals it is stored with."""
    row = model() if sheet.has_add_permission(request_of_admin) else None
    raw = (
        []
        if sheet.has_change_permission(request_of_admin)
        else flatten_fieldsets(sheet.get_fieldsets(request_of_admin, row))
    )
    amounts = {field.name for field in model._meta.fields if isinstance(field, MoneyField)}
    assert (
        amounts & {*raw, *filter(lambda name: isinstance(name, str), sheet.get_list_display(request_of_admin))} == set()
    )


def test_the_journal_says_what_was_done_in_the_readers_language(client):
    client.force_login(UserFactory(administrator=True))
    entity = EntityFactory(legal_name="Verdier")
    entity.legal_name = "Verdier SAS"
    entity.save()
    entry = LogEntry.objects.get_for_object(entity).filter(action=LogEntry.Action.UPDATE).get()
    text = client.get(reverse("admin:auditlog_logentry_changelist")).text
    assert all(word in text for word in ("modification", "raison sociale", "Acquit"))
    assert "change:" not in text
    page = client.get(reverse("admin:auditlog_logentry_change", args=[entry.pk])).text
    assert "Modification de " in page
    assert all(word in page for word in ("Champ", "Avant", "Après", "Verdier SAS"))


def test_columns_of_second_factors_are_in_french():
    from allauth.mfa.models import Authenticator

    page = admin.site._registry[Authenticator]
    with override("fr"):
        labels = {name: str(label_for_field(name, Authenticator, page)) for name in page.list_display}
    assert labels == {
        "user": "utilisateur",
        "type": "nature",
        "created_at": "créé à",
        "last_used_at": "dernière utilisation le",
    }
    assert all(label != pretty_name(name) for name, label in labels.items())
