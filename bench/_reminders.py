"""A creditor whose first night writes to every customer: e-mails with the default texts, letters if asked."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from django.db import connection

from collections_app.engine.operations import run_night
from collections_app.letters.operations import deliver_defaults
from collections_app.scenarios.models import EntryPolicy, Scenario, ScenarioVersion, Step
from collections_app.segments.models import Group
from crm.accounts.models import Entity
from crm.customers.models import Address, Channel, Customer
from crm.receivables.models import Invoice

ON = date(2026, 6, 30)
AT = datetime.combine(ON, time(9), UTC)
LINES = 3
BATCH = 5_000
TEMPLATES = {Channel.EMAIL: "firm-email", Channel.POST: "firm-letter"}
PLACES = {Channel.EMAIL: "c{}@client.example", Channel.POST: "{} rue Longue\n69003 Lyon"}


def creditor(code: str, customers: int, *, channel: Channel = Channel.EMAIL) -> Entity:
    """A creditor with one step by `channel`, customers with an address and three late invoices each."""
    entity = Entity.objects.create(
        code=code, legal_name="Banc d’essai", live_since="2020-01-01", sender_email=f"relance@{code.lower()}.example",
        street="12 rue des Lilas", postcode="69003", city="Lyon", iban="FR7630006000011234567890189", bic="AGRIFRPP",
    )  # fmt: skip
    deliver_defaults(entity, at=datetime(2026, 1, 1, tzinfo=UTC))
    _scenario(entity, channel)
    rows = [Customer(entity=entity, external_id=f"C{n}", name=f"Boulangerie {n}") for n in range(customers)]
    made = Customer.objects.bulk_create(rows, batch_size=BATCH)
    addresses = [Address(customer=one, channel=channel, value=PLACES[channel].format(one.pk)) for one in made]
    Address.objects.bulk_create(addresses, batch_size=BATCH)
    Invoice.objects.bulk_create(_invoices(made), batch_size=BATCH)
    return entity


def _scenario(entity: Entity, channel: Channel) -> None:
    scenario = Scenario.objects.create(entity=entity, code="bench", name="Bench")
    version = ScenarioVersion.objects.create(scenario=scenario, number=1, entry_policy=EntryPolicy.STEP_BY_AGE)
    template = entity.templates.get(code=TEMPLATES[channel])
    Step.objects.create(
        version=version, code="j15", name="J+15", offset_days=15, channel=channel, mode="automatic", template=template
    )
    ScenarioVersion.objects.filter(pk=version.pk).update(state="published")
    Group.objects.create(
        entity=entity, code="all", name="All", priority=900, is_default=True, criteria={}, scenario=scenario
    )


def _invoices(customers: list[Customer]) -> list[Invoice]:
    return [
        Invoice(
            entity_id=one.entity_id, customer=one, external_id=f"F{one.pk}-{n}", number=f"F{one.pk}-{n}",
            issued_on=ON - timedelta(days=60 + n), due_on=ON - timedelta(days=30 + n), currency="EUR",
            amount=Decimal(100 + n), open_amount=Decimal(100 + n),
        )
        for one in customers for n in range(LINES)
    ]  # fmt: skip


def night(entity: Entity, *, at: datetime = AT) -> int:
    """Run its night; how many messages wait in the outbox."""
    report = run_night(entity, on=ON, at=at)
    for table in ("messaging_message", "actions_action", "actions_actionline", "receivables_invoice"):
        with connection.cursor() as cursor:
            cursor.execute(f"vacuum (analyze) {table}")
    return sum(report.actions_opened.values())
