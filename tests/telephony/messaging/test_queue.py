from datetime import timedelta

import pytest
from django.db import connection

from crm.customers.models import Address
from telephony.messaging import operations
from telephony.messaging.models import Message
from tests.factories.customers import AddressFactory
from tests.factories.messaging import AT, World, planned

pytestmark = pytest.mark.django_db

ALL_ADDRESSES = """
select customer.entity_id, customer.id as customer_id, address.id as address_id, 'fr' as language,
       address.id as origin_id, 1 as attempt_key, %(run)s::bigint as occasion, null::timestamptz as not_before_at
from customers_address as address join customers_customer as customer on customer.id = address.customer_id
"""


def test_a_message_is_planned_for_the_channel_of_its_address():
    message = planned(address=AddressFactory(value="a@b.example"))
    assert (message.state, message.channel, message.recipient) == ("planned", "email", "a@b.example")


def test_asking_twice_is_one_message():
    address = AddressFactory()
    assert planned(1, address) == planned(1, address)


def test_another_attempt_of_the_same_origin_is_another_message():
    address = AddressFactory()
    assert planned(1, address) != planned(1, address, attempt_key=2)


def test_a_message_for_later_waits():
    message = planned(not_before_at=AT + timedelta(hours=1))
    assert message.state == "waiting"
    assert not Message.objects.due(AT).exists()
    assert Message.objects.due(AT + timedelta(hours=1)).get() == message


def test_message_ids_and_tokens_are_unique_and_message_ids_have_a_domain():
    messages = [planned(number) for number in range(1, 4)]
    assert len({message.message_id for message in messages}) == len({message.token for message in messages}) == 3
    assert all("." in message.message_id.rpartition("@")[2] for message in messages)


@pytest.mark.parametrize("count", [1, 3])
def test_many_are_asked_for_in_one_statement(count, django_assert_num_queries):
    AddressFactory.create_batch(count)
    with django_assert_num_queries(1):
        assert operations.queue_many(ALL_ADDRESSES, {"run": 8}, origin="test", at=AT) == count
    assert operations.queue_many(ALL_ADDRESSES, {"run": 8}, origin="test", at=AT) == 0
    assert set(Message.objects.values_list("occasion", flat=True)) == {8}


def test_an_address_of_another_customer_is_not_written_to():
    address, other = AddressFactory(), AddressFactory()
    query = ALL_ADDRESSES.replace("address.id as address_id", f"{other.pk} as address_id")
    assert operations.queue_many(query, {"run": None}, origin="test", at=AT) == 1
    assert Message.objects.get().customer == other.customer
    assert Address.objects.count() == 2
    assert address.customer != other.customer


def test_what_has_not_left_can_be_taken_back(world: World):
    message = planned(5)
    assert operations.cancel(origin="test", origin_ids=[5], reason="settled", at=AT) == 1
    message.refresh_from_db()
    assert (message.state, message.reason, message.closed_at) == ("cancelled", "settled", AT)
    assert operations.send_one(message.pk, AT) == "cancelled"
    assert world.sent == []


def test_what_has_left_cannot_be_taken_back(world: World):
    message = planned(5)
    operations.send_one(message.pk, AT)
    assert operations.cancel(origin="test", origin_ids=[5], reason="settled", at=AT) == 0


def test_due_messages_are_handed_out_once_in_order():
    messages = [planned(number) for number in range(1, 4)]
    assert operations.hand_out(at=AT, limit=2) == [messages[0].pk, messages[1].pk]
    assert operations.hand_out(at=AT) == [messages[2].pk]
    assert operations.hand_out(at=AT) == []


def test_a_lost_batch_is_handed_out_again():
    message = planned()
    operations.hand_out(at=AT)
    assert operations.hand_out(at=AT + timedelta(minutes=16)) == [message.pk]


def test_the_due_messages_are_found_through_their_index():
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")
        query = Message.objects.due(AT).order_by("not_before_at", "id").values("id")
        assert "messaging_due" in query.explain()
