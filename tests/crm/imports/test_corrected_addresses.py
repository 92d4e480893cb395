"""An address corrected in the system the customers come from is the one used."""

from datetime import date, timedelta

import pytest

from crm.customers.models import Address, Channel
from crm.customers.operations import add_address, prefer
from crm.customers.queries import best_address
from crm.imports.feeds.customers import feed_customers
from crm.imports.operations import import_file
from crm.imports.outcome import Options
from tests.crm.imports.conftest import AT
from tests.factories.customers import AddressFactory, CustomerFactory

DAY, MINUTE = date(2026, 3, 2), timedelta(minutes=1)


@pytest.fixture
def customer(entity):
    return CustomerFactory(entity=entity, external_id="A", name="Alpha")


@pytest.fixture
def send(entity, tmp_path):
    """Send addresses of account A by a way, a minute after the other: how many rows were written."""
    sent = []

    def by_api(at, *values):
        rows = {place: {"external_id": "A", "email": value} for place, value in enumerate(values)}
        return feed_customers(entity, rows, by=None, at=at).updated

    def by_list(at, *values):
        path = tmp_path / "people.csv"
        path.write_text("\n".join(["Code client;Nom;Email", *(f"A;Alpha;{value}" for value in values)]) + "\n")
        changes = import_file(path, entity=entity, options=Options(), by=None, at=at).changes
        return changes["customers_changed"]

    def run(way, *values):
        sent.append(way)
        return {"api": by_api, "list": by_list}[way](AT + len(sent) * MINUTE, *values)

    return run


def used(customer):
    return best_address(customer, Channel.EMAIL, DAY).value


@pytest.mark.parametrize("first", ["api", "list"])
@pytest.mark.parametrize("then", ["api", "list"])
def test_the_one_sent_last_serves(customer, send, first, then):
    AddressFactory(customer=customer, value="older@x.example")  # came before there was an order
    for value in ("old@x.example", "new@x.example", "old@x.example"):
        assert (send(first, value), used(customer)) == (1, value)
    assert (send(then, "third@x.example"), used(customer)) == (1, "third@x.example")
    assert Address.objects.count() == 4


@pytest.mark.parametrize("way", ["api", "list"])
def test_sent_again_every_night_nothing_is_written(customer, send, way):
    AddressFactory(customer=customer, value="older@x.example")
    send(way, "new@x.example")
    before = list(Address.objects.order_by("pk").values())
    assert (send(way, "new@x.example"), list(Address.objects.order_by("pk").values())) == (0, before)


def test_several_of_one_list_are_not_turned_about_every_night(customer, send):
    send("list", "b@x.example", "a@x.example")
    assert (send("list", "b@x.example", "a@x.example"), used(customer)) == (0, "a@x.example")


@pytest.mark.parametrize("way", ["api", "list"])
def test_what_a_person_put_first_stays(customer, send, way):
    chosen = add_address(customer, channel=Channel.EMAIL, value="chosen@x.example", by=None, at=AT)
    prefer(chosen, by=None, at=AT)
    send(way, "new@x.example")
    assert used(customer) == "chosen@x.example"


def test_beside_open_items_too(customer, send, entity, tmp_path):
    send("api", "old@x.example")
    path = tmp_path / "items.csv"
    path.write_text("client;facture;echeance;solde;email\nA;F1;01/02/2026;100,00;new@x.example\n")
    import_file(path, entity=entity, options=Options(), by=None, at=AT + timedelta(hours=1))
    assert used(customer) == "new@x.example"
