"""What a program sends that cannot be meant is told to it, in JSON."""

import pytest
from django.test import RequestFactory

from crm.core.errors import crashed
from crm.core.keyset import cursor_of
from crm.customers.models import Customer
from tests.factories.customers import CustomerFactory

pytestmark = pytest.mark.django_db
BASE = "/api/v1/entities/ACME"
GOOD = '{"external_id": "C1", "name": "Morel"}'


def sent(client, body):
    answer = client.post(f"{BASE}/customers/bulk", body, content_type="application/json")
    found = answer.json()
    return (
        answer.status_code,
        found.get("created"),
        [(error["row"], error["field"]) for error in found.get("errors", [])],
    )


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ('{"external_id": "C2", "name": "x", "attributes": {"a": 1e999}}', "attributes"),
        ('{"external_id": "\\ud800", "name": "x"}', "external_id"),
        ('{"external_id": "C2", "name": "x", "kind": "\\ud800"}', "kind"),
        ('{"external_id": "C2", "name": "x", "\\ud800": 1}', "\ud800"),
        (f'{{"external_id": "C2", "name": "x", "attributes": {{"a": {"[" * 300}{"]" * 300}}}}}', "attributes"),
        (f'{{"external_id": {"[" * 300}{"]" * 300}, "name": "x"}}', "external_id"),
        ('{"external_id": "C2", "name": "x", "emial": "x@y.example"}', "emial"),
    ],
)
def test_a_row_is_refused_and_the_others_are_written(entity, erp, row, field):
    assert sent(erp, f'{{"rows": [{GOOD}, {row}]}}') == (200, 1, [(1, field)])
    assert Customer.objects.get().external_id == "C1"


def test_what_is_nested_without_end_is_no_json(entity, erp):
    assert sent(erp, f'{{"rows": {"[" * 200_000}{"]" * 200_000}}}')[0] == 400


@pytest.mark.parametrize(
    ("what", "row", "field"),
    [
        ("invoices", {"external_id": "F1", "due_date": "2026-02-01"}, "due_date"),
        ("invoices", {"external_id": "F1", "installments": [{"due_on": "2026-02-01", "amount": "1", "due": 1}]},
         "installments.0.due"),
        ("payments", {"external_id": "R1", "allocation": []}, "allocation"),
        ("payments", {"external_id": "R1", "allocations": [{"invoice": "F1", "amount": "1", "sum": 1}]},
         "allocations.0.sum"),
    ],
)  # fmt: skip
def test_a_name_that_is_no_field_is_a_fault(entity, erp, what, row, field):
    found = erp.post(f"{BASE}/{what}/bulk", {"rows": [row]}).json()["errors"]
    assert [(error["field"], error["message"]) for error in found] == [
        (field, "Aucun champ ne porte ce nom : ce qu’il dit serait perdu.")
    ]


def test_nor_is_one_beside_the_rows(entity, erp):
    answer = erp.post(f"{BASE}/customers/bulk", {"rows": [{"external_id": "C1", "name": "x"}], "all_or_noting": True})
    assert (answer.status_code, answer.json().keys(), Customer.objects.count()) == (400, {"all_or_noting"}, 0)


@pytest.mark.parametrize("path", ["customers", "invoices", "payments", "actions", "runs"])
@pytest.mark.parametrize("query", [{"custmer": "X"}, {"size": ""}])
def test_a_question_that_names_no_filter_or_leaves_it_empty_is_refused(entity, erp, path, query):
    answer = erp.get(f"{BASE}/{path}", query)
    assert (answer.status_code, answer.json().keys()) == (400, query.keys())


def test_an_empty_filter_does_not_answer_everything(entity, erp):
    CustomerFactory(entity=entity)
    assert erp.get(f"{BASE}/invoices", {"customer": ""}).status_code == 400
    assert len(erp.get(f"{BASE}/customers", {"after": "", "format": "json"}).json()["rows"]) == 1


@pytest.mark.parametrize("day", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
def test_a_cursor_out_of_the_calendar_is_none(entity, erp, day):
    assert erp.get(f"{BASE}/runs", {"after": cursor_of(day, 1)}).status_code == 400


def test_a_crash_is_told_in_json():
    answer = crashed(RequestFactory().get(f"{BASE}/customers"))
    assert (answer.status_code, answer["Content-Type"]) == (500, "application/json")
    assert b"<html" in crashed(RequestFactory().get("/")).content


def of_megabytes(number):
    """A row of customers larger than so much."""
    return {"rows": [{"external_id": "C1", "name": "x", "attributes": {"a": "x" * (number * 1024 * 1024)}}]}


def test_five_thousand_rows_with_all_their_fields_have_room(entity, erp):
    answer = erp.post(f"{BASE}/customers/bulk", of_megabytes(6))
    assert (answer.status_code, answer.json()["created"]) == (200, 1)


def test_what_is_too_large_is_refused_with_the_limit(entity, erp):
    answer = erp.post(f"{BASE}/customers/bulk", of_megabytes(17))
    assert (answer.status_code, answer.json()) == (
        413,
        {"detail": "La requête dépasse 16 Mo : répartissez ses lignes sur plusieurs."},
    )
    assert Customer.objects.count() == 0


def test_only_what_writes_many_rows_may_be_as_large(entity, erp):
    assert erp.post(f"{BASE}/runs", {"on": "x" * 6 * 1024 * 1024}).status_code == 413
