"""Who is asked about in the tests of the gates, and what was already sent to him."""

from datetime import datetime
from zoneinfo import ZoneInfo

from collections_app.compliance.gates import Verdict, evaluate
from telephony.messaging.models import Message
from tests.factories.customers import AddressFactory, CustomerFactory

PARIS = ZoneInfo("Europe/Paris")
TUESDAY = datetime(2026, 3, 3, 10, 0, tzinfo=PARIS)
CANDIDATE = """
select %(key)s::bigint as key, %(entity)s::bigint as entity_id, %(customer)s::bigint as customer_id,
       %(currency)s::text as currency, %(channel)s::text as channel, %(address)s::bigint as address_id,
       %(formal_notice)s::bool as formal_notice, %(automatic)s::bool as automatic, %(amount)s::numeric as amount,
       %(invoices)s::bigint[] as invoice_ids, %(oldest_due_on)s::date as oldest_due_on,
       %(occasion)s::bigint as occasion, %(message)s::bigint as message
"""


def reachable(channel="email", **kwargs):
    """A customer in good order, with one address; returns the address."""
    traits = {"phone": {"phone": True}, "post": {"post": True}}.get(channel, {})
    return AddressFactory(customer=CustomerFactory(**kwargs), **traits)


def ask(address, *, at=TUESDAY, customer=None, **kwargs) -> Verdict:
    """The verdict on one contact."""
    (verdict,) = evaluate(CANDIDATE, contact(address, customer=customer, **kwargs), at=at)
    return verdict


def contact(address, *, customer=None, **kwargs):
    """The parameters of CANDIDATE for one contact."""
    customer = customer or address.customer
    return {
        "key": 7,
        "entity": customer.entity_id,
        "customer": customer.pk,
        "currency": "EUR",
        "channel": address.channel if address else "email",
        "address": address.pk if address else None,
        "formal_notice": False,
        "automatic": True,
        "amount": 100,
        "invoices": [],
        "oldest_due_on": None,
        "occasion": None,
        "message": None,
    } | kwargs


def sent(address, at, *, occasion=None, channel=None):
    """A message already sent to this address."""
    return _message(address, at, state="sent", sent_at=at, occasion=occasion, channel=channel or address.channel)


def under_way(address, state, at):
    """A message to this address in another state, due at `at`."""
    leased = {"reserved_at": at, "lease_until": at} if state == "reserved" else {}
    return _message(address, at, state=state, channel=address.channel, **leased)


def _message(address, at, **fields):
    number = Message.objects.count()
    return Message.objects.create(
        entity=address.customer.entity,
        customer=address.customer,
        address=address,
        recipient=address.value,
        origin="test",
        origin_id=number,
        digest="x",
        not_before_at=at,
        created_at=at,
        message_id=f"m{number}",
        token=f"t{number}",
        **fields,
    )
