"""`./acquit bench letters [--count N] [--workers N] [--json]`: messages composed a second, by kind, and print batches.

By kind: words alone, on one customer. "print batch": letters a night has queued, each checked again, composed, drawn
and kept in its own transaction, then merged into one file behind their list.

A second is one of the processor of this process, without PostgreSQL's, and one of the clock beside it.
"""

import argparse
import datetime as dt
import json
import os
import time
from decimal import Decimal
from typing import Any

import django

from bench._guard import refuse
from bench._statements import Statements
from bench._workers import side_by_side

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

LINES = 10
ON = dt.date(2026, 3, 3)
BATCH = "print batch"
CODES = ("reminder-sms", "firm-email", "firm-letter", "formal-notice-letter", "statement-email")


class Undone(Exception):
    """Takes back what the measure wrote."""


def main() -> None:
    options = _options()
    if options.workers > 1:
        _scaling(options)
        return
    django.setup()
    refuse()
    from django.db import transaction

    results: dict[str, Any] = {}
    try:
        with transaction.atomic():
            results = _measured(options.count)
            raise Undone
    except Undone:
        pass
    results[BATCH] = _print_batch(options.count)
    if options.json:
        print(json.dumps(results))
        return
    for code, figures in results.items():
        print(
            f"{code:28} {figures['per_second']:8.1f} a second of this process's processor, "
            f"{figures['per_second_of_clock']:8.1f} of the clock, "
            f"{figures['queries']} queries, {figures['bytes']} bytes"
        )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./acquit bench letters")
    parser.add_argument("--count", type=int, default=50, help="messages of each kind")
    parser.add_argument("--workers", type=int, default=1, help="compare one process with so many at once")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def _scaling(options: argparse.Namespace) -> None:
    """Messages a second of the clock by one process, then by several together."""
    arguments = ["--count", str(options.count)]
    (alone,) = side_by_side("letters", arguments, 1)
    together = side_by_side("letters", arguments, options.workers)
    result = {
        code: {
            "one_worker": alone[code]["per_second_of_clock"],
            f"{options.workers}_workers": round(sum(each[code]["per_second_of_clock"] for each in together), 1),
        }
        for code in (*CODES, BATCH)
    }
    print(json.dumps(result) if options.json else "\n".join(f"{code:28} {rates}" for code, rates in result.items()))


def _measured(count: int) -> dict[str, Any]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from collections_app.letters.compose import compose
    from collections_app.letters.operations import deliver_defaults

    customer, lines = _world()
    deliver_defaults(customer.entity, at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    templates = {template.code: template for template in customer.entity.templates.all()}
    results = {}
    for code in CODES:
        with CaptureQueriesContext(connection) as queries:
            made = compose(templates[code], customer, currency="EUR", lines=lines, on=ON)
        start, started = time.process_time(), time.perf_counter()
        for _ in range(count):
            compose(templates[code], customer, currency="EUR", lines=lines, on=ON)
        spent, waited = time.process_time() - start, time.perf_counter() - started
        size = sum(len(each.content) for each in made.attachments) or len((made.html or made.text).encode())
        results[code] = {
            "per_second": round(count / spent, 1),
            "per_second_of_clock": round(count / waited, 1),
            "queries": len(queries),
            "bytes": size,
        }
    return results


def _print_batch(count: int) -> dict[str, Any]:
    from django.db import connection

    from bench._reminders import AT, ON as DAY, creditor, night
    from collections_app.letters.batches import prepare_batch
    from crm.customers.models import Channel

    entity = creditor(f"L{os.getpid()}", count, channel=Channel.POST)
    night(entity)
    queries = Statements()
    start, started = time.process_time(), time.perf_counter()
    with connection.execute_wrapper(queries):  # not the queries Django keeps: it times each, and keeps 9,000 at most
        batch = prepare_batch(entity, on=DAY, by=None, at=AT)
    spent, waited = time.process_time() - start, time.perf_counter() - started
    return {
        "per_second": round(count / spent, 1),
        "per_second_of_clock": round(count / waited, 1),
        "queries": round(queries.number / count, 1),
        "bytes": batch.file.size,
    }


def _world() -> tuple[Any, list[Any]]:
    """A customer with ten late invoices."""
    from collections_app.letters.compose import Line
    from crm.accounts.models import Entity
    from crm.customers.models import Address, Channel, Customer
    from crm.receivables.models import Invoice

    entity = Entity.objects.create(
        code=f"BENCH-{os.getpid()}", legal_name="Banc d’essai", city="Lyon", iban="FR7630006000011234567890189"
    )
    customer = Customer.objects.create(entity=entity, external_id="C-1", name="Boulangerie Morel")
    Address.objects.create(customer=customer, channel=Channel.POST, value="3 place Bellecour\n69002 Lyon")
    invoices = [
        Invoice.objects.create(
            entity=entity, customer=customer, external_id=f"F-{number}", number=f"F-{number}", currency="EUR",
            issued_on=dt.date(2026, 1, 1), due_on=dt.date(2026, 1, 31), amount=Decimal(100), open_amount=Decimal(100),
        )
        for number in range(LINES)
    ]  # fmt: skip
    found = Customer.objects.select_related("entity", "collector").get(pk=customer.pk)
    return found, [Line(invoice, invoice.open_amount) for invoice in invoices]


if __name__ == "__main__":
    main()
