"""A small house to run nights in: one entity, one default group, one ladder, customers with invoices."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from collections_app.actions.models import Action
from collections_app.engine.operations import NightReport, run_night
from collections_app.scenarios.models import Step
from collections_app.segments.regrouping import regroup
from crm.customers.models import Customer
from crm.receivables.models import Invoice
from tests.factories.accounts import EntityFactory, UserFactory
from tests.factories.customers import AddressFactory, CustomerFactory
from tests.factories.receivables import InvoiceFactory
from tests.factories.scenarios import published_scenario
from tests.factories.segments import GroupFactory

MARCH_1 = date(2026, 3, 1)


def noon(on: date) -> datetime:
    return datetime.combine(on, time(11), UTC)


class World:
    def __init__(self, *steps: dict[str, Any], entry_policy: str = "first_step", **entity: Any) -> None:
        self.entity = EntityFactory(working_days=[1, 2, 3, 4, 5, 6, 7], **entity)
        self.version = published_scenario(self.entity, steps=list(steps), entry_policy=entry_policy)
        self.steps: list[Step] = list(self.version.steps.order_by("pk"))
        self.group = GroupFactory(entity=self.entity, default=True, scenario=self.version.scenario)
        self.person = UserFactory()

    def customer(self, *, email: bool = True, **fields: Any) -> Customer:
        customer = CustomerFactory(entity=self.entity, **fields)
        if email:
            AddressFactory(customer=customer)
        return customer

    def invoice(self, customer: Customer, *, late: int, on: date = MARCH_1, **fields: Any) -> Invoice:
        """An invoice `late` days past due at `on` (negative: not yet due)."""
        due_on = on - timedelta(days=late)
        return InvoiceFactory(customer=customer, due_on=due_on, **{"issued_on": due_on - timedelta(days=30)} | fields)

    def regroup(self, on: date = MARCH_1) -> None:
        regroup(self.entity, on=on)

    def night(self, on: date = MARCH_1, **options: Any) -> NightReport:
        return run_night(self.entity, on=on, at=noon(on), **options)

    def nights(self, days: int, start: date = MARCH_1) -> None:
        for day in range(days):
            self.night(start + timedelta(days=day))

    def opened(self) -> list[tuple[str, str]]:
        """(step, state) of all actions, in order of opening."""
        return list(Action.objects.order_by("opened_on", "pk").values_list("step_code", "state"))

    def do(self, on: date) -> int:
        """Everything open is done at noon of `on`."""
        return Action.objects.open().update(state="done", closed_at=noon(on), closed_by=self.person)
