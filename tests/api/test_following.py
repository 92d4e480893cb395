"""What changed of a list since it was read: nothing is lost, whatever commits late."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings, strategies as st

from crm.core.rest import marks, sweeping
from crm.core.rest.throttling import UserRate
from crm.holds.operations import place_hold
from crm.receivables.models import Invoice
from tests.connections import elsewhere
from tests.factories.accounts import EntityFactory
from tests.factories.actions import ActionFactory
from tests.factories.customers import AddressFactory, CustomerFactory
from tests.factories.receivables import CreditFactory, InvoiceFactory

pytestmark = pytest.mark.django_db(transaction=True)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
BASE = "/api/v1/entities/ACME"


@dataclass
class Follower:
    """Somebody who keeps a copy of a list."""

    client: object
    path: str
    size: int = 2
    since: str = ""
    copy: dict = field(default_factory=dict)

    def read(self):
        """The list, or what changed since; the keys it told, in order."""
        told, asked = [], {"size": self.size} | ({"changed_since": self.since} if self.since else {})
        while True:
            answer = self.client.get(f"{BASE}/{self.path}", asked)
            assert answer.status_code == 200, answer.json()
            page = answer.json()
            for row in page["rows"]:
                self.copy[key(row)] = row
                told.append(key(row))
            if not page["after"]:
                self.since = page["changed_since"]
                return told
            asked["after"] = page["after"]


def key(row):
    return row.get("id") or row["external_id"]


@pytest.fixture(autouse=True)
def as_often_as_one_likes(monkeypatch):
    monkeypatch.setattr(UserRate, "THROTTLE_RATES", {"user": None})


@pytest.fixture
def customer(entity):
    return CustomerFactory(entity=entity, external_id="C1")


def a_customer(customer):
    return CustomerFactory(entity=customer.entity).external_id


def an_invoice(customer):
    return InvoiceFactory(customer=customer).external_id


def a_payment(customer):
    return CreditFactory(customer=customer).external_id


def a_hold(customer):
    # Whoever places one locks the customer.
    other = CustomerFactory(entity=customer.entity)
    given = {"kind": "manual", "reason": "x", "starts_on": date(2026, 3, 1), "at": NOON}
    return place_hold(other, **given).pk


def an_action(customer):
    return ActionFactory(customer__entity=customer.entity).pk  # a cycle of a currency is open once for a customer


LISTS = [
    ("customers", a_customer),
    ("invoices", an_invoice),
    ("payments", a_payment),
    ("holds", a_hold),
    ("actions", an_action),
]
every_list = pytest.mark.parametrize(("path", "made"), LISTS, ids=[path for path, _made in LISTS])


@every_list
def test_what_commits_late_is_told(erp, customer, path, made):
    """It began before the list was read, some of it in a savepoint, and ended after."""
    follower = Follower(erp, path, size=1)
    with transaction.atomic():
        late = made(customer)
        with transaction.atomic():
            nested = made(customer)
        early = elsewhere(lambda: made(customer))
        assert set(elsewhere(follower.read)) & {late, nested, early} == {early}
    page = erp.get(f"{BASE}/{path}", {"size": 1, "changed_since": follower.since}).json()
    between = made(customer)
    told = [key(row) for row in page["rows"]]
    while page["after"]:
        asked = {"size": 1, "changed_since": follower.since, "after": page["after"]}
        page = erp.get(f"{BASE}/{path}", asked).json()
        told += [key(row) for row in page["rows"]]
    follower.since = page["changed_since"]
    assert {late, nested} <= set(told)
    assert between in follower.read()
    theirs = made(CustomerFactory(entity=EntityFactory()))
    mine = made(customer)
    told = follower.read()
    if path == "actions":  # what was written while anything ran is told again
        assert (mine in told, theirs in told) == (True, False)
    else:
        assert (told, follower.read()) == ([mine], [])


CHANGES = {
    "an address added": lambda one: AddressFactory(customer=one),
    "an address found wrong": lambda one: one.addresses.update(invalid_since=date(2026, 3, 1)),
    "an address taken away": lambda one: one.addresses.all().delete(),
    "a name": lambda one: type(one).objects.filter(pk=one.pk).update(name="Morel"),
    "merged": lambda one: type(one).objects.filter(pk=one.pk).update(merged_into=CustomerFactory(entity=one.entity)),
}


def test_what_the_api_shows_of_a_customer_is_followed(erp, customer):
    AddressFactory(customer=customer)
    follower = Follower(erp, "customers", size=500)
    follower.read()
    for what, change in CHANGES.items():
        change(customer)
        assert "C1" in follower.read(), what
    type(customer).objects.update(team=None, parent=None)
    assert follower.read() == []


def test_what_was_read_before_and_saved_since_takes_nothing_back(erp, customer):
    """A row read and saved whole leaves the transaction of the change that came between."""
    held, invoice = Invoice.objects.get(pk=InvoiceFactory(customer=customer, label="x").pk), Invoice.objects
    follower = Follower(erp, "invoices")
    follower.read()
    invoice.update(label="y")
    held.label = "y"
    held.save()
    assert follower.read() == [held.external_id]


def test_numbers_are_in_order_as_numbers(erp, entity, customer):
    """The tenth transaction comes after the ninth, and what is before it is not passed over."""
    for number in (9, 10, 8, 11):
        InvoiceFactory(customer=customer, external_id=f"FA{number}")
        with connection.cursor() as cursor:
            named = [str(number), f"FA{number}"]
            cursor.execute("update receivables_invoice set changed_in = %s::text::xid8 where external_id = %s", named)
    follower = Follower(erp, "invoices", size=1)
    path = f"{BASE}/invoices"
    follower.since = marks.write(marks.short(path), "3:3:", marks.Seen.now().of)
    assert follower.read() == ["FA8", "FA9", "FA10", "FA11"]


@every_list
def test_a_page_of_what_changed_costs_the_same_whatever_its_length(erp, customer, path, made):
    follower, costs = Follower(erp, path, size=500), []
    follower.read()
    for count in (1, 3):
        made_now = [made(customer) for _row in range(count)]
        with CaptureQueriesContext(connection) as queries:
            assert set(made_now) <= set(follower.read())
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_what_is_removed_is_told(erp, entity, customer):
    removed, invoices = Follower(erp, "removed"), Follower(erp, "invoices")
    gone = InvoiceFactory(customer=customer, external_id="FA1", installment=2)
    theirs = InvoiceFactory()
    for follower in (removed, invoices):
        follower.read()
    gone.delete()
    theirs.delete()
    assert (removed.read(), invoices.read()) == (["FA1"], [])
    told = erp.get(f"{BASE}/removed", {"kind": "invoice"}).json()["rows"]
    assert [(row["kind"], row["external_id"], row["installment"]) for row in told] == [("invoice", "FA1", 2)]
    assert erp.get(f"{BASE}/removed", {"kind": "payment"}).json()["rows"] == []


def test_an_invoice_carried_instead_of_another_of_the_same_amount_is_told(erp, customer):
    action = ActionFactory(customer=customer)
    follower = Follower(erp, "actions")
    follower.read()
    keys = [action.pk, InvoiceFactory(customer=customer).pk]
    with connection.cursor() as cursor:
        cursor.execute("insert into actions_actionline (action_id, invoice_id, amount) values (%s, %s, 1)", keys)
    assert action.pk in follower.read()


WRITERS, ROWS = 3, 6
steps = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.integers(0, ROWS - 1)),
        st.tuples(st.just("end"), st.integers(0, WRITERS - 1)),
        st.tuples(st.just("page"), st.just(0)),
    ),
    min_size=8,
    max_size=40,
)
TABLES = {
    "customers": ("customers_customer", "name"),
    "invoices": ("receivables_invoice", "label"),
    "actions": ("actions_action", "note"),
}


@pytest.fixture
def rows(customer, path):
    """Their keys."""
    return [row_key(customer, path) for _row in range(ROWS)]


@pytest.mark.parametrize("path", TABLES)
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
def test_a_copy_becomes_the_list_however_people_write(erp, rows, path, steps):
    """Writers begin, write and end in any order while a follower reads page by page: at rest his copy is the list."""
    table, column = TABLES[path]
    others = [connection.copy() for _writer in range(WRITERS)]
    for other in others:
        other.set_autocommit(False)
    follower = Paged(erp, path)
    try:
        for number, (verb, which) in enumerate(steps):
            if verb == "page":
                follower.page()
            elif verb == "end":
                others[which].commit()
            else:
                with others[which % WRITERS].cursor() as cursor:
                    cursor.execute("savepoint one")
                    cursor.execute(f"update {table} set {column} = %s where id = %s", [f"v{number}", rows[which]])
                    cursor.execute("release one")
        for other in others:
            other.commit()
    finally:
        for other in others:
            other.close()
    follower.finish()
    listed = Follower(erp, path, size=500)
    listed.read()
    assert follower.copy == listed.copy


def row_key(customer, path):
    made = dict(LISTS)[path](customer)
    if path == "actions":
        return made
    table, _column = TABLES[path]
    with connection.cursor() as cursor:
        cursor.execute(f"select id from {table} where external_id = %s", [made])
        return cursor.fetchone()[0]


class Paged(Follower):
    """Reads one page at a time."""

    after = ""

    def page(self):
        asked = {"size": self.size, "changed_since": self.since, "after": self.after}
        page = self.client.get(f"{BASE}/{self.path}", {name: said for name, said in asked.items() if said}).json()
        self.copy |= {key(row): row for row in page["rows"]}
        self.after = page["after"]
        if not self.after:
            self.since = page["changed_since"]

    def finish(self):
        """The pass begun, and one more."""
        passes = 0
        while passes < 2:
            self.page()
            passes += not self.after


class TestSweeping:
    """Actions are read as they lie: a stretch at a time."""

    def test_a_stretch_without_news_is_not_the_end(self, erp, entity, monkeypatch):
        monkeypatch.setattr(sweeping, "STRETCH", 1)
        notes = ["x" * 1500] * 12
        kept = [ActionFactory(customer__entity=entity, note=note).pk for note in notes]
        follower = Follower(erp, "actions")
        follower.read()
        with connection.cursor() as cursor:
            cursor.execute("update actions_action set note = '' where id = %s", [kept[-1]])
        page = erp.get(f"{BASE}/actions", {"changed_since": follower.since}).json()
        assert page["after"]
        assert kept[-1] in follower.read()

    def test_a_table_written_anew_is_read_from_its_beginning(self, erp, customer):
        follower = Follower(erp, "actions")
        follower.read()
        made = [an_action(customer) for _action in range(3)]
        asked = {"size": 2, "changed_since": follower.since}
        page = erp.get(f"{BASE}/actions", asked).json()
        with connection.cursor() as cursor:
            cursor.execute("vacuum full actions_action")
        told, after = [], page["after"]
        while after:
            page = erp.get(f"{BASE}/actions", asked | {"after": after}).json()
            told += [row["id"] for row in page["rows"]]
            after = page["after"]
        assert set(made) <= set(told)
