from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Sum

from crm.accounts.models import Entity
from crm.imports.operations import import_file
from crm.imports.outcome import Options, Outcome
from crm.receivables.models import Credit, Invoice
from tests.factories.accounts import EntityFactory
from tools.launcher import outside

AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SHARED = outside.LEDGERS


@pytest.fixture
def entity(db: None) -> Entity:
    return EntityFactory(code="BOOKS")


@pytest.fixture
def load(entity: Entity) -> Callable[..., Outcome]:
    """load(path, until=…): import a file into the entity."""

    def run(path: Path, *, dry_run: bool = False, **options: Any) -> Outcome:
        return import_file(path, entity=entity, options=Options(**options), by=None, at=AT, dry_run=dry_run)

    return run


def balances(entity: Entity) -> dict[str, Decimal]:
    """Each customer's open amount as the ledger of Acquit has it."""
    found: dict[str, Decimal] = {}
    for model, sign in ((Invoice, 1), (Credit, -1)):
        rows = model.objects.filter(entity=entity).values_list("customer__external_id").annotate(Sum("open_amount"))
        for name, amount in rows:
            found[name] = found.get(name, Decimal(0)) + sign * amount
    return found


def open_items(entity: Entity) -> set[tuple[str, Decimal]]:
    """What is open, by customer: debits above zero, credits below."""
    debits = Invoice.objects.filter(entity=entity, open_amount__gt=0)
    credits = Credit.objects.filter(entity=entity, open_amount__gt=0)
    return {(name, amount) for name, amount in debits.values_list("customer__external_id", "open_amount")} | {
        (name, -amount) for name, amount in credits.values_list("customer__external_id", "open_amount")
    }
