from datetime import UTC, datetime
from urllib.parse import quote

import pytest

from crm.customers.models import Address, Customer
from crm.customers.operations import add_address, opt_out
from crm.customers.queries import best_address
from crm.events.models import Event
from crm.timeline.models import Entry
from tests.factories.accounts import EntityFactory, TeamFactory, TeamMemberFactory, UserFactory
from tests.factories.customers import AddressFactory, CustomerFactory

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PATH = "/api/v1/entities/ACME/customers"


def send(client, *rows, **kwargs):
    return client.post(f"{PATH}/bulk", {"rows": list(rows), **kwargs})


def counts(answer):
    body = answer.json()
    return body["created"], body["updated"], body["unchanged"]


@pytest.mark.parametrize("count", [1, 3])
def test_a_list_costs_the_same_whatever_its_length(entity, erp, count, django_assert_num_queries):
    for customer in CustomerFactory.create_batch(count, entity=entity, collector=UserFactory()):
        AddressFactory(customer=customer)
    erp.get(PATH)
    with django_assert_num_queries(5):
        assert len(erp.get(PATH).json()["rows"]) == count


def test_pages_follow_each_other(entity, erp):
    customers = CustomerFactory.create_batch(3, entity=entity)
    first = erp.get(PATH, {"size": 2}).json()
    second = erp.get(PATH, {"size": 2, "after": first["after"]}).json()
    ids = [row["external_id"] for page in (first, second) for row in page["rows"]]
    assert ids == [customer.external_id for customer in customers]
    assert second["after"] == ""


@pytest.mark.parametrize("query", [{"after": "nonsense"}, {"size": 0}, {"size": 501}, {"kind": "ghost"}])
def test_a_bad_question_is_told(entity, erp, query):
    assert erp.get(PATH, query).status_code == 400


def test_one_customer(entity, erp):
    CustomerFactory(entity=entity, external_id="C1", name="Boulangerie Morel")
    assert erp.get(f"{PATH}/C1").json()["name"] == "Boulangerie Morel"
    nothing = erp.get(f"{PATH}/C2", headers={"accept-language": "fr"})
    assert (nothing.status_code, nothing.json()) == (404, {"detail": "Il n’y a rien ici"})


@pytest.mark.parametrize("account", ["RV/1", "bulk", "a b/c"])
def test_any_account_can_be_read(entity, erp, account):
    CustomerFactory(entity=entity, external_id=account)
    CustomerFactory(entity=entity)
    found = [row["external_id"] for row in erp.get(PATH, {"external_id": account}).json()["rows"]]
    assert found == [account]
    if account != "bulk":
        assert erp.get(f"{PATH}/{quote(account, safe='')}").json()["external_id"] == account


def test_a_merged_account_names_who_stands_for_it(entity, erp):
    kept = CustomerFactory(entity=entity, external_id="C1")
    CustomerFactory(entity=entity, external_id="C2", merged_into=kept)
    assert [erp.get(f"{PATH}/{account}").json()["merged_into"] for account in ("C1", "C2")] == [None, "C1"]
    assert [row["external_id"] for row in erp.get(PATH).json()["rows"]] == ["C1"]
    assert erp.get(PATH, {"external_id": "C2"}).json()["rows"][0]["merged_into"] == "C1"


def test_addresses_are_read_as_they_serve(entity, erp):
    customer = CustomerFactory(entity=entity, external_id="C1")
    AddressFactory(customer=customer, value="a@b.example", preferred=True)
    opt_out(AddressFactory(customer=customer, value="old@b.example"), by=None, at=NOON)
    nothing = {"channel": "email", "valid_from": None, "valid_until": None, "invalid_since": None}
    assert erp.get(f"{PATH}/C1").json()["addresses"] == [
        nothing | {"value": "a@b.example", "preferred": True, "refused": False},
        nothing | {"value": "old@b.example", "preferred": False, "refused": True},
    ]


def test_the_address_of_a_merged_account_is_of_the_customer_who_stands_for_it(entity, erp):
    kept = CustomerFactory(entity=entity, external_id="C1")
    CustomerFactory(entity=entity, external_id="C2", merged_into=kept)
    send(erp, {"external_id": "C2", "email": "a@b.example"})
    assert Address.objects.get().customer == kept


def test_customers_are_added_then_changed_then_left_alone(entity, erp):
    row = {"external_id": "C1", "name": "Morel", "siren": "732829320", "tags": ["vip"], "attributes": {"zone": "Sud"}}
    assert counts(send(erp, row)) == (1, 0, 0)
    assert counts(send(erp, row)) == (0, 0, 1)
    assert counts(send(erp, {"external_id": "C1", "city": "Lyon"})) == (0, 1, 0)
    customer = Customer.objects.get(entity=entity)
    assert (customer.name, customer.city, customer.tags, customer.kind) == ("Morel", "Lyon", ["vip"], "professional")
    assert [entry.subject for entry in Entry.objects.filter(customer=customer).order_by("at")] == [
        "Customer received through the API",
        "Customer changed through the API",
    ]


def test_numbers_are_kept_as_files_keep_them(entity, erp):
    send(erp, {"external_id": "C1", "name": "x", "siret": "732 829 320 00074", "vat_number": "FR 44 732829320"})
    assert Customer.objects.values_list("siret", "vat_number").get() == ("73282932000074", "FR44732829320")


def test_a_field_is_cleared_by_an_empty_value(entity, erp):
    customer = CustomerFactory(entity=entity, external_id="C1", city="Lyon", collector=UserFactory())
    send(erp, {"external_id": "C1", "city": "", "collector": None})
    customer.refresh_from_db()
    assert (customer.city, customer.collector) == ("", None)


def test_addresses_are_added_once_and_keep_their_history(entity, erp):
    row = {"external_id": "C1", "name": "Morel", "email": "compta@morel.example", "phone": "+33 4 72 00 00 00"}
    send(erp, row)
    Address.objects.filter(channel="email").update(opted_out_at="2026-01-01T00:00Z")
    send(erp, row)
    assert sorted(Address.objects.values_list("channel", "value")) == [
        ("email", "compta@morel.example"),
        ("phone", "+33472000000"),
    ]
    assert Address.objects.get(channel="email").opted_out_at is not None


@pytest.mark.parametrize("written", ["compta@morel.example", "Compta@Morel.example", " COMPTA@MOREL.EXAMPLE "])
def test_a_refusal_holds_however_the_address_is_written(entity, erp, written):
    address = AddressFactory(customer__entity=entity, customer__external_id="C1", value="compta@morel.example")
    opt_out(address, by=None, at=NOON)
    assert counts(send(erp, {"external_id": "C1", "email": written})) == (0, 0, 1)
    assert (Address.objects.get(), best_address(address.customer, "email", NOON.date())) == (address, None)


def test_a_postal_address_has_the_form_of_one_typed_by_hand(entity, erp):
    customer = CustomerFactory(entity=entity, external_id="C1")
    add_address(customer, channel="post", value="3 place Bellecour\n69002 Lyon", by=None, at=NOON)
    send(erp, {"external_id": "C1", "postal_address": "  3 place Bellecour \r\n\r\n 69002 Lyon "})
    assert Address.objects.get().value == "3 place Bellecour\n69002 Lyon"


def test_an_address_alone_is_a_change_that_is_told(entity, erp):
    kept = CustomerFactory(entity=entity, external_id="C1")
    CustomerFactory(entity=entity, external_id="C2", merged_into=kept)
    row = {"external_id": "C1", "email": "a@b.example"}
    assert counts(send(erp, row, row | {"external_id": "C2"})) == (0, 1, 1)
    assert counts(send(erp, {"external_id": "C2", "phone": "+33472000000"})) == (0, 1, 0)
    assert list(Entry.objects.values_list("subject", "customer")) == [("Customer changed through the API", kept.pk)] * 2
    assert list(Event.objects.values_list("kind", "customer_id")) == [("facts.changed", kept.pk)] * 2


def test_what_is_new_with_its_addresses_is_told_once(entity, erp):
    send(erp, {"external_id": "C1", "name": "Morel", "email": "a@b.example", "phone": "+33472000000"})
    assert (Entry.objects.count(), Event.objects.count()) == (1, 1)


class TestCollector:
    """Whoever holds a portfolio sees its customers: the API gives them only to those who work in the entity."""

    @pytest.mark.parametrize("tie", ["team", "head", "entity", "portfolio"])
    @pytest.mark.parametrize("role", ["administrator", "supervisor", "collector", "field_agent"])
    def test_somebody_who_works_there(self, entity, erp, tie, role):
        person = self.tied(tie, entity, role)
        assert counts(send(erp, {"external_id": "C1", "name": "Morel", "collector": person.username})) == (1, 0, 0)
        assert Customer.objects.get(external_id="C1").collector == person

    @pytest.mark.parametrize("tie", ["team", "head", "entity", "portfolio", "nowhere"])
    def test_anybody_else_is_as_unknown_as_nobody(self, entity, erp, tie):
        person = self.tied(tie, EntityFactory(code="BRAVO"))
        assert self.refusal(erp, person.username) == self.refusal(erp, "nobody")

    @pytest.mark.parametrize("wrong", [{"role": "auditor"}, {"role": "integrator"}, {"is_active": False}])
    def test_somebody_of_the_entity_who_works_on_no_customer(self, entity, erp, wrong):
        assert self.refusal(erp, self.tied("team", entity, **wrong).username) == self.refusal(erp, "nobody")

    @pytest.mark.parametrize("count", [1, 3])
    def test_it_costs_the_same_whatever_their_number(self, entity, erp, count, django_assert_num_queries):
        names = [self.tied("team", entity).username for _ in range(count)]
        erp.get(PATH)
        with django_assert_num_queries(8):
            rows = [{"external_id": f"C{n}", "name": "Morel", "collector": name} for n, name in enumerate(names)]
            assert counts(send(erp, *rows)) == (count, 0, 0)

    def refusal(self, erp, name):
        answer = send(erp, {"external_id": "C1", "name": "Morel", "collector": name})
        assert not Customer.objects.filter(external_id="C1").exists()
        return [(fault["field"], fault["message"]) for fault in answer.json()["errors"]]

    def tied(self, tie, entity, role="collector", **given):
        person = UserFactory(role=role, sees=entity if tie == "entity" else None, **given)
        match tie:
            case "team":
                TeamMemberFactory(user=person, team__entity=entity)
            case "head":
                TeamFactory(supervisor=person, entity=entity)
            case "portfolio":
                CustomerFactory(collector=person, entity=entity)
        return person


def test_each_fault_is_named_and_good_rows_are_kept(entity, erp):
    answer = send(
        erp,
        {"external_id": "C1", "name": "Bon"},
        {"external_id": "C2"},
        {"external_id": "C1", "name": "Deux fois"},
        {"external_id": "C3", "name": "x", "siren": "123", "collector": "nobody"},
        {"external_id": "C4", "name": "x", "collector": "nobody"},
    )
    assert answer.status_code == 200
    assert counts(answer) == (1, 0, 0)
    assert [(e["row"], e["external_id"], e["field"]) for e in answer.json()["errors"]] == [
        (1, "C2", "name"),
        (2, "C1", "external_id"),
        (3, "C3", "siren"),
        (4, "C4", "collector"),
    ]


def test_all_or_nothing(entity, erp):
    rows = [{"external_id": "C1", "name": "Bon"}, {"external_id": "C2"}]
    answer = send(erp, *rows, all_or_nothing=True)
    assert (answer.status_code, counts(answer)) == (422, (0, 0, 0))
    assert Customer.objects.count() == 0


@pytest.mark.parametrize("count", [1, 3])
def test_writing_costs_the_same_whatever_the_number(entity, erp, count, django_assert_num_queries):
    erp.get(PATH)
    rows = [{"external_id": f"C{n}", "name": f"N{n}", "email": f"a{n}@b.example"} for n in range(count)]
    with django_assert_num_queries(8):
        assert counts(send(erp, *rows)) == (count, 0, 0)


@pytest.mark.parametrize(
    ("field", "code"), [("country", "ZZ"), ("country", "fr"), ("language", "zz"), ("language", "FR")]
)
def test_a_country_and_a_language_are_codes_there_are(entity, erp, field, code):
    answer = send(erp, {"external_id": "C1", "name": "Morel", field: code})
    assert ([fault["field"] for fault in answer.json()["errors"]], Customer.objects.count()) == ([field], 0)


def test_a_customer_of_any_country_and_language(entity, erp):
    send(erp, {"external_id": "C1", "name": "Morel", "country": "DE", "language": "de"})
    assert Customer.objects.values_list("country", "language").get() == ("DE", "de")


@pytest.mark.parametrize(
    "field", [{"name": "A\0"}, {"attributes": {"a": "\0"}}, {"attributes": {"\0": "a"}}, {"tags": ["\0"]}]
)
def test_a_row_with_a_sign_no_database_holds_is_refused_by_its_place(entity, erp, field):
    given = {"external_id": "C1", "name": "Perrin", **field}
    faults = send(erp, given).json()["errors"]
    assert ([fault["field"].partition(".")[0] for fault in faults], Customer.objects.count()) == ([*field], 0)


@pytest.fixture
def kept(entity):
    return CustomerFactory(
        entity=entity,
        external_id="C1",
        name="Morel SA",
        city="Lyon",
        category="",
        tags=["vip"],
        attributes={"region": "Sud"},
        collector=UserFactory(),
    )


@pytest.fixture
def gone(entity, kept):
    """C2, merged into C1."""
    return CustomerFactory(entity=entity, external_id="C2", merged_into=kept, city="Brest", category="")


def test_a_merged_account_fills_what_is_empty_of_who_stands_for_it(entity, erp, kept, gone):
    answer = send(
        erp,
        {
            "external_id": "C2",
            "name": "MOREL",
            "kind": "consumer",
            "city": "Nantes",
            "category": "B",
            "tags": ["web", "vip"],
            "attributes": {"region": "Ouest", "origin": "web"},
            "collector": None,
        },
    )
    collector = kept.collector
    kept.refresh_from_db()
    assert (counts(answer), kept.name, kept.kind, kept.city, kept.category, kept.collector) == (
        (0, 1, 0),
        "Morel SA",
        "professional",
        "Lyon",
        "B",
        collector,
    )
    assert (kept.tags, kept.attributes) == (["vip", "web"], {"region": "Sud", "origin": "web"})
    assert list(Entry.objects.values_list("customer", "subject")) == [(kept.pk, "Customer changed through the API")]


def test_an_empty_value_of_a_merged_account_takes_nothing_away(entity, erp, kept, gone):
    row = {"external_id": "C2", "city": "", "category": "", "tags": [], "attributes": {}, "collector": None}
    assert counts(send(erp, row)) == (0, 0, 1)
    assert Customer.objects.get(pk=kept.pk).city == "Lyon"


def test_the_collector_of_a_merged_account_does_not_take_over(entity, erp, kept, gone):
    eve = TeamMemberFactory(user__role="collector", team__entity=entity).user
    assert send(erp, {"external_id": "C2", "collector": eve.username}).json()["errors"] == []
    assert list(Customer.objects.filter(pk=kept.pk).values_list("collector", flat=True)) == [kept.collector_id]


OF_HIS_OWN = {"external_id": "C1", "name": "Morel SA", "city": "", "tags": ["vip"], "attributes": {"region": "Sud"}}
OF_THE_MERGED = {
    "external_id": "C2",
    "name": "MOREL",
    "city": "Nantes",
    "tags": ["web"],
    "attributes": {"origin": "web"},
}


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("together", [True, False])
def test_night_after_night_it_does_not_matter_which_is_sent_last(entity, erp, kept, gone, order, together):
    rows = [OF_HIS_OWN, OF_THE_MERGED][::order]
    requests = [rows] if together else [[row] for row in rows]
    seen = []
    for _night in range(4):
        for request in requests:
            send(erp, *request)
        kept.refresh_from_db()
        seen.append((kept.name, kept.city, kept.tags, kept.attributes, Entry.objects.count()))
    assert seen[1][:-1] == ("Morel SA", "Nantes", ["vip", "web"], {"region": "Sud", "origin": "web"})
    assert seen[2:] == seen[1:2] * 2  # and no more history


def test_what_a_merged_account_no_longer_says_goes_with_his_next_row(entity, erp, kept, gone):
    send(erp, OF_HIS_OWN)
    send(erp, OF_THE_MERGED)
    send(erp, OF_THE_MERGED | {"city": "", "tags": [], "attributes": {}})
    send(erp, OF_HIS_OWN)
    kept.refresh_from_db()
    assert (kept.city, kept.tags, kept.attributes) == ("", ["vip"], {"region": "Sud"})


def test_of_two_merged_accounts_the_first_fills(entity, erp, kept, gone):
    CustomerFactory(entity=entity, external_id="C3", merged_into=kept)
    rows = [{"external_id": name, "category": name, "tags": [name]} for name in ("C3", "C2")]
    assert counts(send(erp, *rows)) == (0, 2, 0)
    kept.refresh_from_db()
    assert (kept.category, kept.tags) == ("C2", ["vip", "C2", "C3"])


def test_a_field_his_row_does_not_name_stays_cleared(entity, erp, kept, gone):
    """Somebody emptied it by hand: another field of his row fills nothing."""
    Customer.objects.filter(pk=kept.pk).update(city="")
    send(erp, {"external_id": "C1", "name": "Morel et fils"})
    kept.refresh_from_db()
    assert (kept.name, kept.city) == ("Morel et fils", "")
