"""Random situations against the same rules written plainly in Python: the statement allows exactly what they allow."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import HealthCheck, given, settings as examples, strategies as st

from collections_app.compliance.gates import evaluate
from crm.holds.models import Hold
from tests.collections_app.compliance.situations import CANDIDATE, PARIS, sent
from tests.factories.accounts import EntityFactory
from tests.factories.customers import AddressFactory, CustomerFactory
from tests.factories.receivables import InvoiceFactory

pytestmark = pytest.mark.django_db
YEARS = {"consumer": 2, "professional": 5, "association": 5}
CAPS = {
    "consumer": {("email", 7): 1, ("all", 7): 2, ("all", 30): 6},
    "professional": {("email", 7): 2, ("all", 7): 3, ("all", 30): 8},
}


@dataclass(frozen=True)
class Situation:
    kind: str
    automatic: bool
    live: bool
    at: datetime
    invalid: bool
    opted_out: bool
    due_days_ago: int
    held: str
    amount: int
    contacts: list[tuple[int, str]]
    age_is_told: bool

    @property
    def today(self) -> date:
        return self.at.astimezone(PARIS).date()

    def objections(self) -> set[str]:
        """The gates that must speak."""
        checks = {
            "live": self.automatic and not self.live,
            "address": self.invalid,
            "opt_out": self.opted_out,
            "hold": self.held in ("customer", "invoice", "insolvency"),
            "limitation": self._expired() and (self.automatic or self.kind == "consumer"),
            "minimum": self.amount < 1,
            "caps": self._capped(),
            "hours": self._closed(),
        }
        return {name for name, speaks in checks.items() if speaks}

    def _expired(self) -> bool:
        due_on = self.today - timedelta(days=self.due_days_ago)
        return self.today > due_on.replace(year=due_on.year + YEARS[self.kind])

    def _capped(self) -> bool:
        caps = CAPS["consumer" if self.kind == "consumer" else "professional"]
        return any(
            sum(1 for ago, by in self.contacts if ago < 24 * days and channel in ("all", by)) >= maximum
            for (channel, days), maximum in caps.items()
        )

    def _closed(self) -> bool:
        local = self.at.astimezone(PARIS)
        return local.isoweekday() == 7 or not time(7) <= local.time() < time(20)


# Two months of 2026 without public holidays: their own tests speak of them.
START = datetime(2026, 2, 1, tzinfo=UTC)
instants = st.integers(0, 58 * 24 * 60).map(lambda minutes: START + timedelta(minutes=minutes))
situations = st.builds(
    Situation,
    kind=st.sampled_from(["consumer", "professional", "association"]),
    automatic=st.booleans(),
    live=st.integers(0, 5).map(bool),
    at=instants,
    invalid=st.integers(0, 5).map(lambda number: number == 0),
    opted_out=st.integers(0, 5).map(lambda number: number == 0),
    due_days_ago=st.sampled_from([30, 700, 728, 735, 1800, 1824, 1830]),
    held=st.sampled_from(["", "", "", "customer", "invoice", "other invoice", "insolvency", "later claims"]),
    amount=st.integers(0, 50),
    contacts=st.lists(st.tuples(st.integers(1, 24 * 40), st.sampled_from(["email", "post"])), max_size=9),
    age_is_told=st.booleans(),
)


def place(situation):
    """The rows of a situation, and what is asked about it."""
    entity = EntityFactory(live_since="2020-01-01" if situation.live else None)
    customer = CustomerFactory(kind=situation.kind, entity=entity)
    address = AddressFactory(
        customer=customer,
        invalid_since=situation.today if situation.invalid else None,
        opted_out_at=situation.at if situation.opted_out else None,
    )
    due_on = situation.today - timedelta(days=situation.due_days_ago)
    carried, other = (InvoiceFactory(customer=customer, issued_on=due_on, due_on=due_on) for _ in range(2))
    scopes = {
        "customer": {},
        "invoice": {"invoice": carried},
        "other invoice": {"invoice": other},
        "insolvency": {"kind": "insolvency", "born_before": due_on + timedelta(days=1)},
        "later claims": {"kind": "insolvency", "born_before": due_on},
    }
    if situation.held:
        values = {"kind": "manual", "reason": "x", "starts_on": situation.today, "created_at": situation.at}
        Hold.objects.create(entity=entity, customer=customer, **(values | scopes[situation.held]))
    for ago, channel in situation.contacts:
        sent(address, situation.at - timedelta(hours=ago), channel=channel)
    return {
        "key": 1,
        "entity": entity.pk,
        "customer": customer.pk,
        "currency": "EUR",
        "channel": "email",
        "address": address.pk,
        "formal_notice": False,
        "automatic": situation.automatic,
        "amount": situation.amount,
        "invoices": [carried.pk],
        "oldest_due_on": due_on if situation.age_is_told else None,
        "occasion": None,
        "message": None,
    }


@examples(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=120)
@given(situation=situations)
def test_no_gate_is_passed_and_none_speaks_without_reason(settings, situation):
    settings.MAIL_RECIPIENT_ALLOWLIST = ["*"]
    (verdict,) = evaluate(CANDIDATE, place(situation), at=situation.at)
    objections = situation.objections()
    assert (verdict.answer == "allowed") == (not objections)
    assert verdict.gate in (objections or {""})
    if verdict.answer == "not_before":
        assert objections <= {"caps", "hours"}
        assert verdict.not_before_at > situation.at
