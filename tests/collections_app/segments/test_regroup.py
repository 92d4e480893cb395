from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from collections_app.segments.consumers import end_memberships
from collections_app.segments.models import Membership
from collections_app.segments.regrouping import GroupNotReadable, regroup
from crm.accounts.models import Team
from crm.core.among import named
from crm.customers.registry import Merge
from crm.events.operations import deliver_waiting, emit
from crm.holds.models import Hold, HoldKind
from crm.law.models import ExchangeRate
from crm.receivables import operations as ledger
from crm.receivables.queries import payment_delays
from tests.factories.accounts import EntityFactory, TeamFactory, TeamMemberFactory, UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.receivables import CreditFactory, InvoiceFactory
from tests.factories.segments import GroupFactory

pytestmark = pytest.mark.django_db

FEB_1, FEB_2, MARCH_2 = date(2026, 2, 1), date(2026, 2, 2), date(2026, 3, 2)


@pytest.fixture
def entity():
    entity = EntityFactory()
    GroupFactory(entity=entity, code="default", default=True)
    return entity


def meets(entity, criteria, on=MARCH_2, **customer_facts):
    """Whether a customer of the entity with one invoice of 100 due on 31 January falls in a group of these criteria."""
    customer = CustomerFactory(entity=entity, **customer_facts)
    InvoiceFactory(customer=customer)
    group = GroupFactory(entity=entity, criteria=criteria)
    regroup(entity, on=on)
    return Membership.objects.get(customer=customer, to_on=None).group_id == group.pk


@pytest.mark.parametrize(
    ("name", "operator", "value", "expected"),
    [
        ("open", "eq", "100", True),
        ("overdue", "between", ["100", "200"], True),
        ("overdue", "lt", "100", False),
        ("not_due", "eq", "0", True),
        ("overdue_1_30", "eq", "100", True),
        ("overdue_31_60", "gt", "0", False),
        ("days_late", "eq", "30", True),
        ("open_count", "eq", "1", True),
        ("overdue_count", "ne", "1", False),
        ("next_due_in", "empty", None, True),
        ("average_delay", "eq", "30", True),
        ("unapplied", "eq", "0", True),
        ("kind", "in", ["professional"], True),
        ("kind", "not_in", ["professional"], False),
        ("country", "in", ["FR"], True),
        ("language", "in", ["fr"], True),
        ("category", "in", ["bakery"], True),
        ("tags", "any", ["vip", "new"], True),
        ("tags", "every", ["vip", "new"], False),
        ("tags", "none", ["new"], True),
        ("debt_types", "any", ["trade"], True),
        ("holds", "empty", None, True),
        ("holds", "none", ["dispute"], True),
        ("attribute:region", "is", "sud-est", True),
        ("attribute:missing", "is", "x", False),
        ("name", "contains", "etoile", True),
        ("city", "starts", "ly", True),
        ("customer_since", "before", "2026-01-02", True),
        ("oldest_due_on", "older", 29, True),
        ("oldest_due_on", "within", 30, True),
        ("last_payment_on", "empty", None, True),
        ("last_payment_on", "before", "2027-01-01", False),
    ],
)
def test_each_fact_is_compared(entity, name, operator, value, expected):
    given = {"tags": ["vip"], "category": "bakery", "attributes": {"region": "Sud-Est"}, "name": "L’Étoile du Nord"}
    assert meets(entity, {"fact": name, "is": operator, "value": value}, **given) is expected


def test_not_means_what_a_person_reads_even_of_an_unknown_fact(entity):
    assert meets(entity, {"not": {"fact": "last_payment_on", "is": "within", "value": 10}})


def test_blocks_nest(entity):
    late, paid = {"fact": "days_late", "is": "gt", "value": "0"}, {"fact": "overdue", "is": "eq", "value": "0"}
    assert meets(entity, {"all": [late, {"any": [paid, {"not": paid}]}]})


def test_a_value_cannot_become_sql(entity):
    assert not meets(entity, {"fact": "name", "is": "is", "value": "x') or true --"})


def test_a_foreign_amount_counts_at_the_rate_of_its_date(entity):
    ExchangeRate.objects.create(base="USD", quote="EUR", on="2026-01-01", rate=Decimal("0.5"))
    ExchangeRate.objects.create(base="USD", quote="EUR", on="2026-04-01", rate=Decimal("0.9"))
    customer = CustomerFactory(entity=entity)
    InvoiceFactory(customer=customer, currency="USD", amount=Decimal(300))
    assert meets(entity, {"fact": "overdue", "is": "eq", "value": "100"})
    assert not Membership.objects.filter(customer=customer, group__is_default=False).exists()


def test_a_hold_in_force_is_seen(entity):
    hold = {"kind": HoldKind.DISPUTE, "reason": "x", "created_at": datetime(2026, 1, 1, tzinfo=UTC)}
    customer = CustomerFactory(entity=entity)
    Hold.objects.create(entity=entity, customer=customer, starts_on=FEB_1, ends_on=FEB_1, **hold)
    group = GroupFactory(entity=entity, criteria={"fact": "holds", "is": "any", "value": ["dispute"]})
    regroup(entity, on=FEB_1)
    assert list(group.memberships.values_list("customer", flat=True)) == [customer.pk]
    regroup(entity, on=FEB_2)
    assert list(group.memberships.values_list("from_on", "to_on")) == [(FEB_1, FEB_2)]


def test_unapplied_money_and_last_payment(entity):
    """Not what is dated ahead."""
    customer = CustomerFactory(entity=entity)
    CreditFactory(customer=customer)
    CreditFactory(customer=customer, received_on=MARCH_2 + timedelta(days=1))
    both = {
        "all": [
            {"fact": "unapplied", "is": "eq", "value": "40"},
            {"fact": "last_payment_on", "is": "within", "value": 20},
        ]
    }
    group = GroupFactory(entity=entity, criteria=both)
    regroup(entity, on=MARCH_2)
    assert group.memberships.get().customer == customer


def test_the_first_group_met_wins_and_the_default_takes_the_rest(entity):
    late, small = GroupFactory(entity=entity, priority=2), GroupFactory(entity=entity, priority=1)
    InvoiceFactory(customer=CustomerFactory(entity=entity, external_id="late"))
    CustomerFactory(entity=entity, external_id="nothing")
    assert regroup(entity, on=MARCH_2) == 2
    found = dict(Membership.objects.values_list("customer__external_id", "group__code"))
    assert found == {"late": small.code, "nothing": "default"}
    assert late.memberships.count() == 0


def test_running_again_writes_nothing(entity):
    InvoiceFactory(customer__entity=entity)
    assert [regroup(entity, on=MARCH_2), regroup(entity, on=MARCH_2)] == [1, 0]


def test_a_move_closes_the_old_membership_and_opens_the_new(entity):
    customer = CustomerFactory(entity=entity)
    regroup(entity, on=FEB_1)
    InvoiceFactory(customer=customer)
    late = GroupFactory(entity=entity, code="late")
    assert regroup(entity, on=MARCH_2) == 1
    rows = Membership.objects.order_by("from_on").values_list("group__code", "from_on", "to_on")
    assert list(rows) == [("default", FEB_1, MARCH_2), (late.code, MARCH_2, None)]


def test_a_second_move_on_the_same_day_replaces_the_first(entity):
    customer = CustomerFactory(entity=entity)
    regroup(entity, on=MARCH_2)
    InvoiceFactory(customer=customer)
    GroupFactory(entity=entity, code="late")
    regroup(entity, on=MARCH_2)
    assert list(Membership.objects.values_list("group__code", "from_on", "to_on")) == [("late", MARCH_2, None)]


def test_a_customer_already_moved_later_is_left_alone(entity):
    CustomerFactory(entity=entity)
    regroup(entity, on=MARCH_2)
    Membership.objects.update(group=GroupFactory(entity=entity))
    assert regroup(entity, on=FEB_1) == 0


def test_without_a_default_group_nobody_is_forced_into_one():
    entity = EntityFactory()
    CustomerFactory(entity=entity)
    assert regroup(entity, on=MARCH_2) == 0


def test_only_those_named_are_looked_at(entity):
    one, _other = CustomerFactory(entity=entity), CustomerFactory(entity=entity)
    regroup(entity, on=MARCH_2, among=named([one.pk]))
    assert Membership.objects.get().customer == one


def test_another_entity_is_not_touched(entity):
    CustomerFactory()
    assert regroup(entity, on=MARCH_2) == 0


def test_a_merged_customer_leaves_his_group(entity):
    customer, kept = CustomerFactory.create_batch(2, entity=entity)
    regroup(entity, on=FEB_1)
    customer.merged_into = kept
    customer.save()
    assert regroup(entity, on=FEB_2) == 1
    assert Membership.objects.get(customer=customer).to_on == FEB_2


def test_a_merge_ends_the_membership_of_the_duplicate(entity):
    customer, kept = CustomerFactory.create_batch(2, entity=entity)
    regroup(entity, on=FEB_1)
    assert end_memberships(Merge(kept=kept, duplicate=customer, at=datetime(2026, 2, 2, 12, tzinfo=UTC))) == 1
    assert Membership.objects.get(customer=customer).to_on == FEB_2


def test_the_team_follows_the_group_or_the_portfolio_collector(entity):
    of_group, home = TeamFactory(entity=entity), TeamFactory(entity=entity)
    collector = TeamMemberFactory(team=home).user
    Membership.objects.all().delete()
    entity.groups.update(team=of_group)
    free, followed = CustomerFactory(entity=entity), CustomerFactory(entity=entity, collector=collector)
    regroup(entity, on=MARCH_2)
    for customer in (free, followed):
        customer.refresh_from_db()
    assert (free.team, followed.team) == (of_group, home)


def test_criteria_that_no_longer_make_sense_stop_the_regrouping(entity):
    GroupFactory(entity=entity, code="old", criteria={"fact": "gone", "is": "eq", "value": "1"})
    with pytest.raises(GroupNotReadable, match="old: fact"):
        regroup(entity, on=MARCH_2)


@pytest.mark.parametrize("count", [1, 3])
def test_the_number_of_statements_does_not_grow(entity, count, django_assert_num_queries):
    InvoiceFactory.create_batch(count, customer__entity=entity)
    GroupFactory(entity=entity)
    with django_assert_num_queries(7):  # the groups twice, the statement; a savepoint, a setting put back
        assert regroup(entity, on=MARCH_2) == count


def test_a_change_of_facts_moves_the_customer(entity):
    customer = InvoiceFactory(customer__entity=entity).customer
    late, at = GroupFactory(entity=entity), datetime(2026, 3, 1, 23, 30, tzinfo=UTC)  # already 2 March in Paris
    emit("facts.changed", entity_id=entity.pk, customer_id=customer.pk, at=at)
    assert deliver_waiting("segments", at=at) == 1
    assert list(Membership.objects.values_list("group", "from_on")) == [(late.pk, MARCH_2)]


@pytest.mark.parametrize("count", [1, 3])
def test_what_changes_for_many_is_looked_at_in_one_go(entity, count, django_assert_num_queries):
    customers = [invoice.customer_id for invoice in InvoiceFactory.create_batch(count, customer__entity=entity)]
    late, at = GroupFactory(entity=entity), datetime(2026, 3, 2, 12, tzinfo=UTC)
    for customer in (*customers, customers[0]):
        emit("facts.changed", entity_id=entity.pk, customer_id=customer, at=at)
    with django_assert_num_queries(16):
        assert deliver_waiting("segments", at=at) == count + 1
    assert list(Membership.objects.order_by("customer").values_list("customer", "group")) == [
        (customer, late.pk) for customer in customers
    ]


def test_what_is_told_late_counts_from_the_day_it_is_heard(entity):
    customer = InvoiceFactory(customer__entity=entity).customer
    GroupFactory(entity=entity)
    emit("facts.changed", entity_id=entity.pk, customer_id=customer.pk, at=datetime(2026, 2, 2, 12, tzinfo=UTC))
    deliver_waiting("segments", at=datetime(2026, 3, 2, 12, tzinfo=UTC))
    assert list(Membership.objects.values_list("from_on", flat=True)) == [MARCH_2]


def test_a_change_of_no_customer_is_one_of_everybody_in_that_entity_alone(entity):
    customers = [InvoiceFactory(customer__entity=entity).customer_id for _ in range(2)]
    other = InvoiceFactory(customer__entity=EntityFactory()).customer
    at = datetime(2026, 3, 2, 12, tzinfo=UTC)
    for of, customer in ((entity, customers[0]), (entity, None), (other.entity, other.pk)):
        emit("facts.changed", entity_id=of.pk, customer_id=customer, at=at)
    assert deliver_waiting("segments", at=at) == 3
    assert sorted(Membership.objects.values_list("customer", flat=True)) == customers


def test_where_the_books_stand_on_a_day_a_change_of_facts_counts_for_that_day(entity):
    customer = InvoiceFactory(customer__entity=entity).customer
    GroupFactory(entity=entity)
    entity.stands_on = MARCH_2
    entity.save()
    at = datetime(2026, 11, 22, 12, tzinfo=UTC)
    emit("facts.changed", entity_id=entity.pk, customer_id=customer.pk, at=at)
    deliver_waiting("segments", at=at)
    assert list(Membership.objects.values_list("from_on", flat=True)) == [MARCH_2]


def test_nobody_is_in_two_groups_at_a_time(entity):
    customer = InvoiceFactory(customer__entity=entity).customer
    regroup(entity, on=FEB_1)
    other = GroupFactory(entity=entity)
    with pytest.raises(IntegrityError, match="segments_one_group_at_a_time"), transaction.atomic():
        Membership.objects.create(entity=entity, customer=customer, group=other, from_on=FEB_2)


class TestATeamThatIsGiven:
    """It is told where a person would choose one: what he chose would be undone by the event of his own change."""

    @pytest.fixture
    def customer(self, client, entity):
        client.force_login(UserFactory(supervisor=True, sees=entity))
        return CustomerFactory(entity=entity)

    def chosen(self, client, customer, collector=None):
        """What the form says of a team chosen by hand, and the team once what follows from saving has followed."""
        team = TeamFactory(entity=customer.entity)
        given = {"tags": "x", "kind": "professional", "team": team.pk, "collector": collector or ""}
        answer = client.post(reverse("customer_change", args=[customer.pk]), given)
        deliver_waiting("segments", at=timezone.now())
        customer.refresh_from_db()
        return [] if answer.status_code == 302 else answer.context["form"].errors.get("team", []), customer.team

    def test_by_his_group(self, client, entity, customer):
        of_group = TeamFactory(entity=entity, name="<Nord>")
        entity.groups.update(team=of_group)
        regroup(entity, on=MARCH_2)
        assert self.chosen(client, customer) == ([], of_group)
        field = client.get(reverse("customer_change", args=[customer.pk])).context["form"].fields["team"]
        [group] = entity.groups.all()
        assert (field.disabled, field.help_text) == (True, f"Suit le groupe {group}\xa0: &lt;Nord&gt;.")
        page = client.get(reverse("admin:customers_customer_change", args=[customer.pk]))
        assert page.context["adminform"].form.fields["team"].disabled

    def test_by_the_collector_chosen_with_it(self, client, entity, customer):
        home = TeamFactory(entity=entity)
        collector = TeamMemberFactory(team=home).user
        told, team = self.chosen(client, customer, collector.pk)
        assert (told, team) == ([f"Suit le chargé du portefeuille, qui est dans {home}."], None)

    def test_by_nobody_it_is_chosen(self, client, entity, customer):
        regroup(entity, on=MARCH_2)
        told, team = self.chosen(client, customer)
        assert (told, team) == ([], Team.objects.get())


def test_credit_notes_and_write_offs_are_no_payments_and_each_sum_has_its_own_day(entity):
    """The rule of the ledger itself: payment_delays."""
    customer, at = CustomerFactory(entity=entity), datetime(2026, 3, 2, 9, tzinfo=UTC)
    paid = InvoiceFactory(customer=customer, amount=Decimal(1000), due_on="2025-12-01", issued_on="2025-11-01")
    for amount, received_on in ((600, date(2025, 12, 11)), (400, date(2026, 2, 9))):
        payment = CreditFactory(customer=customer, amount=Decimal(amount), received_on=received_on)
        ledger.allocate(paid, payment, amount=Decimal(amount), on=date(2026, 2, 20), at=at)
    wrong, given_up = (InvoiceFactory(customer=customer, amount=Decimal(20_000)) for _ in range(2))
    note = CreditFactory(customer=customer, credit_note=True, amount=Decimal(20_000), received_on=FEB_1)
    ledger.allocate(wrong, note, on=FEB_1, at=at)
    ledger.write_off(given_up, reason="x", on=FEB_2, at=at)
    InvoiceFactory(customer=customer, amount=Decimal(500))  # 30 days late
    [delay] = payment_delays(entity, on=MARCH_2, since=date(2025, 3, 2))
    assert (delay.weighted_days, delay.amount) == (600 * 10 + 400 * 70 + 500 * 30, 1500)
    criteria = [{"fact": "average_delay", "is": "eq", "value": value} for value in ("0", "32.7")]
    groups = [GroupFactory(entity=entity, criteria=one) for one in criteria]
    regroup(entity, on=MARCH_2)
    assert Membership.objects.get(customer=customer).group == groups[1]
