"""`./acquit bench outbox`: what the outbox itself costs per message, without composing and without the network.

Asked for in one statement, handed out in one, then each message on its own: reservation, frozen copy, attempt, result,
event, timeline. A sender adds its words and its provider's time.
"""

import argparse
import json
import os
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from time import perf_counter
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import transaction  # noqa: E402 - after the set-up

from bench._workers import side_by_side  # noqa: E402
from crm.accounts.models import Entity  # noqa: E402
from crm.customers.models import Address, Channel, Customer  # noqa: E402
from telephony.core.channels import Accepted, channels  # noqa: E402
from telephony.core.outgoing import Prepared, preparers  # noqa: E402
from telephony.messaging import operations  # noqa: E402
from telephony.messaging.models import Message  # noqa: E402

ORIGIN = "bench"
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
WORDS = Prepared("Relance", "Bonjour, " * 80, "<p>Bonjour, </p>" * 80, language="fr", amounts={"EUR": Decimal(120)})
EVERYBODY = """
select customer.entity_id, customer.id as customer_id, address.id as address_id, 'fr' as language,
       address.id as origin_id, 1 as attempt_key, null::bigint as occasion, null::timestamptz as not_before_at
from customers_address as address join customers_customer as customer on customer.id = address.customer_id
where customer.entity_id = %(entity)s
"""


def main() -> None:
    """Print the measures; `--json` for machines."""
    parser = argparse.ArgumentParser(prog="./acquit bench outbox")
    parser.add_argument("--messages", type=int, default=5_000)
    parser.add_argument("--workers", type=int, default=1, help="compare one process with so many at once")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    if given.workers > 1:
        scaling(given)
        return
    preparers[ORIGIN] = lambda origin_id, at: WORDS
    channels["email"] = replace(channels["email"], send=lambda mail: Accepted("bench", str(mail.key)))
    figures = measure(entity(given.messages), given.messages)
    if given.json:
        print(json.dumps(figures))
        return
    for name, seconds in figures["seconds"].items():
        print(f"{name:<10}{seconds:8.2f} s{given.messages / seconds:12.0f} messages/s")


def scaling(given: argparse.Namespace) -> None:
    """Messages a second sent by one process, then by several together (each asks for and sends its own)."""
    arguments = ["--messages", str(given.messages)]
    rates = [
        round(
            sum(figures["sent"] / figures["seconds"]["send"] for figures in side_by_side("outbox", arguments, workers))
        )
        for workers in (1, given.workers)
    ]
    result = {"one_worker": rates[0], f"{given.workers}_workers": rates[1]}
    print(json.dumps(result) if given.json else f"messages sent a second: {result}")


def entity(count: int) -> Entity:
    """A new creditor with one customer and one address per message."""
    code = f"B{os.getpid()}-{Entity.objects.count()}"
    made = Entity.objects.create(code=code, legal_name="Bench", sender_email="a@b.example")
    customers = Customer.objects.bulk_create(
        [Customer(entity=made, external_id=str(number), name=f"C{number}") for number in range(count)], batch_size=5_000
    )
    Address.objects.bulk_create(
        [Address(customer=one, channel=Channel.EMAIL, value=f"c{one.pk}@client.example") for one in customers],
        batch_size=5_000,
    )
    return made


def measure(creditor: Entity, count: int) -> dict[str, Any]:
    """Seconds of each part."""
    seconds = {}
    start = perf_counter()
    with transaction.atomic():
        operations.queue_many(EVERYBODY, {"entity": creditor.pk}, origin=ORIGIN, at=AT, wake=False)
    seconds["queue"] = perf_counter() - start
    start = perf_counter()
    ids = operations.hand_out(at=AT, limit=count)
    seconds["hand out"] = perf_counter() - start
    start = perf_counter()
    for message_id in ids:
        operations.send_one(message_id, AT)
    seconds["send"] = perf_counter() - start
    sent = Message.objects.filter(entity=creditor, state="sent").count()
    return {"messages": count, "sent": sent, "seconds": seconds}


if __name__ == "__main__":
    main()
