from io import StringIO

import pytest
from django.core.management import call_command
from drf_spectacular.drainage import GENERATOR_STATS

from config import api
from crm.accounts.api import ApiView
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


def endpoints():
    """The view classes of version 1."""
    patterns = [*api.of_entity, *api.v1]
    views = (getattr(pattern.callback, "view_class", None) for pattern in patterns if hasattr(pattern, "callback"))
    return [view for view in views if view and issubclass(view, ApiView)]


def test_the_schema_is_valid_and_complete():
    GENERATOR_STATS.reset()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=StringIO())


def test_the_schema_lists_every_operation(erp):
    schema = erp.get("/api/v1/schema", {"format": "json"}).json()
    operations = {call["operationId"] for methods in schema["paths"].values() for call in methods.values()}
    assert operations == {
        "list_entities",
        "list_customers",
        "read_customer",
        "write_customers",
        "list_invoices",
        "write_invoices",
        "list_payments",
        "write_payments",
        "read_allocations",
        "set_allocations",
        "list_holds",
        "place_hold",
        "read_hold",
        "end_hold",
        "list_removed",
        "list_actions",
        "complete_action",
        "take_back_action",
        "list_runs",
        "start_run",
        "read_asked_run",
    }
    assert schema["components"]["securitySchemes"]["token"] == {"type": "http", "scheme": "bearer"}


def test_the_schema_tells_the_refusals_of_every_operation(erp):
    schema = erp.get("/api/v1/schema", {"format": "json"}).json()
    always, of_a_body = {"400", "401", "403", "404", "429", "500", "503"}, {"413", "422"}
    for path, methods in schema["paths"].items():
        for method, call in methods.items():
            expected = always | (of_a_body if "requestBody" in call else set())
            assert expected <= call["responses"].keys(), (path, method)
    refusal = schema["components"]["schemas"]["Refusal"]
    assert (refusal["required"], list(refusal["properties"])) == (["detail"], ["detail"])
    rows = schema["components"]["schemas"]["CustomerBulkRequest"]["properties"]["rows"]
    assert (rows["minItems"], rows["maxItems"]) == (1, 5000)


def test_the_schema_tells_which_lists_are_followed_and_when_to_begin_again(erp):
    schema = erp.get("/api/v1/schema", {"format": "json"}).json()
    read = {
        path.rpartition("/")[2]: methods["get"]["responses"]
        for path, methods in schema["paths"].items()
        if "get" in methods
    }
    gone = {name for name, told in read.items() if "410" in told}
    assert gone == {"customers", "invoices", "payments", "holds", "removed", "actions"}
    page = schema["components"]["schemas"]["InvoicePage"]
    assert set(page["properties"]) == {"rows", "after", "changed_since"}


def test_every_method_names_the_rule_that_opens_it():
    for view in endpoints():
        answered = {method.upper() for method in view.http_method_names if hasattr(view, method)} - {"OPTIONS"}
        assert answered == set(view.rules), view


def test_the_pages_of_the_schema_need_a_login_and_no_inline_script(client):
    assert client.get("/api/v1/docs").status_code == 302
    client.force_login(UserFactory())
    page = client.get("/api/v1/docs")
    assert page.status_code == 200
    assert "<script>" not in page.content.decode()
