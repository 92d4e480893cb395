"""Dunning by hand: the templates offered, the invoices ticked, when it leaves."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse

from collections_app.actions import already, by_hand, operations
from collections_app.actions.models import Action, ActionKind, Cycle
from collections_app.letters import pdf
from crm.accounts.models import Entity
from crm.customers.models import Customer
from crm.holds.summary import accounts
from telephony.messaging.models import Message
from tests.factories.actions import ActionFactory, ActionLineFactory
from tests.factories.customers import AddressFactory, CustomerFactory
from tests.factories.letters import TemplateFactory, TemplateVersionFactory
from tests.factories.messaging import planned
from tests.factories.receivables import InvoiceFactory
from tests.factories.scenarios import published_scenario
from tests.factories.segments import GroupFactory, MembershipFactory

pytestmark = pytest.mark.django_db
MARCH_31 = date(2026, 3, 31)
PARIS = ZoneInfo("Europe/Paris")
TUESDAY_NIGHT = datetime(2026, 3, 31, 23, 30, tzinfo=PARIS)
TUESDAY_MORNING = datetime(2026, 3, 31, 10, 0, tzinfo=PARIS)


@pytest.fixture
def customer(entity: Entity) -> Customer:
    """In a group whose scenario goes call (15 days), formal notice (45 days)."""
    customer = CustomerFactory(entity=entity)
    steps = [{"code": "call", "offset_days": 15}, {"formal": True, "offset_days": 45}]
    group = GroupFactory(entity=entity, scenario=published_scenario(entity, steps=steps).scenario)
    MembershipFactory(customer=customer, group=group)
    return customer


def ticked(customer: Customer, **template) -> set[int]:
    chosen = TemplateFactory(entity=customer.entity, code="tried", **template)
    [account] = accounts(customer, MARCH_31)
    return by_hand.proposed(chosen, customer, account)


def offered(customer: Customer, **template) -> list[str]:
    TemplateVersionFactory(template__entity=customer.entity, **{f"template__{k}": v for k, v in template.items()})
    return list(by_hand.templates_for(customer).values_list("code", flat=True))


def called(invoice, **action) -> None:
    """The call about an invoice was made."""
    done = ActionFactory(customer=invoice.customer, step_offset=15, state="done", closed_at=TUESDAY_MORNING, **action)
    ActionLineFactory(action=done, invoice=invoice)


def test_a_reminder_proposes_what_is_late(customer: Customer):
    late = InvoiceFactory(customer=customer, due_on=date(2026, 3, 30))
    InvoiceFactory(customer=customer, due_on=date(2026, 4, 30))
    assert ticked(customer) == {late.pk}


def test_a_formal_notice_proposes_only_invoices_whose_earlier_steps_are_done(customer: Customer):
    noticed, _never_called = InvoiceFactory.create_batch(2, customer=customer, due_on=date(2026, 2, 1))
    young = InvoiceFactory(customer=customer, due_on=date(2026, 3, 1))
    called(noticed)
    called(young, cycle=Cycle.objects.get(), step_code="again")
    assert ticked(customer, formal_notice=True) == {noticed.pk}


def test_nor_what_has_no_certain_due_date(customer: Customer):
    guessed = InvoiceFactory(customer=customer, due_on=date(2026, 2, 1), due_on_source="guessed")
    called(guessed)
    assert ticked(customer, formal_notice=True) == set()


def test_a_backlog_that_entered_above_the_step_before_has_reached_it(customer: Customer):
    old = InvoiceFactory(customer=customer, due_on=date(2026, 1, 1), issued_on=date(2025, 12, 1))
    Cycle.objects.create(
        entity=customer.entity, customer=customer, currency="EUR", opened_on=MARCH_31, passed_offset=15
    )
    assert ticked(customer, formal_notice=True) == {old.pk}


def test_a_scenario_without_formal_notice_proposes_nothing_for_one(entity: Entity):
    invoice = InvoiceFactory(customer__entity=entity, due_on=date(2026, 1, 1), issued_on=date(2025, 12, 1))
    assert ticked(invoice.customer, formal_notice=True) == set()


@pytest.mark.parametrize("kind", ["professional", "public_body", "association"])
def test_a_company_is_never_offered_a_consumer_template(entity: Entity, kind: str):
    customer = CustomerFactory(entity=entity, kind=kind)
    assert offered(customer, code="mine") == ["mine"]
    assert offered(customer, code="theirs", for_consumers=True) == ["mine"]


def test_a_consumer_is_never_offered_what_claims_penalties(entity: Entity):
    customer = CustomerFactory(entity=entity, kind="consumer")
    assert offered(customer, code="business", tone="firm") == []
    assert offered(customer, code="mine", tone="firm", for_consumers=True) == ["mine"]
    assert offered(customer, code="statement", statement=True) == ["mine", "statement"]


def leaving(customer: Customer, at: datetime) -> by_hand.Departure:
    address = AddressFactory(customer=customer)
    template = TemplateFactory(entity=customer.entity)
    return by_hand.departure(customer, template, address, currency="EUR", amount=100, invoice_ids=[], at=at)


def test_inside_contact_hours_it_leaves_at_once(entity: Entity, settings):
    settings.MAIL_RECIPIENT_ALLOWLIST = ["*"]
    assert leaving(CustomerFactory(entity=entity), TUESDAY_MORNING) == by_hand.Departure("allowed")


def test_outside_contact_hours_the_next_allowed_time_is_known(settings):
    settings.MAIL_RECIPIENT_ALLOWLIST = ["*"]
    found = leaving(CustomerFactory(kind="consumer"), TUESDAY_NIGHT)
    assert (found.answer, found.at.date(), found.at.tzinfo) == ("not_before", date(2026, 4, 1), PARIS)


def test_the_page_says_when_it_leaves_before_and_after_the_click(desk: Client, customer: Customer, monkeypatch):
    waiting = by_hand.Departure("not_before", datetime(2026, 4, 1, 8, tzinfo=PARIS), "Heures de contact.")
    monkeypatch.setattr(by_hand, "departure", lambda *args, **given: waiting)
    template = TemplateVersionFactory(template__entity=customer.entity).template
    AddressFactory(customer=customer)
    given = {"template": template.pk, "currency": "EUR", "invoice": [InvoiceFactory(customer=customer).pk]}
    preview = desk.post(reverse("manual_preview", args=[customer.pk]), given).content.decode()
    assert "mercredi 1er avril, 08:00" in preview
    page = desk.post(reverse("manual_open", args=[customer.pk]), given | {"send": "1"}, follow=True)
    assert ["mercredi 1er avril, 08:00" in str(message) for message in page.context["messages"]] == [True]


def test_a_manual_formal_notice_is_one(desk: Client, customer: Customer):
    text = TemplateVersionFactory(template__entity=customer.entity, template__formal_notice=True)
    given = {"template": text.template.pk, "currency": "EUR", "invoice": [InvoiceFactory(customer=customer).pk]}
    desk.post(reverse("manual_open", args=[customer.pk]), given)
    action = Action.objects.get()
    assert (action.kind, action.formal_notice) == (ActionKind.MANUAL, True)


def test_choosing_a_template_ticks_what_it_may_ask_for(desk: Client, customer: Customer):
    invoice = InvoiceFactory(customer=customer, due_on=date(2026, 1, 1), issued_on=date(2025, 12, 1))
    text = TemplateVersionFactory(template__entity=customer.entity, template__formal_notice=True)
    called(invoice)
    page = desk.get(reverse("manual", args=[customer.pk]), {"template": text.template.pk})
    assert [one["ticked"] for one in page.context["found"]] == [{invoice.pk}]


def test_the_panel_of_a_task_says_when_it_would_leave(desk: Client, customer: Customer, monkeypatch):
    waiting = by_hand.Departure("not_before", datetime(2026, 4, 1, 8, tzinfo=PARIS), "Heures de contact.")
    monkeypatch.setattr(by_hand, "departure_of", lambda action, at: waiting)
    template = TemplateVersionFactory(template__entity=customer.entity).template
    action = ActionFactory(
        customer=customer, channel="email", template=template, address=AddressFactory(customer=customer)
    )
    ActionLineFactory(action=action, invoice=InvoiceFactory(customer=customer))
    panel = desk.get(reverse("action_panel", args=[action.pk])).content.decode()
    assert "mercredi 1er avril, 08:00" in panel
    page = desk.post(reverse("actions_send"), {"action": action.pk}, follow=True)
    assert ["mercredi 1er avril, 08:00" in str(message) for message in page.context["messages"]] == [True]


def previewed(desk: Client, customer: Customer, **template) -> tuple[str, str]:
    """The preview of a reminder on one invoice, and the mail its frame shows."""
    chosen = TemplateVersionFactory(template__entity=customer.entity, body="{{ invoice_table }}", **template).template
    AddressFactory(customer=customer)
    given = {"template": chosen.pk, "currency": "EUR", "invoice": [customer.invoices.get().pk]}
    return tuple(
        desk.post(reverse(name, args=[customer.pk]), given).content.decode()
        for name in ("manual_preview", "manual_mail")
    )


def test_the_preview_of_a_mail_is_the_mail(desk: Client, customer: Customer):
    InvoiceFactory(customer=customer, number="F-77")
    preview, mail = previewed(desk, customer)
    assert ("<iframe" in preview, "<table" in preview) == (True, False)
    assert ("<table" in mail, "F-77" in mail) == (True, True)


def test_the_preview_of_a_letter_is_not_drawn(desk: Client, customer: Customer, monkeypatch):
    monkeypatch.setattr(pdf, "compiled", lambda *args, **given: pytest.fail("A letter was drawn."))
    InvoiceFactory(customer=customer, number="F-77")
    letter = TemplateVersionFactory(
        template__entity=customer.entity, template__code="tried", template__channel="post"
    ).template
    given = {"template": letter.pk, "currency": "EUR", "invoice": [customer.invoices.get().pk]}
    preview = desk.post(reverse("manual_preview", args=[customer.pk]), given).content.decode()
    assert ("F-77" in preview, ".pdf" in preview) == (True, True)


@pytest.mark.parametrize(
    ("address", "reachable"),
    [
        ({}, True),
        ({"invalid_since": date(2026, 1, 1)}, False),
        ({"opted_out_at": TUESDAY_MORNING}, False),
        ({"consent": "refused"}, False),
        ({"valid_until": date(2026, 1, 1)}, False),
    ],
)
def test_only_an_address_that_serves_counts(desk: Client, customer: Customer, address, reachable: bool):
    template = TemplateVersionFactory(template__entity=customer.entity, template__code="tried").template
    known = AddressFactory(customer=customer, **address)
    page = desk.get(reverse("manual", args=[customer.pk]))
    assert [channel["reachable"] for channel in page.context["channels"]] == [reachable]
    action = ActionFactory(customer=customer, template=template)
    panel = desk.get(reverse("action_panel", args=[action.pk]))
    assert panel.context["panel"]["addresses"] == ([known] if reachable else [])


def test_the_frame_may_neither_run_nor_fetch_anything(desk: Client, customer: Customer):
    policy = desk.post(reverse("manual_mail", args=[customer.pk]), {}).headers["Content-Security-Policy"]
    rules = dict(rule.partition(" ")[::2] for rule in policy.split("; "))
    assert [rules[name] for name in ("default-src", "script-src", "sandbox")] == ["'none'", "'none'", ""]


def test_the_sum_follows_what_is_ticked(desk: Client, customer: Customer):
    first, _second = InvoiceFactory.create_batch(2, customer=customer)
    given = {"template": TemplateFactory(entity=customer.entity).pk, "currency": "EUR", "invoice": [first.pk]}
    preview = desk.post(reverse("manual_preview", args=[customer.pk]), given)
    assert preview.context["asked"].amount == first.open_amount
    assert '<span id="chosen-EUR" hx-swap-oob="true">100,00' in preview.content.decode()


def test_what_already_waits_is_told_and_refuses_nothing(desk: Client, customer: Customer):
    InvoiceFactory(customer=customer)
    ActionFactory(customer=customer, opened_on=date(2026, 3, 2))
    planned(address=AddressFactory(customer=customer, contact=None), at=TUESDAY_MORNING)
    done = ActionFactory(
        customer=customer, step_code="done", cycle=Cycle.objects.get(), state="done", closed_at=TUESDAY_MORNING
    )
    ActionFactory(customer__entity=customer.entity)
    preview, _mail = previewed(desk, customer)
    told = [(one.what, one.since) for one in already.waiting_for(done.customer)]
    assert told == [("Appeler", date(2026, 3, 2)), ("e-mail", date(2026, 3, 31))]
    assert "depuis le 02/03/2026" in preview
    assert "Garder à faire" in preview


class TestOnePagePostedAgain:
    """A second click, a page reloaded, back and send."""

    @pytest.fixture
    def given(self, customer: Customer) -> dict[str, object]:
        """What the page posts."""
        template = TemplateVersionFactory(template__entity=customer.entity).template
        AddressFactory(customer=customer)
        invoice = InvoiceFactory(customer=customer)
        return {"template": template.pk, "currency": "EUR", "invoice": [invoice.pk], "page": "0123456789abcdef"}

    def post(self, desk: Client, customer: Customer, given: dict[str, object]) -> list[str]:
        """Post it; what the person is told."""
        page = desk.post(reverse("manual_open", args=[customer.pk]), given, follow=True)
        return [str(message) for message in page.context["messages"]]

    def test_sends_once_and_shows_the_first(self, desk: Client, customer: Customer, given):
        first = self.post(desk, customer, given | {"send": "1"})
        again = self.post(desk, customer, given | {"send": "1"})
        action, message = Action.objects.get(), Message.objects.get()
        assert (action.state, message.origin_id) == ("scheduled", action.pk)
        assert again == [
            "Cette relance a déjà été demandée depuis cette page\xa0: elle est «\xa0à envoyer\xa0» et n’a pas été "
            "faite une seconde fois.",
            *first,
        ]

    def test_also_on_a_later_day(self, desk: Client, customer: Customer, given):
        self.post(desk, customer, given | {"send": "1"})
        Action.objects.update(occasion_on=date(2026, 3, 1), opened_on=date(2026, 3, 1))
        self.post(desk, customer, given | {"send": "1"})
        assert Action.objects.count() == 1

    def test_what_was_kept_to_do_is_sent_by_the_other_button(self, desk: Client, customer: Customer, given):
        self.post(desk, customer, given)
        self.post(desk, customer, given)
        self.post(desk, customer, given | {"send": "1"})
        assert (Action.objects.get().state, Message.objects.count()) == ("scheduled", 1)

    def test_another_choice_is_another_reminder(self, desk: Client, customer: Customer, given):
        self.post(desk, customer, given | {"send": "1"})
        self.post(desk, customer, given | {"send": "1", "invoice": [InvoiceFactory(customer=customer).pk]})
        assert Message.objects.count() == 2

    def test_so_is_another_page(self, desk: Client, customer: Customer, given):
        pages = [desk.get(reverse("manual", args=[customer.pk])) for _again in range(2)]
        for page in pages:
            [token] = re.findall(r'name="page" value="([0-9a-f]{16})"', page.text)
            self.post(desk, customer, given | {"send": "1", "page": token})
        assert Message.objects.count() == 2

    def test_what_may_not_leave_is_not_left_in_the_list(self, desk: Client, customer: Customer, given, monkeypatch):
        monkeypatch.setattr(operations, "kept_home", lambda customer: "rehearsal")
        self.post(desk, customer, given | {"send": "1"})
        self.post(desk, customer, given | {"send": "1"})
        assert Action.objects.count() == 0


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ({"language": "xx"}, "Le modèle «\xa0Essai\xa0» n’a pas de texte publié"),
        ({"body": "{{ customer.name | money }}"}, "Ligne 1, colonne 1"),
    ],
)
def test_a_letter_that_cannot_be_written_says_why(desk: Client, customer: Customer, text: dict[str, str], told: str):
    letter = TemplateVersionFactory(
        template__entity=customer.entity, template__channel="post", template__name="Essai", **text
    ).template
    given = {"template": letter.pk, "currency": "EUR", "invoice": [InvoiceFactory(customer=customer).pk]}
    page = desk.post(reverse("manual_letter", args=[customer.pk]), given, follow=True)
    assert [str(message)[: len(told)] for message in page.context["messages"]] == [told]
