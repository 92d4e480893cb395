"""A house that lives some weeks, seeded: what happens on each day is drawn, the nights are run in one of two ways.

The same seed lives the same life, so that two ways of running its nights can be compared.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from random import Random
from typing import Any

from collections_app.actions import bulk
from collections_app.actions.labels import Outcome
from collections_app.actions.models import Action, ActionLine, Cycle, Refusal
from collections_app.engine.models import Account, AgedPart, DailyFigures, Decision, Run
from collections_app.engine.operations import run_night
from collections_app.letters.models import Template
from collections_app.scenarios.models import Step
from collections_app.segments.models import Group, Membership
from collections_app.segments.operations import move
from crm.accounts.calendars import worked_days
from crm.accounts.models import Absence, Entity, EntityClosure, Role, Team, User
from crm.accounts.operations import give_role, grant_entity, join_team, leave_team, revoke_entity
from crm.accounts.queries import entities_of
from crm.customers.models import Address, Customer
from crm.customers.operations.merging import merge_customers
from crm.holds.models import Hold
from crm.holds.operations import lift_hold, place_hold
from crm.law.models import ExchangeRate
from crm.receivables.models import Invoice
from telephony.messaging.models import Message
from tests.factories.accounts import EntityFactory, TeamFactory, TeamMemberFactory, UserFactory
from tests.factories.customers import AddressFactory, CustomerFactory
from tests.factories.letters import TemplateVersionFactory
from tests.factories.paying import pay
from tests.factories.receivables import CreditFactory, InvoiceFactory
from tests.factories.scenarios import published_scenario
from tests.factories.segments import GroupFactory

FIRST = date(2026, 3, 2)  # a Monday
BY_NAME = ("customer__external_id", "currency", "step_code", "invoice__external_id", "occasion_on", "opened_on", "pk")
STANDARD = (
    {"offset_days": -6, "email": True, "minimum_amount": 30, "working_days_only": True},
    {"offset_days": -2},
    {"offset_days": 3, "email": True, "working_days_only": True},
    {"offset_days": 8, "minimum_amount": 120},
    {"offset_days": 15, "gap_days": 9, "owner": "supervisor", "escalate_after_days": 3},
    {"offset_days": 25, "formal": True},
)
BY_INVOICE = (
    {"offset_days": 2, "unit": "invoice"},
    {"offset_days": 6},
    {"offset_days": 12, "unit": "invoice", "email": True, "minimum_amount": 40, "working_days_only": True},
    {"offset_days": 20, "gap_days": 3},
)
LARGE = ({"offset_days": 1, "escalate_above": 300}, {"offset_days": 10, "unit": "invoice"}, {"offset_days": 30})
CRITERIA: tuple[dict[str, Any], ...] = (
    {
        "any": [
            {"fact": "average_delay", "is": "gte", "value": "12"},
            {"fact": "holds", "is": "any", "value": ["legal"]},
        ]
    },
    {"all": [{"fact": "overdue_1_30", "is": "gt", "value": "150"}, {"fact": "days_late", "is": "lte", "value": "17"}]},
    {
        "all": [
            {"fact": "next_due_in", "is": "between", "value": ["2", "4"]},
            {"fact": "overdue", "is": "eq", "value": "0"},
        ]
    },
    {
        "all": [
            {"fact": "last_payment_on", "is": "older", "value": 6},
            {"fact": "kind", "is": "in", "value": ["consumer"]},
        ]
    },
    {
        "all": [
            {"fact": "oldest_due_on", "is": "within", "value": 9},
            {"fact": "overdue_31_60", "is": "gt", "value": "0"},
        ]
    },
    {"not": {"fact": "unapplied", "is": "lt", "value": "20"}},
)


def evening(on: date) -> datetime:
    """When things happen: after the nights of a day."""
    return datetime.combine(on, time(18), UTC)


class Life:
    """`full`: every night looks at everybody."""

    def __init__(self, seed: int, *, full: bool) -> None:
        self.draw, self.full, self.made = Random(seed), full, 0
        self.at = evening(FIRST - timedelta(days=1))
        self.entity = EntityFactory(working_days=[1, 2, 3, 4, 5], live_since=FIRST - timedelta(days=400))
        self.people: list[User] = [UserFactory(first_name=f"p{number}") for number in range(4)]
        self.team: Team = TeamFactory(entity=self.entity, name="life", supervisor=self.people[2])
        self.other_team: Team = TeamFactory(entity=self.entity, name="other")
        for person in self.people[:2]:
            TeamMemberFactory(team=self.team, user=person)
        self.hidden: list[Any] = []
        ladders = [
            published_scenario(self.entity, steps=list(steps), entry_policy=policy).scenario
            for steps, policy in ((STANDARD, "first_step"), (BY_INVOICE, "step_by_age"), (LARGE, "by_hand"))
        ]
        for template in Template.objects.filter(entity=self.entity):
            TemplateVersionFactory(template=template, body="Bonjour")
        for place, criteria in enumerate(self.draw.sample(CRITERIA, 4), start=1):
            team = (None, self.team, self.other_team)[place % 3]
            code, scenario = f"g{place}", ladders[place % 3]
            GroupFactory(entity=self.entity, code=code, priority=place, criteria=criteria, scenario=scenario, team=team)
        GroupFactory(entity=self.entity, code="rest", default=True, scenario=ladders[0], team=self.team)
        ExchangeRate.objects.get_or_create(base="USD", quote="EUR", on=date(2020, 1, 1), defaults={"rate": "0.9"})
        for _ in range(self.draw.randint(3, 8)):
            self.new_customer(FIRST)
        for _ in range(self.draw.randint(5, 25)):
            self.new_invoice(FIRST)

    def live(self, days: int, after_night: Callable[[date], object] = lambda on: None) -> None:
        """Nights and what happens between them."""
        for number in range(days):
            on = FIRST + timedelta(days=number)
            for hour, likely in ((3, 0.9), (11, 0.15)):  # some nights are missed, some run twice
                if self.draw.random() < likely:
                    at = datetime.combine(on, time(hour), UTC)
                    run_night(
                        self.entity, on=on, at=at, full=self.full, clock=partial(datetime.combine, on, time(hour), UTC)
                    )
                    self.hidden += self.not_seen_by_their_owner(on)
                    after_night(on)
            self.at = evening(on)
            for _ in range(self.draw.randint(0, 3)):
                self.draw.choice(HAPPENING)(self, on)

    # What may happen on a day.

    def new_customer(self, on: date) -> None:
        self.made += 1
        collector = self.draw.choice([None, *self.people[:2]])
        kind = self.draw.choice(["professional", "consumer"])
        made = CustomerFactory(
            entity=self.entity, external_id=f"c{self.made:03}", name=f"c{self.made}", kind=kind, collector=collector
        )
        if self.draw.random() < 0.7:
            AddressFactory(customer=made, value=f"{made.external_id}@client.example")

    def new_invoice(self, on: date) -> None:
        self.made += 1
        due_on = on + timedelta(days=self.draw.randint(-40, 15))
        InvoiceFactory(
            customer=self.a(Customer.objects.filter(merged_into=None)),
            external_id=f"i{self.made:03}",
            issued_on=due_on - timedelta(days=self.draw.randint(0, 30)),
            due_on=due_on,
            amount=Decimal(self.draw.randint(10, 200)),
            currency=self.draw.choice(["EUR", "EUR", "EUR", "USD"]),
            due_on_source=self.draw.choice(["file", "file", "guessed"]),
            kind=self.draw.choice(["invoice", "invoice", "invoice", "adjustment"]),
            recorded_at=self.at,
        )

    def money_comes(self, on: date) -> None:
        self.made += 1
        owed = Invoice.objects.filter(entity=self.entity, settled_on=None)
        CreditFactory(
            customer=self.a(Customer.objects.filter(merged_into=None)),
            external_id=f"r{self.made:03}",
            received_on=on + timedelta(days=self.draw.choice([self.draw.randint(-20, 0), self.draw.randint(1, 4)])),
            amount=Decimal(self.draw.randint(5, 150)),
            kind=self.draw.choice(["payment", "credit_note"]),
            names_invoice=self.a(owed) if owed.exists() and self.draw.random() < 0.3 else None,
            recorded_at=self.at,
        )

    def an_invoice_is_paid(self, on: date) -> None:
        if owed := self.a(Invoice.objects.filter(currency="EUR", settled_on=None)):
            self.made += 1
            pay(owed, self.draw.choice([owed.open_amount, owed.open_amount / 2]), on, at=self.at)

    def a_hold_begins(self, on: date) -> None:
        self.made += 1
        customer = self.a(Customer.objects.filter(merged_into=None))
        starts_on = on + timedelta(days=self.draw.randint(-2, 3))
        scope = self.draw.choice(
            [{}, {"born_before": on}, {"invoice": self.a(Invoice.objects.filter(customer=customer))}]
        )
        place_hold(
            customer,
            kind=self.draw.choice(["dispute", "legal", "plan"]),
            reason=f"x{self.made}",  # the same one twice is refused
            starts_on=starts_on,
            ends_on=self.draw.choice([None, starts_on + timedelta(days=self.draw.randint(0, 5))]),
            at=self.at,
            **scope,
        )

    def a_hold_is_lifted(self, on: date) -> None:
        if hold := self.a(Hold.objects.filter(entity=self.entity, ended_on=None)):
            lift_hold(hold, on=on + timedelta(days=self.draw.randint(0, 2)), by=None, at=self.at)

    def a_task_is_done(self, on: date) -> None:
        if action := self.a(Action.objects.filter(entity=self.entity, state="todo")):
            bulk.complete([action.pk], outcome=Outcome.SPOKE, by=self.people[0], at=self.at)

    def a_step_is_skipped(self, on: date) -> None:
        if action := self.a(Action.objects.filter(entity=self.entity, state__in=["todo", "to_approve"])):
            bulk.skip([action.pk], reason="x", by=self.people[0], at=self.at)

    def what_waits_leaves(self, on: date) -> None:
        leaving = Action.objects.filter(entity=self.entity, state="scheduled")
        if action := self.a(leaving):
            mine = Message.objects.filter(origin="action", origin_id=action.pk)
            mine.update(state="sent", sent_at=self.at, digest="x")
            leaving.filter(pk=action.pk).update(state="done", closed_at=self.at)

    def a_message_is_kept(self, on: date) -> None:
        waiting = Message.objects.filter(entity=self.entity, origin="action", state__in=["planned", "waiting"])
        if action := self.a(Action.objects.filter(pk__in=waiting.values("origin_id"))):
            waiting.filter(origin_id=action.pk).update(state="blocked")

    def an_address_is_refused(self, on: date) -> None:
        if address := self.a(Address.objects.filter(customer__entity=self.entity)):
            Address.objects.filter(pk=address.pk).update(opted_out_at=self.draw.choice([None, self.at]))

    def somebody_is_away(self, on: date) -> None:
        away, stands_in = self.draw.sample(self.people, 2)
        Absence.objects.create(
            user=away,
            replacement=self.draw.choice([None, stands_in]),
            starts_on=on + timedelta(days=1),
            ends_on=on + timedelta(days=self.draw.randint(1, 4)),
        )

    def somebody_joins_or_leaves(self, on: date) -> None:
        person = self.draw.choice([self.people[1], self.people[3]])
        team = self.draw.choice([self.team, self.other_team])
        if person in team.members.all():
            leave_team(person, team, by=None)
        else:
            join_team(person, team, by=None)

    def somebody_sees_everything_or_no_longer(self, on: date) -> None:
        if entities_of(self.people[3]).exists():
            revoke_entity(self.people[3], self.entity, by=None)
        else:
            grant_entity(self.people[3], self.entity, by=None)

    def somebody_has_another_role(self, on: date) -> None:
        person = self.draw.choice(self.people[1:])
        give_role(person, self.draw.choice([Role.COLLECTOR, Role.COLLECTOR, Role.AUDITOR]), by=None)

    def a_task_is_handed_over(self, on: date) -> None:
        if action := self.a(Action.objects.filter(entity=self.entity, state__in=["todo", "to_approve"])):
            bulk.reassign([action.pk], to=self.draw.choice(self.people), by=self.people[2], at=self.at)

    def a_customer_changes(self, on: date) -> None:
        customer = self.a(Customer.objects.filter(merged_into=None))
        customer.kind = self.draw.choice(["professional", "consumer"])
        customer.collector = self.draw.choice([None, *self.people[:2], self.people[3]])
        customer.save()

    def two_are_one(self, on: date) -> None:
        kept, duplicate = (
            self.a(Customer.objects.filter(merged_into=None)),
            self.a(Customer.objects.filter(merged_into=None)),
        )
        if kept != duplicate and self.draw.random() < 0.3:
            merge_customers(kept, duplicate, by=self.people[2], at=self.at)

    def groups_change_places(self, on: date) -> None:
        if self.draw.random() < 0.3:
            move(Group.objects.get(entity=self.entity, priority=2), up=self.draw.random() < 0.5, by=None)

    def a_rate_changes(self, on: date) -> None:
        ExchangeRate.objects.update_or_create(
            base="USD",
            quote="EUR",
            on=on + timedelta(days=1),
            defaults={"rate": Decimal(self.draw.randint(80, 100)) / 100},
        )

    def a_day_is_closed(self, on: date) -> None:
        EntityClosure.objects.get_or_create(entity=self.entity, on=on + timedelta(days=self.draw.randint(1, 6)))

    def a(self, rows: Any) -> Any:
        """One of some rows of the entity, always the same of the same rows: a night numbers its actions as it likes."""
        of_here = rows.filter(entity=self.entity) if hasattr(rows.model, "entity_id") else rows
        found = list(of_here.order_by(*(BY_NAME if rows.model is Action else ["pk"])))
        return self.draw.choice(found) if found else None

    def opened_on_days_not_worked(self) -> list[Any]:
        """Steps of working days only, by the day they opened on though it is not worked; there should be none."""
        steps = {(step.version_id, step.code) for step in Step.objects.filter(working_days_only=True)}
        opened = Action.objects.filter(entity=self.entity).values_list("scenario_version_id", "step_code", "opened_on")
        worked = worked_days(self.entity, FIRST, FIRST + timedelta(days=60))
        return [(code, on) for version, code, on in opened if (version, code) in steps and on not in worked]

    def not_seen_by_their_owner(self, on: date) -> list[Any]:
        """Tasks that wait, by owner and day, though he does not see their customer; there should be none."""
        waiting = Action.objects.filter(entity=self.entity, state__in=["todo", "to_approve"])
        people = User.objects.in_bulk([person.pk for person in self.people]).values()
        hidden = [
            waiting.filter(owner=person).exclude(customer__in=Customer.objects.visible_to(person)) for person in people
        ]
        return [(str(one.owner), on, one.step_code) for rows in hidden for one in rows]

    def written(self) -> dict[str, list[Any]]:
        """All that the nights wrote, without the numbers of rows."""
        found = {model.__name__: _rows(model, self.entity, *fields.split()) for model, fields in WRITTEN.items()}
        checked = {"not worked": self.opened_on_days_not_worked(), "not seen by their owner": self.hidden}
        return found | {"Decision": self._decisions(), **checked}

    def _decisions(self) -> list[Any]:
        invoices = {str(pk): name for pk, name in Invoice.objects.values_list("pk", "external_id")}
        found = []
        for row in Decision.objects.filter(entity=self.entity).select_related("customer"):
            items = {invoices[key]: why for key, why in row.facts.get("items", {}).items()}
            said = (row.outcome, row.step_code, row.next_look_on, row.facts.get("group"), sorted(items.items()))
            found.append((row.customer.external_id, row.currency, row.on, *said))
        return sorted(found, key=repr)


WRITTEN: dict[Any, str] = {
    Membership: "customer__external_id group__code from_on to_on",
    Action: "customer__external_id currency kind step_code invoice__external_id occasion_on state channel mode"
    " step_offset amount opened_on oldest_due_on weight late_since_on reasons owner__first_name team__name"
    " escalated_on outcome group__code cycle__opened_on",
    ActionLine: "action__customer__external_id action__step_code action__opened_on action__state invoice__external_id"
    " amount",
    Cycle: "customer__external_id currency opened_on closed_on passed_offset by_hand",
    Account: "customer__external_id currency open_amount late_amount days_31_60 days_61_90 days_91 ages_on"
    " disputed_amount unapplied_amount credit_notes_amount overdue outcome",
    AgedPart: "on currency customers not_due days_1_30 days_31_60 days_61_90 days_91 disputed_amount"
    " unapplied_amount credit_notes_amount idle_amount",
    DailyFigures: "on currency open_amount overdue_amount days_1_30 days_31_60 days_61_90 days_91 unapplied_amount"
    " credit_notes_amount disputed_amount customers_overdue actions_open",
    Refusal: "customer__external_id action__step_code gate first_on last_on",
    Message: "customer__external_id state",
    Customer: "external_id team__name",
    Run: "on opened blocked",
}
HAPPENING: tuple[Callable[[Life, date], None], ...] = (
    Life.new_customer, Life.new_invoice, Life.new_invoice, Life.new_invoice, Life.money_comes, Life.an_invoice_is_paid,
    Life.an_invoice_is_paid, Life.a_hold_begins, Life.a_hold_is_lifted, Life.a_task_is_done, Life.a_task_is_done,
    Life.a_step_is_skipped, Life.what_waits_leaves, Life.what_waits_leaves, Life.a_message_is_kept,
    Life.an_address_is_refused, Life.somebody_is_away, Life.a_customer_changes, Life.two_are_one,
    Life.groups_change_places, Life.a_rate_changes, Life.a_day_is_closed, Life.somebody_joins_or_leaves,
    Life.somebody_sees_everything_or_no_longer, Life.somebody_has_another_role, Life.a_task_is_handed_over,
)  # fmt: skip


def _rows(model: Any, entity: Entity, *fields: str) -> list[Any]:
    of_entity = {"action__entity" if model is ActionLine else "entity": entity}
    return sorted(model.objects.filter(**of_entity).values_list(*fields), key=repr)
