from datetime import UTC, date, datetime

import pytest
from rest_framework.test import APIClient

from crm.accounts.models import ApiToken
from crm.accounts.tokens import find_token, issue_token, revoke_token
from tests.api.conftest import client_of
from tests.factories.accounts import EntityFactory, UserFactory
from tests.factories.customers import CustomerFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 1, tzinfo=UTC)
ON = date(2026, 3, 1)


def test_the_secret_is_not_kept():
    token, secret = issue_token(UserFactory(), name="ERP", at=AT)
    stored = " ".join(str(value) for value in ApiToken.objects.values().get().values())
    assert secret not in stored
    assert secret.startswith(token.hint)
    assert find_token(secret, on=ON) == token


def test_the_last_use_is_dated_once_a_day(django_assert_num_queries):
    _token, secret = issue_token(UserFactory(), name="ERP", at=AT)
    with django_assert_num_queries(2):
        find_token(secret, on=ON)
    with django_assert_num_queries(1):
        assert find_token(secret, on=ON).last_used_on == ON


@pytest.mark.parametrize("fault", ["unknown", "revoked", "expired", "disabled"])
def test_a_token_out_of_use_opens_nothing(fault):
    token, secret = issue_token(UserFactory(is_active=fault != "disabled"), name="x", at=AT, expires_on=ON)
    if fault == "revoked":
        assert revoke_token(token, at=AT)
    day = date(2026, 3, 2) if fault == "expired" else ON
    assert find_token("acq_other" if fault == "unknown" else secret, on=day) is None


def test_without_a_token_the_api_is_closed():
    for path in ("entities", "entities/ACME/customers", "schema"):
        assert APIClient().get(f"/api/v1/{path}").status_code == 401


def test_an_address_that_does_not_exist_answers_in_json():
    answer = APIClient().get("/api/v1/nothing")
    assert (answer.status_code, answer["Content-Type"], answer.json()) == (
        404,
        "application/json",
        {"detail": "Il n’y a rien ici"},
    )


def test_a_wrong_token_is_told():
    answer = APIClient().get("/api/v1/entities", HTTP_AUTHORIZATION="Bearer acq_nothing")
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")


def test_the_scope_is_that_of_the_user(entity, erp):
    hidden = CustomerFactory()
    answer = erp.get("/api/v1/entities")
    assert [row["code"] for row in answer.json()["rows"]] == ["ACME"]
    assert erp.get(f"/api/v1/entities/{hidden.entity.code}/customers").status_code == 404


def test_a_token_may_be_limited_to_an_entity(entity):
    other = EntityFactory()
    client = client_of(UserFactory(integrator=True, sees=[entity, other]), entity=other)
    assert [row["code"] for row in client.get("/api/v1/entities").json()["rows"]] == [other.code]
    assert client.get("/api/v1/entities/ACME/customers").status_code == 404


@pytest.mark.parametrize(
    ("role", "status"), [("integrator", 200), ("supervisor", 200), ("collector", 403), ("auditor", 403)]
)
def test_only_some_roles_send_books(entity, role, status):
    client = client_of(UserFactory(role=role, sees=entity))
    body = {"rows": [{"external_id": "C1", "name": "Un"}]}
    assert client.post("/api/v1/entities/ACME/customers/bulk", body).status_code == status
    assert client.get("/api/v1/entities/ACME/customers").status_code == 200


@pytest.mark.parametrize(("method", "status"), [("delete", 405), ("put", 405), ("patch", 405), ("get", 200)])
def test_a_method_there_is_not_is_told_to_whom_is_let_in(entity, erp, method, status):
    assert getattr(erp, method)("/api/v1/entities/ACME/customers").status_code == status


@pytest.mark.parametrize("method", ["delete", "get", "post"])
def test_a_method_there_is_not_stays_closed_to_others(entity, method):
    """Whom an address lets do nothing is not told what it offers."""
    assert getattr(APIClient(), method)("/api/v1/entities/ACME/customers").status_code == 401
    sender = client_of(UserFactory(sees=entity))
    assert getattr(sender, method)("/api/v1/entities/ACME/customers/bulk").status_code == 403


@pytest.mark.parametrize("more", [0, 3])
def test_entities_tell_their_legal_mentions(entity, more, django_assert_num_queries):
    entity.legal_mentions.create(language="fr", starts_on="2026-01-01", text="SAS au capital de 1 000 €")
    client = client_of(UserFactory(integrator=True, sees=[entity, *EntityFactory.create_batch(more, mentions="SA")]))
    with django_assert_num_queries(4):
        rows = client.get("/api/v1/entities").json()["rows"]
    said = {"language": "fr", "starts_on": "2026-01-01", "text": "SAS au capital de 1 000 €"}
    assert [row["legal_mentions"] for row in rows if row["code"] == entity.code] == [[said]]
