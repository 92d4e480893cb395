from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection

from collections_app.compliance import gates
from collections_app.compliance.gates import Verdict, evaluate
from crm.core.sql import set_local
from crm.holds.models import Hold
from crm.law.models import Rule
from crm.receivables.limitation import end_proceedings, record_interruption
from crm.receivables.models import Credit, Invoice
from crm.receivables.operations import allocate, undo_allocation
from tests.collections_app.compliance.situations import (
    CANDIDATE,
    PARIS,
    TUESDAY,
    ask,
    contact,
    reachable,
    sent,
    under_way,
)
from tests.factories.accounts import EntityFactory
from tests.factories.customers import AddressFactory, CustomerFactory
from tests.factories.paying import pay
from tests.factories.receivables import CreditFactory, InvoiceFactory
from tests.plans import rows_compared

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def everybody_is_listed(settings):
    settings.MAIL_RECIPIENT_ALLOWLIST = ["*"]


def objection(verdict):
    return verdict.answer, verdict.gate, verdict.rule


def hold(customer, **kwargs):
    values = {"kind": "manual", "reason": "Attente", "starts_on": date(2026, 3, 1), "created_at": TUESDAY}
    return Hold.objects.create(customer=customer, entity=customer.entity, **(values | kwargs))


def test_a_contact_in_good_order_is_allowed():
    assert ask(reachable()) == Verdict(7, "allowed", "", "", "", None)


def test_without_any_gate_nobody_is_contacted(monkeypatch):
    monkeypatch.setattr(gates, "gates", {})
    assert objection(ask(reachable())) == ("refused", "registry", "no_gate")


@pytest.mark.parametrize("count", [1, 3])
def test_many_contacts_cost_one_statement(count, django_assert_num_queries):
    customers = [reachable().customer for _ in range(count)]
    rows = " union all ".join(
        f"select {c.pk}::bigint as key, {c.entity_id}::bigint as entity_id, {c.pk}::bigint as customer_id, "
        f"'EUR' as currency, 'email' as channel, {c.addresses.get().pk}::bigint as address_id, false as formal_notice, "
        "true as automatic, 100::numeric as amount, '{}'::bigint[] as invoice_ids, null::date as oldest_due_on, "
        "null::bigint as occasion, null::bigint as message"
        for c in customers
    )
    with django_assert_num_queries(1):
        verdicts = evaluate(rows, {}, at=TUESDAY)
    assert {v.key: v.answer for v in verdicts} == {c.pk: "allowed" for c in customers}


@pytest.mark.parametrize("automatic", [True, False])
@pytest.mark.parametrize("channel", ["email", "post", "phone"])
@pytest.mark.parametrize(
    ("house", "said"),
    [
        ({"entity__training": True}, ("training", "entity_training")),
        ({"entity__rehearsing_since": date(2026, 3, 1)}, ("rehearsal", "entity_rehearses")),
    ],
)
def test_nothing_leaves_in_training_or_rehearsal_by_any_channel_whoever_sends_it(house, said, channel, automatic):
    address = reachable(channel, **house)
    assert objection(ask(address, automatic=automatic)) == ("refused", *said)


class TestEnvironment:
    @pytest.mark.parametrize(
        ("listed", "answer"),
        [([], "refused"), (["Compta@client.example"], "allowed"), (["@Client.example"], "allowed"), (["*"], "allowed"),
         (["@ent.example", "client.example", "ompta@client.example"], "refused")],
    )  # fmt: skip
    def test_only_listed_recipients_are_written_to(self, settings, listed, answer):
        settings.MAIL_RECIPIENT_ALLOWLIST = listed
        address = AddressFactory(value="compta@client.example")
        assert ask(address).answer == answer

    def test_a_printed_letter_goes_nowhere_by_itself(self, settings):
        settings.MAIL_RECIPIENT_ALLOWLIST = []
        assert ask(reachable("post")).answer == "allowed"


class TestEntity:
    @pytest.mark.parametrize("live_since", [None, date(2026, 3, 4)])
    def test_nothing_automatic_leaves_before_it_is_live(self, live_since):
        address = reachable(entity=EntityFactory(live_since=live_since))
        assert objection(ask(address)) == ("refused", "live", "entity_not_live")
        assert ask(address, automatic=False).answer == "allowed"

    def test_a_country_without_rules_is_closed(self):
        address = reachable(entity=EntityFactory(jurisdiction="XX"))
        assert objection(ask(address)) == ("refused", "jurisdiction", "no_rules")


class TestAddress:
    def test_none(self):
        assert objection(ask(None, customer=CustomerFactory())) == ("refused", "address", "no_address")

    def test_of_another_customer(self):
        assert objection(ask(reachable(), customer=CustomerFactory())) == ("refused", "address", "no_address")

    @pytest.mark.parametrize(
        "field",
        [
            {"invalid_since": date(2026, 3, 3)},
            {"valid_from": date(2026, 3, 4)},
            {"valid_until": date(2026, 3, 2)},
        ],
    )
    def test_not_in_use(self, field):
        assert objection(ask(AddressFactory(**field))) == ("refused", "address", "invalid_address")


class TestOptOut:
    def test_of_this_address(self):
        verdict = ask(AddressFactory(opted_out_at=TUESDAY - timedelta(days=400)))
        assert objection(verdict) == ("refused", "opt_out", "opt_out")
        assert verdict.article == "RGPD art. 21 ; C. consom. L121-6"

    def test_said_in_another_file(self):
        AddressFactory(value="moi@client.example", consent="refused")
        assert ask(AddressFactory(value="moi@client.example")).gate == "opt_out"

    def test_a_letter_of_formal_notice_leaves_all_the_same(self):
        address = AddressFactory(post=True, consent="refused")
        assert ask(address).gate == "opt_out"
        assert ask(address, formal_notice=True).answer == "allowed"

    @pytest.mark.parametrize(
        ("code", "value", "asked"),
        [("opt_out", {"blocks": False}, {}), ("notice_consent", {"required": False}, {"formal_notice": True})],
    )
    def test_a_rule_that_asks_for_nothing_or_that_ended_stops_nothing(self, code, value, asked):
        address = AddressFactory(customer=CustomerFactory(kind="consumer"), opted_out_at=None)
        if code == "opt_out":
            AddressFactory(value=address.value, consent="refused")
        rule = Rule.objects.filter(jurisdiction="FR", code=code)
        assert objection(ask(address, **asked)) == ("refused", "opt_out", code)
        rule.update(value=value)
        assert ask(address, **asked).answer == "allowed"
        rule.update(value={next(iter(value)): True}, ends_on=date(2026, 3, 2))
        assert ask(address, **asked).answer == "allowed"

    def test_where_no_law_asks_for_it_no_consent_is_needed(self):
        address = reachable(consumer=True, entity=EntityFactory(jurisdiction="BJ"))
        assert ask(address, formal_notice=True).answer == "allowed"

    def test_the_rule_says_whose_consent_is_needed(self):
        rule = {"jurisdiction": "FR", "code": "notice_consent", "starts_on": date(2026, 1, 1), "article": "contrat"}
        address = reachable()
        assert ask(address, formal_notice=True).answer == "allowed"
        Rule.objects.create(**rule, customer_kind="professional", value={"required": True})
        assert (ask(address, formal_notice=True).rule, ask(address, formal_notice=True).article) == (
            "notice_consent", "contrat"
        )  # fmt: skip

    def test_a_consumer_agrees_beforehand_to_electronic_notices(self):
        address = reachable(consumer=True)
        assert objection(ask(address, formal_notice=True)) == ("refused", "opt_out", "notice_consent")
        address.consent = "given"
        address.save()
        assert ask(address, formal_notice=True).answer == "allowed"


class TestHold:
    def test_of_the_customer(self):
        address = reachable()
        hold(address.customer)
        assert objection(ask(address)) == ("refused", "hold", "hold")

    def test_of_an_invoice_carried_or_not(self):
        address = reachable()
        carried, other = InvoiceFactory.create_batch(2, customer=address.customer)
        hold(address.customer, invoice=carried, kind="dispute")
        assert ask(address, invoices=[carried.pk, other.pk]).gate == "hold"
        assert ask(address, invoices=[other.pk]).answer == "allowed"

    @pytest.mark.parametrize(("issued_on", "answer"), [(date(2026, 1, 14), "refused"), (date(2026, 1, 15), "allowed")])
    def test_insolvency_covers_the_claims_born_before_the_judgment(self, issued_on, answer):
        address = reachable()
        invoice = InvoiceFactory(customer=address.customer, issued_on=issued_on)
        hold(address.customer, kind="insolvency", born_before=date(2026, 1, 15))
        verdict = ask(address, invoices=[invoice.pk])
        assert verdict.answer == answer
        assert verdict.rule == ("insolvency" if answer == "refused" else "")

    @pytest.mark.parametrize(
        ("field", "answer"),
        [
            ({"ends_on": date(2026, 3, 2)}, "allowed"),
            ({"ends_on": date(2026, 3, 3)}, "refused"),
            ({"ended_on": date(2026, 3, 3), "outcome": "lifted"}, "allowed"),
            ({"starts_on": date(2026, 3, 4)}, "allowed"),
        ],
    )
    def test_only_while_it_lasts(self, field, answer):
        address = reachable()
        hold(address.customer, **field)
        assert ask(address).answer == answer

    @pytest.mark.parametrize(
        ("kind", "ended", "rule"),
        [("manual", [], ""), ("insolvency", [], "insolvency"), ("insolvency", ["insolvency"], "")],
    )
    def test_a_rule_that_says_it_does_not_block_is_heard(self, kind, ended, rule):
        Rule.objects.filter(code="hold").update(value={"blocks": False})
        Rule.objects.filter(code__in=ended).update(ends_on=date(2026, 3, 2))
        address = reachable()
        hold(address.customer, kind=kind)
        assert ask(address).rule == rule

    def test_an_insolvency_without_a_rule_of_its_own_is_a_hold(self):
        Rule.objects.filter(code="insolvency").update(ends_on=date(2026, 3, 2))
        address = reachable()
        hold(address.customer, kind="insolvency")
        assert ask(address).rule == "hold"

    def test_an_answer_written_by_a_person_is_not_a_demand(self):
        address = reachable()
        hold(address.customer)
        assert ask(address, automatic=False, amount=0).answer == "allowed"


def compared(count, analyzed="receivables_movement"):
    """Rows all gates compare about one customer with this many old invoices, of which one in three was paid a part of
    since the table was last analyzed (none named: all tables were)."""
    address, old = reachable(), {"issued_on": date(2023, 6, 1), "due_on": date(2023, 7, 1)}
    InvoiceFactory(customer=address.customer, closed_on=date(2026, 2, 1))
    with connection.cursor() as cursor:
        cursor.execute(f"analyze {analyzed}")
    built = InvoiceFactory.build_batch(count, customer=address.customer, **old)
    invoices = Invoice.objects.bulk_create(built)
    for invoice in invoices[::3]:
        pay(invoice, 7, date(2024, 5, 1))
    asked = contact(address, invoices=[invoice.pk for invoice in invoices], automatic=False)
    set_local(enable_hashjoin="off", enable_mergejoin="off")  # as plans do that expect a few invoices
    return rows_compared(gates.statement(CANDIDATE), asked | gates.parameters(TUESDAY))


@pytest.mark.parametrize("analyzed", ["receivables_movement", ""])
def test_three_times_as_many_invoices_cost_three_times_as_much(analyzed):
    assert compared(900, analyzed) < 4 * compared(300, analyzed)


class TestLimitation:
    def invoice(self, kind, due_on, **kwargs):
        address = reachable(kind=kind)
        return address, InvoiceFactory(customer=address.customer, issued_on=due_on, due_on=due_on, **kwargs)

    @pytest.mark.parametrize(
        ("kind", "due_on", "automatic", "answer"),
        [
            ("consumer", date(2024, 3, 2), False, "refused"),
            ("consumer", date(2024, 3, 3), False, "allowed"),
            ("professional", date(2021, 3, 2), True, "refused"),
            ("professional", date(2021, 3, 2), False, "allowed"),
            ("professional", date(2021, 3, 3), True, "allowed"),
            ("public_body", date(2021, 3, 2), False, "refused"),
            ("public_body", date(2022, 3, 2), False, "allowed"),
        ],
    )
    def test_by_kind_of_customer(self, kind, due_on, automatic, answer):
        address, invoice = self.invoice(kind, due_on)
        verdict = ask(address, automatic=automatic, invoices=[invoice.pk])
        assert (verdict.answer, verdict.gate) == (answer, "limitation" if answer == "refused" else "")

    @pytest.mark.parametrize(
        ("at", "answer"),
        [(datetime(2025, 12, 31, 9, tzinfo=UTC), "allowed"), (datetime(2026, 1, 1, 9, tzinfo=UTC), "refused")],
    )
    def test_a_public_body_owes_from_the_year_of_issue_until_a_31_december(self, at, answer):
        address, _ = self.invoice("public_body", date(2022, 1, 19))
        invoice = InvoiceFactory(customer=address.customer, issued_on=date(2021, 12, 20), due_on=date(2022, 1, 19))
        verdict = ask(address, at=at, automatic=False, invoices=[invoice.pk])
        assert (verdict.gate == "limitation") == (answer == "refused")

    def test_the_article_is_that_of_the_debt(self):
        address, invoice = self.invoice("consumer", date(2025, 1, 2), debt_type="telecom")
        assert ask(address, invoices=[invoice.pk]).article == "CPCE L34-2"

    def test_a_payment_in_time_starts_it_again(self):
        address, invoice = self.invoice("consumer", date(2023, 6, 1), amount=Decimal(100))
        pay(invoice, 7, date(2025, 5, 1))
        assert ask(address, invoices=[invoice.pk]).answer == "allowed"

    def test_a_payment_taken_off_again_starts_nothing_until_it_is_applied_again(self):
        address, invoice = self.invoice("consumer", date(2023, 6, 1), amount=Decimal(100))
        pay(invoice, 7, date(2025, 5, 1))
        undo_allocation(invoice.movements.get(), on=date(2025, 6, 15), at=TUESDAY)
        assert ask(address, invoices=[invoice.pk]).gate == "limitation"
        pay(invoice, 7, date(2025, 6, 16), credit=Credit.objects.get())
        assert ask(address, invoices=[invoice.pk]).gate == ""

    def test_a_payment_too_late_revives_nothing(self):
        address, invoice = self.invoice("consumer", date(2023, 6, 1), amount=Decimal(100))
        pay(invoice, 7, date(2025, 7, 1))
        assert ask(address, invoices=[invoice.pk]).gate == "limitation"

    def test_a_payment_taken_off_it_acknowledges_nothing(self):
        address, invoice = self.invoice("consumer", date(2023, 6, 1), amount=Decimal(100))
        credit = CreditFactory(customer=address.customer, received_on=date(2025, 5, 1))
        undo_allocation(allocate(invoice, credit, on=date(2025, 5, 1), at=TUESDAY), on=date(2025, 5, 2), at=TUESDAY)
        assert ask(address, invoices=[invoice.pk]).gate == "limitation"
        allocate(invoice, credit, on=date(2025, 5, 3), at=TUESDAY, amount=Decimal(5))
        assert ask(address, invoices=[invoice.pk]).answer == "allowed"

    def test_money_not_allocated_acknowledges_nothing(self):
        address, invoice = self.invoice("consumer", date(2023, 6, 1))
        CreditFactory(customer=address.customer, received_on=date(2025, 5, 1))
        assert ask(address, invoices=[invoice.pk]).gate == "limitation"

    def interrupted(self, invoice, kind, on, *, ended_on=None, void=False, whole=False):
        fact = record_interruption(
            invoice.customer, kind=kind, on=on, reference="pièce 1", invoice=None if whole else invoice,
            by=None, at=TUESDAY,
        )  # fmt: skip
        if ended_on:
            end_proceedings(fact, on=ended_on, void=void, by=None, at=TUESDAY)

    @pytest.mark.parametrize("whole", [True, False])
    @pytest.mark.parametrize("kind", ["acknowledgement", "lawsuit", "enforcement"])
    @pytest.mark.parametrize(("on", "gate"), [(date(2025, 5, 1), ""), (date(2025, 7, 1), "limitation")])
    def test_what_interrupts_in_time_starts_it_again(self, whole, kind, on, gate):
        address, invoice = self.invoice("consumer", date(2023, 6, 1))
        self.interrupted(invoice, kind, on, whole=whole)
        assert ask(address, invoices=[invoice.pk]).gate == gate

    @pytest.mark.parametrize(
        ("ended_on", "void", "gate"),
        [
            (None, False, ""),
            (date(2024, 3, 3), False, ""),
            (date(2024, 3, 2), False, "limitation"),
            (date(2026, 3, 1), True, "limitation"),
        ],
    )
    def test_a_legal_action_interrupts_until_it_ends_unless_it_was_lost(self, ended_on, void, gate):
        address, invoice = self.invoice("consumer", date(2021, 6, 1))
        self.interrupted(invoice, "lawsuit", date(2022, 5, 1), ended_on=ended_on, void=void)
        assert ask(address, invoices=[invoice.pk]).gate == gate

    def test_a_payment_during_a_legal_action_does_not_end_the_interruption(self):
        address, invoice = self.invoice("consumer", date(2021, 6, 1), amount=Decimal(100))
        self.interrupted(invoice, "lawsuit", date(2022, 5, 1))
        pay(invoice, 7, date(2023, 1, 1))
        assert ask(address, invoices=[invoice.pk]).answer == "allowed"

    @pytest.mark.parametrize(
        ("kind", "debt_type", "gate"),
        [("consumer", "loan", "limitation"), ("consumer", "trade", ""), ("public_body", "trade", "")],
    )
    def test_a_payment_does_not_interrupt_what_bars_an_action(self, kind, debt_type, gate):
        """Neither does an acknowledgement: C. civ. 2240 speaks of limitation alone."""
        address, invoice = self.invoice(kind, date(2022, 2, 1), amount=Decimal(100), debt_type=debt_type)
        pay(invoice, 1, date(2023, 6, 1))
        pay(invoice, 1, date(2025, 1, 1))
        assert ask(address, invoices=[invoice.pk]).gate == gate
        self.interrupted(invoice, "acknowledgement", date(2024, 1, 1), whole=True)
        assert ask(address, invoices=[invoice.pk]).gate == gate

    @pytest.mark.parametrize(("kind", "on"), [("lawsuit", date(2024, 1, 31)), ("enforcement", date(2024, 2, 1))])
    def test_a_lawsuit_and_an_enforcement_measure_do(self, kind, on):
        address, invoice = self.invoice("consumer", date(2022, 2, 1), debt_type="loan")
        assert ask(address, invoices=[invoice.pk]).gate == "limitation"
        self.interrupted(invoice, kind, on)
        assert ask(address, at=datetime(2026, 1, 30, 10, tzinfo=PARIS), invoices=[invoice.pk]).answer == "allowed"

    def test_a_written_demand_recorded_interrupts_for_a_public_body(self):
        address, invoice = self.invoice("public_body", date(2020, 6, 1))
        self.interrupted(invoice, "demand", date(2024, 12, 31))
        assert ask(address, invoices=[invoice.pk]).answer == "allowed"

    def test_what_was_issued_later_or_is_another_invoice_is_not_interrupted(self):
        address, invoice = self.invoice("consumer", date(2023, 6, 1))
        other = InvoiceFactory(customer=address.customer, issued_on=date(2023, 6, 1), due_on=date(2023, 6, 1))
        self.interrupted(other, "acknowledgement", date(2025, 5, 1))
        self.interrupted(other, "acknowledgement", date(2023, 5, 1), whole=True)
        assert ask(address, invoices=[invoice.pk]).gate == "limitation"

    def test_for_a_public_body_years_count_from_the_next_one(self):
        address, invoice = self.invoice("public_body", date(2018, 6, 1))
        self.interrupted(invoice, "acknowledgement", date(2022, 5, 1))
        assert ask(address, invoices=[invoice.pk]).answer == "allowed"


class TestMinimum:
    @pytest.mark.parametrize(("amount", "answer"), [(0, "refused"), ("0.99", "refused"), ("1.00", "allowed")])
    def test_too_little_is_not_worth_a_message(self, amount, answer):
        assert ask(reachable(), amount=Decimal(amount)).answer == answer

    def test_an_unknown_rate_does_not_block(self):
        assert ask(reachable(), amount=Decimal("0.50"), currency="USD").answer == "allowed"


class TestCaps:
    def test_a_consumer_gets_one_mail_in_seven_days(self):
        address = reachable(consumer=True)
        sent(address, TUESDAY - timedelta(days=6))
        verdict = ask(address)
        assert objection(verdict) == ("not_before", "caps", "contact_caps_email_1_in_7")
        assert verdict.not_before_at == TUESDAY + timedelta(days=1)

    def test_a_week_later_he_may_be_written_to(self):
        address = reachable(consumer=True)
        sent(address, TUESDAY - timedelta(days=7))
        assert ask(address).answer == "allowed"

    def test_all_channels_together(self):
        address = reachable(consumer=True)
        letter = AddressFactory(customer=address.customer, post=True)
        for day in (2, 3):
            sent(letter, TUESDAY - timedelta(days=day))
        verdict = ask(address)
        assert (verdict.rule, verdict.not_before_at) == ("contact_caps_all_2_in_7", TUESDAY + timedelta(days=4))

    def test_thirty_days_together(self):
        address = reachable(consumer=True)
        letter = AddressFactory(customer=address.customer, post=True)
        for day in (8, 12, 16, 20, 24, 28):
            sent(letter, TUESDAY - timedelta(days=day))
        verdict = ask(address)
        assert (verdict.rule, verdict.not_before_at) == ("contact_caps_all_6_in_30", TUESDAY + timedelta(days=2))

    def test_two_files_of_one_person_count_together(self):
        one = AddressFactory(customer=CustomerFactory(consumer=True), value="moi@client.example")
        other = AddressFactory(customer=CustomerFactory(consumer=True), value="moi@client.example")
        sent(one, TUESDAY - timedelta(days=1))
        assert ask(other).gate == "caps"

    def test_the_messages_of_one_run_to_one_address_are_one_occasion(self):
        address = reachable(consumer=True)
        sent(address, TUESDAY, occasion=5)
        assert ask(address, occasion=5).answer == "allowed"
        assert ask(address, occasion=None).answer == "allowed"
        assert ask(address, occasion=6).gate == "caps"

    def test_what_a_run_queued_elsewhere_counts_when_the_message_leaves_not_while_the_run_hands_over(self):
        address = reachable(consumer=True)
        for value in ("1 rue Haute", "2 rue Basse"):
            sent(AddressFactory(customer=address.customer, post=True, value=value), TUESDAY, occasion=5)
        assert ask(address, occasion=5).answer == "allowed"
        assert ask(address, occasion=5, message=2**40).rule == "contact_caps_all_2_in_7"

    def test_three_messages_of_one_run_are_counted_once(self):
        address = reachable()
        for _ in range(3):
            sent(address, TUESDAY - timedelta(days=2), occasion=5)
        assert ask(address).answer == "allowed"

    def test_calls_tried_count_one_by_one(self):
        address = reachable("phone", consumer=True)
        sent(address, TUESDAY - timedelta(hours=1), occasion=5)
        assert ask(address, occasion=6).rule == "contact_caps_phone_1_in_1"

    @pytest.mark.parametrize("state", ["ready", "reserved", "ambiguous"])
    def test_what_may_have_left_counts_as_sent(self, state):
        address = reachable(consumer=True)
        under_way(address, state, TUESDAY - timedelta(days=6))
        assert ask(address).not_before_at == TUESDAY + timedelta(days=1)

    @pytest.mark.parametrize(("state", "hours"), [("planned", -1), ("waiting", 2)])
    def test_what_is_queued_goes_first_and_then_one_asks_again(self, state, hours):
        address = reachable(consumer=True)
        due_at = TUESDAY + timedelta(hours=hours)
        under_way(address, state, due_at)
        verdict = ask(address)
        assert objection(verdict) == ("not_before", "caps", "contact_caps_email_1_in_7")
        assert verdict.not_before_at == max(due_at, TUESDAY) + timedelta(hours=1)

    @pytest.mark.parametrize(("state", "days"), [("waiting", 2), ("cancelled", -1), ("blocked", -1)])
    def test_what_is_far_or_will_not_leave_does_not_count(self, state, days):
        address = reachable(consumer=True)
        under_way(address, state, TUESDAY + timedelta(days=days))
        assert ask(address).answer == "allowed"

    def test_a_message_waits_for_those_queued_before_it_only(self):
        address = reachable(consumer=True)
        first, second = (under_way(address, "planned", TUESDAY) for _ in range(2))
        assert ask(address, message=first.pk).answer == "allowed"
        assert ask(address, message=second.pk).gate == "caps"

    def test_a_letter_of_formal_notice_is_not_held_back(self):
        address = reachable("post", consumer=True)
        for day in (1, 2):
            sent(address, TUESDAY - timedelta(days=day))
        assert ask(address).gate == "caps"
        assert ask(address, formal_notice=True).answer == "allowed"


class TestHours:
    def test_a_night_mail_waits_for_the_morning(self):
        verdict = ask(reachable(), at=TUESDAY.replace(hour=4))
        assert objection(verdict) == ("not_before", "hours", "contact_hours_email")
        assert verdict.not_before_at == TUESDAY.replace(hour=7)

    def test_the_clock_is_that_of_the_customer(self):
        address = reachable("phone", time_zone="America/Martinique")
        assert ask(address).not_before_at == TUESDAY.replace(hour=13, minute=30)

    def test_a_delay_waits_for_the_longest_and_a_refusal_wins(self):
        address = reachable(consumer=True)
        sent(address, TUESDAY - timedelta(days=6))
        night = TUESDAY.replace(hour=4)
        assert ask(address, at=night).gate == "caps"
        hold(address.customer)
        assert ask(address, at=night).gate == "hold"
