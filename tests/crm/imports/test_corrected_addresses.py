"""An address corrected in the system the customers come from is the one used."""

from datetime import date, timedelta

import pytest

from crm.customers.models import Address, Channel
from crm.customers.operations import add_address, merge_customers, prefer
from crm.customers.queries import best_address
from crm.imports.feeds.customers import feed_customers
from crm.imports.models import Batch
from crm.imports.operations import import_file
from crm.imports.operations.undo import undo
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


class TestOfAMergedAccount:
    """D was merged into A: what is said of D never comes before what is said of A."""

    @pytest.fixture(autouse=True)
    def merged(self, customer, entity):
        merge_customers(customer, CustomerFactory(entity=entity, external_id="D"), by=None, at=AT)

    @pytest.fixture
    def tell(self, entity, tmp_path):
        """tell(way, A=…, D=…): e-mails of accounts, a minute after the other."""
        told = []

        def by_api(at, accounts):
            rows = [{"external_id": account, "name": account, "email": value} for account, value in accounts.items()]
            feed_customers(entity, dict(enumerate(rows)), by=None, at=at)

        def of_a_file(at, header, rows):
            path = tmp_path / "list.csv"
            path.write_text("\n".join([header, *rows, ""]))
            import_file(path, entity=entity, options=Options(), by=None, at=at)

        def by_list(at, accounts):
            rows = [f"{account};{account};{value}" for account, value in accounts.items()]
            of_a_file(at, "Code client;Nom;Email", rows)

        def by_items(at, accounts):
            rows = [f"{account};F1;01/02/2026;100,00;{value}" for account, value in accounts.items()]
            of_a_file(at, "client;facture;echeance;solde;email", rows)

        def run(way, **accounts):
            told.append(way)
            {"api": by_api, "list": by_list, "items": by_items}[way](AT + len(told) * MINUTE, accounts)

        return run

    @pytest.mark.parametrize("way", ["api", "list", "items"])
    def test_its_address_adds_and_never_serves_before_one_of_his_own(self, customer, tell, way):
        tell(way, D="d@x.example")
        assert used(customer) == "d@x.example"
        for account, value in 3 * [("A", "a@x.example"), ("D", "d@x.example"), ("D", "other@x.example")]:
            tell(way, **{account: value})
            assert used(customer) == "a@x.example"
        assert sorted(Address.objects.values_list("value", flat=True)) == [
            "a@x.example", "d@x.example", "other@x.example"
        ]  # fmt: skip

    @pytest.mark.parametrize("way", ["api", "list", "items"])
    @pytest.mark.parametrize("accounts", ["AD", "DA"])
    def test_both_told_at_once(self, customer, tell, way, accounts):
        Address.objects.create(customer=customer, channel="email", value="d@x.example", sent_at=AT)
        for _day in range(2):
            tell(way, **{account: f"{account.lower()}@x.example" for account in accounts})
            before = list(Address.objects.order_by("pk").values())
            assert used(customer) == "a@x.example"
        tell(way, **{account: f"{account.lower()}@x.example" for account in accounts})
        assert list(Address.objects.order_by("pk").values()) == before

    @pytest.mark.parametrize("way", ["api", "list", "items"])
    def test_what_both_say_is_his_own(self, customer, tell, way):
        tell(way, A="a@x.example")
        tell(way, D="both@x.example", A="both@x.example")
        assert used(customer) == "both@x.example"

    def test_undoing_forgets_it(self, customer, tell):
        tell("api", A="a@x.example")
        tell("items", D="d@x.example")
        undo(Batch.objects.get(), by=None, at=AT)
        assert list(Address.objects.values_list("value", flat=True)) == ["a@x.example"]
