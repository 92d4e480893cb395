"""What an answer gives to be passed on belongs to its list and its filters; elsewhere it is refused with the reason."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode

import psycopg
import pytest
from django.db import connection

from crm.core.rest import marks
from crm.core.rest.marks import SEEN, BeginAgain, Seen
from crm.customers.api import AddressOutput, CustomerOutput
from crm.holds.api import HoldOutput
from crm.receivables.api import InvoiceOutput, PaymentOutput
from tests.api.conftest import client_of
from tests.factories.accounts import EntityFactory, UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.receivables import CreditFactory, InvoiceFactory

pytestmark = pytest.mark.django_db
BASE = "/api/v1/entities"
ELSEWHERE = "Une autre liste ou une autre entité a donné ceci : passez-le à l’adresse d’où il vient."
FILTERED = "D’autres filtres ont donné ceci : gardez les filtres d’une page à l’autre, ou recommencez sans « after »."
NEVER = "L’API n’a jamais donné ceci : passez tel quel ce qu’une réponse a donné."
BESIDE = (
    "Pas avec « changed_since » : ce qui ne répond plus au filtre ne serait jamais dit. Filtrez ce que vous recevez."
)


def asked(client, path, query):
    return client.get(f"{BASE}/{path}", query, headers={"accept-language": "fr"})


@pytest.fixture
def after(entity, erp):
    """Where the second page of invoices begins."""
    InvoiceFactory.create_batch(2, customer=CustomerFactory(entity=entity, external_id="C1"))
    CreditFactory(customer__entity=entity)
    return erp.get(f"{BASE}/ACME/invoices", {"size": 1}).json()["after"]


def test_the_same_list_goes_on_whatever_the_size(erp, after):
    page = asked(erp, "ACME/invoices", {"after": after, "size": 50})
    assert (page.status_code, len(page.json()["rows"]), page.json()["after"]) == (200, 1, "")


@pytest.mark.parametrize("path", ["ACME/payments", "ACME/customers", "ACME/actions", "ACME/removed", "ACME/runs"])
def test_another_list_refuses_it(erp, after, path):
    answer = asked(erp, path, {"after": after})
    assert (answer.status_code, answer.json()) == (400, {"after": [ELSEWHERE]})


def test_another_entity_refuses_it(entity, after):
    client = client_of(UserFactory(integrator=True, sees=[entity, EntityFactory(code="BRAVO")]))
    answer = asked(client, "BRAVO/invoices", {"after": after})
    assert (answer.status_code, answer.json()) == (400, {"after": [ELSEWHERE]})


def test_other_filters_refuse_it(erp, after):
    answer = asked(erp, "ACME/invoices", {"after": after, "customer": "C1"})
    assert (answer.status_code, answer.json()) == (400, {"after": [FILTERED]})


def test_the_same_filters_in_another_order_and_writing_go_on(erp, after):
    after = asked(erp, "ACME/invoices", {"size": 1, "customer": "C1", "open": "true"}).json()["after"]
    assert asked(erp, "ACME/invoices", {"open": "1", "customer": "C1", "after": after}).status_code == 200


def changed(token, place, value):
    """A token of ours with one of its values changed."""
    values = json.loads(urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    values[place] = value
    return urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


SHAPES = [CustomerOutput, AddressOutput, InvoiceOutput, PaymentOutput, HoldOutput]
BAD = ["nonsense", "é", "W10", "bnVsbA", "WyJhIl0", "[" * 9000]


@pytest.mark.parametrize("name", ["after", "changed_since"])
@pytest.mark.parametrize("bad", BAD)
def test_what_was_made_up_is_refused(erp, entity, name, bad):
    answer = asked(erp, "ACME/invoices", {name: bad})
    assert (answer.status_code, answer.json()) == (400, {name: [NEVER]})


@pytest.mark.parametrize(
    ("place", "value"), [(2, "x"), (2, "W10"), (3, "1:2:x"), (3, "x"), (3, "5:3:"), (3, "3:5:9"), (2, 7)]
)
def test_what_was_changed_is_refused(erp, after, place, value):
    answer = asked(erp, "ACME/invoices", {"after": changed(after, place, value)})
    assert (answer.status_code, answer.json()) == (400, {"after": [NEVER]})


@pytest.mark.parametrize(
    "place", ["[1]", "[1,2,3]", '["a",1]', "[-1,2]", "[9223372036854775808,1]", "{}", "x", "[" * 9000]
)
@pytest.mark.parametrize("path", ["customers", "actions"])
def test_a_place_there_cannot_be_is_refused(erp, entity, path, place):
    query = {"changed_since": erp.get(f"{BASE}/ACME/{path}").json()["changed_since"]}
    here, seen = marks.short(f"{BASE}/ACME/{path}"), Seen.now()
    after = marks.write(here, marks.filters_of(query), place, seen.snapshot, seen.of)
    answer = asked(erp, f"ACME/{path}", query | {"after": after})
    assert (answer.status_code, answer.json()) == (400, {"after": [NEVER]})


def test_a_list_that_was_narrowed_leads_to_nothing_that_changed(erp, after):
    """Who went on from it would lack what the filter left out."""
    assert erp.get(f"{BASE}/ACME/invoices", {"customer": "C1"}).json()["changed_since"] == ""


class TestChangedSince:
    @pytest.fixture
    def since(self, erp, after):
        return erp.get(f"{BASE}/ACME/invoices").json()["changed_since"]

    def test_another_list_refuses_it(self, erp, since):
        answer = asked(erp, "ACME/payments", {"changed_since": since})
        assert (answer.status_code, answer.json()) == (400, {"changed_since": [ELSEWHERE]})

    def test_filters_beside_it_are_refused(self, erp, since):
        answer = asked(erp, "ACME/invoices", {"changed_since": since, "open": "true", "customer": "C1"})
        assert (answer.status_code, answer.json()) == (400, {"open": [BESIDE], "customer": [BESIDE]})

    def test_a_page_of_the_whole_list_does_not_go_on_in_what_changed(self, erp, since, after):
        answer = asked(erp, "ACME/invoices", {"changed_since": since, "after": after})
        assert (answer.status_code, answer.json()) == (400, {"after": [FILTERED]})

    @pytest.mark.parametrize(("place", "value"), [(2, "0-00000001"), (1, "1:999999999999:")])
    def test_after_a_restore_the_list_is_to_be_read_again(self, erp, since, place, value):
        answer = asked(erp, "ACME/invoices", {"changed_since": changed(since, place, value)})
        told = "La base a été restaurée ou déplacée depuis que ce « changed_since » a été donné"
        assert (answer.status_code, answer.json()["detail"][: len(told)]) == (410, told)

    def test_another_database_of_the_same_server_is_another_life(self):
        """A dump is restored beside the database it replaces."""
        with psycopg.connect(**connection.get_connection_params() | {"dbname": "postgres"}) as other:
            told = other.execute(SEEN).fetchone()
        assert told is not None
        assert told[1] != Seen.now().of
        with pytest.raises(BeginAgain):
            Seen.now().since(Seen(*told))

    def test_a_list_that_is_not_followed_takes_none(self, erp, since):
        assert asked(erp, "ACME/runs", {"changed_since": since}).status_code == 400

    @pytest.mark.parametrize("client", ["collector", "stranger"])
    def test_who_does_not_see_the_entity_reads_nothing(self, since, client):
        client = client_of(UserFactory(role="collector") if client == "collector" else UserFactory(integrator=True))
        assert asked(client, "ACME/invoices", {"changed_since": since}).status_code == 404


def test_every_column_shown_is_followed():
    """Of each list that is followed, what its shape shows of the row is what its trigger looks at."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select tgrelid::regclass::text, array(select attname from pg_attribute where attrelid = tgrelid "
            "and attnum = any(tgattr)) from pg_trigger where tgname like '%_followed'"
        )
        looked_at = {table: set(columns) for table, columns in cursor.fetchall()}
    shown = {shape.Meta.model._meta.db_table: columns_of(shape) - {"id"} for shape in SHAPES}
    assert looked_at.keys() == shown.keys()
    assert {table: shown[table] - looked_at[table] for table in shown if shown[table] - looked_at[table]} == {}


def columns_of(shape):
    fields = shape().fields
    named = {field.source.partition(".")[0] for field in fields.values() if field.source != "*"}
    meta = shape.Meta.model._meta
    return {meta.get_field(name).column for name in named if name in {field.name for field in meta.concrete_fields}}
