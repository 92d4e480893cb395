"""Asking for a copy, taking it, and its end: by whom, how often, how long."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest
from auditlog.models import LogEntry
from django.core.management import CommandError, call_command
from django.urls import reverse

from collections_app.engine.training import wipe
from collections_app.privacy import exports, tasks
from collections_app.privacy.models import PersonExport
from crm.timeline.models import Entry
from tests.factories.accounts import EntityFactory, TeamFactory, UserFactory
from tests.factories.customers import CustomerFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def private_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def customer():
    return CustomerFactory(external_id="C-1")


@pytest.fixture
def lead(customer):
    return UserFactory(supervisor=True, sees=customer.entity)


def made(customer, lead, at=AT):
    asked = exports.ask_export(customer, by=lead, at=at)
    exports.make_export(asked.pk, at=at)
    asked.refresh_from_db()
    return asked


def journal(customer):
    rows = LogEntry.objects.filter(object_id=customer.pk, content_type__model="customer").order_by("pk")
    return [(row.object_repr, row.changes["copy"][1], row.actor) for row in rows]


def test_asked_made_and_taken_each_is_noted(client, customer, lead, django_capture_on_commit_callbacks):
    client.force_login(lead)
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(reverse("personal_data_copy", args=[customer.pk]))
    assert answer["Location"] == reverse("personal_data", args=[customer.pk])
    [asked] = PersonExport.objects.all()
    if not asked.file:  # the worker is not of this process
        exports.make_export(asked.pk, at=AT)
    taken = client.get(reverse("personal_data_download", args=[asked.pk]))
    assert taken["Content-Disposition"].startswith('attachment; filename="C-1-')
    with ZipFile(asked_file(asked)) as copy:
        assert {"dossier.html", "data.json", "csv/identity.csv"} <= set(copy.namelist())
    repr_ = f"#{customer.pk}"
    assert journal(customer) == [(repr_, "copy asked for", lead), (repr_, "copy downloaded", lead)]
    assert [(entry.subject, entry.actor) for entry in Entry.objects.all()] == [(exports.PREPARED, lead)]


def asked_file(asked):
    asked.refresh_from_db()
    assert asked.size == asked.file.size
    return asked.file.open()


@pytest.mark.parametrize("role", [{}, {"auditor": True}, {"integrator": True}])
def test_only_who_leads_makes_and_takes_copies(client, customer, lead, role):
    asked = made(customer, lead)
    client.force_login(UserFactory(sees=customer.entity, **role))
    pages = [reverse("personal_data", args=[customer.pk]), reverse("personal_data_download", args=[asked.pk])]
    assert [client.get(page).status_code for page in pages] == [403, 403]
    assert client.post(reverse("personal_data_copy", args=[customer.pk])).status_code == 403
    page = client.get(reverse("customer", args=[customer.pk]))
    assert page.status_code == 403 or pages[0] not in page.content.decode()


def test_the_way_stands_on_the_page_of_the_customer(client, customer, lead):
    client.force_login(lead)
    assert reverse("personal_data", args=[customer.pk]) in client.get(reverse("customer", args=[customer.pk])).text


def test_nobody_takes_the_copy_of_one_he_does_not_see(client, customer, lead):
    asked = made(customer, lead)
    client.force_login(UserFactory(supervisor=True, sees=TeamFactory(entity=customer.entity)))
    assert client.get(reverse("personal_data_download", args=[asked.pk])).status_code == 404
    assert client.post(reverse("personal_data_copy", args=[customer.pk])).status_code == 404
    assert PersonExport.objects.count() == 1


def test_a_second_click_finds_the_first(customer, lead):
    assert exports.ask_export(customer, by=lead, at=AT) == exports.ask_export(customer, by=lead, at=AT)


def test_made_twice_it_is_one(customer, lead):
    asked = made(customer, lead)
    name = asked.file.name
    exports.make_export(asked.pk, at=AT + timedelta(days=1))
    asked.refresh_from_db()
    assert (asked.file.name, asked.finished_at) == (name, AT)


def test_what_went_wrong_is_told(client, customer, lead, monkeypatch):
    monkeypatch.setattr(exports, "write_copy", lambda *args, **given: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        made(customer, lead)
    client.force_login(lead)
    assert "ZeroDivisionError" in client.get(reverse("personal_data", args=[customer.pk])).text


def test_a_copy_is_erased_after_its_days_and_that_it_was_made_stays(client, customer, lead, settings):
    settings.PERSON_EXPORTS_KEPT_DAYS = 14
    asked = made(customer, lead)
    path = asked.file.path
    assert exports.forget(at=AT + timedelta(days=14)) == 0
    assert exports.forget(at=AT + timedelta(days=14, seconds=1)) == 1
    asked.refresh_from_db()
    assert (asked.file.name, asked.erased_at is not None) == ("", True)
    assert not Path(path).exists()
    client.force_login(lead)
    assert client.get(reverse("personal_data_download", args=[asked.pk])).status_code == 404


def test_one_left_behind_is_taken_up_and_given_up_after_a_day(customer, lead, monkeypatch):
    sent = []
    monkeypatch.setattr(tasks.make_export, "apply_async", lambda args, **given: sent.append(args))
    asked = exports.ask_export(customer, by=lead, at=AT)
    assert exports.sweep(at=AT) == []
    assert (exports.sweep(at=AT + timedelta(hours=1)), sent) == ([asked.pk], [(asked.pk,)])
    assert exports.sweep(at=AT + timedelta(days=2)) == []
    asked.refresh_from_db()
    assert asked.failure == exports.NOT_MADE


def test_the_command_writes_it_and_says_so(customer, tmp_path, capsys):
    file = tmp_path / "copy.zip"
    call_command("export_person", "C-1", "--to", str(file), "--json")
    told = json.loads(capsys.readouterr().out)
    assert (told["customer"], told["size"], told["rows"]["identity"]) == ("C-1", file.stat().st_size, 1)
    assert journal(customer) == [(f"#{customer.pk}", "copy made by a command", None)]
    with pytest.raises(CommandError):
        call_command("export_person", "C-1", "--to", str(file))


def test_a_training_entity_made_again_takes_its_copies_along():
    entity = EntityFactory(training=True)
    customer = CustomerFactory(entity=entity)
    made(customer, UserFactory(supervisor=True, sees=entity))
    wipe(entity)
    assert PersonExport.objects.count() == 0
