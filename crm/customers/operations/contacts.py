"""Contacts and addresses. What was used is never deleted: it gets a last day, or is marked invalid or opted out."""

from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext_lazy as _, gettext_noop

from crm.accounts.models import User
from crm.core.identifiers import telephone
from crm.customers.exceptions import AddressKnown, NoLongerUsed, NotOfThisCustomer
from crm.customers.models import REFUSED, Address, Channel, Consent, Contact, ContactRole, Customer
from crm.customers.operations.journal import CHANNELS, tell

CONTACT_ADDED = gettext_noop("Contact %(name)s added")
CONTACT_RETIRED = gettext_noop("Contact %(name)s left")
ADDRESS_ADDED = gettext_noop("Address added (%(channel)s): %(address)s")
ADDRESS_RETIRED = gettext_noop("Address no longer used (%(channel)s): %(address)s")
USED_AGAIN = gettext_noop("Address used again (%(channel)s): %(address)s")
ADDRESS_INVALID = gettext_noop("Address found invalid (%(channel)s): %(address)s")
ADDRESS_VALID = gettext_noop("Address valid again (%(channel)s): %(address)s")
PREFERRED = gettext_noop("Address used first (%(channel)s): %(address)s")
OPTED_OUT = gettext_noop("No longer wants to be written to (%(channel)s): %(address)s")
OPTED_IN = gettext_noop("Agrees to be written to (%(channel)s): %(address)s")


@transaction.atomic
def add_contact(
    customer: Customer,
    *,
    name: str,
    role: str = ContactRole.DUNNING,
    position: str = "",
    language: str = "",
    by: User | None,
    at: datetime,
) -> Contact:
    """Add somebody to talk to at the customer's."""
    contact = Contact.objects.create(customer=customer, name=name, role=role, position=position, language=language)
    tell(customer, CONTACT_ADDED, {"name": name}, by=by, at=at)
    return contact


@transaction.atomic
def retire_contact(contact: Contact, *, on: date, by: User | None, at: datetime) -> None:
    """The contact left: his addresses are used until `on`, included. What was sent to him keeps his name."""
    contact.addresses.filter(valid_until__isnull=True).update(valid_until=on, preferred=False)
    contact.addresses.filter(valid_until__gt=on).update(valid_until=on, preferred=False)
    tell(contact.customer, CONTACT_RETIRED, {"name": contact.name}, by=by, at=at)


def normal_address(channel: str, value: str, country: str) -> str:
    """The stored form of an address of a channel; raises ValidationError with what is wrong.

    A telephone number without international prefix is read in `country` (ISO 3166, two letters).
    """
    if channel in (Channel.PHONE, Channel.SMS):
        found = telephone(value, country)
    elif channel == Channel.EMAIL:
        found = value.strip().lower()
        validate_email(found)
    else:
        found = "\n".join(filter(None, (line.strip() for line in value.splitlines())))
    if not found:
        raise ValidationError(_("The address is empty."))
    return found


@transaction.atomic
def add_address(
    customer: Customer,
    *,
    channel: str,
    value: str,
    contact: Contact | None = None,
    preferred: bool = False,
    valid_from: date | None = None,
    consent: str = Consent.UNKNOWN,
    by: User | None,
    at: datetime,
) -> Address:
    """Add a way to reach a customer, at the customer's own or through a contact.

    Numbers are stored in E.164, mail addresses in lower case. Raises ValidationError, AddressKnown, NoLongerUsed,
    NotOfThisCustomer.
    """
    if contact and contact.customer_id != customer.pk:
        raise NotOfThisCustomer(contact=contact, customer=customer)
    stored = normal_address(channel, value, customer.country or customer.entity.country)
    address, added = Address.objects.get_or_create(
        customer=customer,
        channel=channel,
        value=stored,
        defaults={"contact": contact, "valid_from": valid_from, "consent": consent},
    )
    if not added:
        raise (NoLongerUsed if address.valid_until else AddressKnown)(address=stored)
    if preferred:
        _put_first(address)
    tell(customer, ADDRESS_ADDED, _params(address), by=by, at=at)
    return address


@transaction.atomic
def prefer(address: Address, *, by: User | None, at: datetime) -> bool:
    """Use this address before the customer's others of the channel. False when it was so. Raises NoLongerUsed."""
    if address.valid_until:
        raise NoLongerUsed(address=address.value)
    if Address.objects.filter(pk=address.pk, preferred=True).exists():
        return False
    _put_first(address)
    tell(address.customer, PREFERRED, _params(address), by=by, at=at)
    return True


def _put_first(address: Address) -> None:
    others = Address.objects.filter(customer_id=address.customer_id, channel=address.channel, preferred=True)
    others.exclude(pk=address.pk).update(preferred=False)
    _set(address, preferred=True)


@transaction.atomic
def retire_address(address: Address, *, on: date, by: User | None, at: datetime) -> None:
    """Use the address until `on`, included."""
    _set(address, valid_until=on, preferred=False)
    tell(address.customer, ADDRESS_RETIRED, _params(address), by=by, at=at)


@transaction.atomic
def use_again(address: Address, *, by: User | None, at: datetime) -> None:
    """The address has no last day any more: who had left is back, or the line was given to another."""
    _set(address, valid_until=None)
    tell(address.customer, USED_AGAIN, _params(address), by=by, at=at)


@transaction.atomic
def mark_invalid(address: Address, *, on: date, reason: str, by: User | None, at: datetime) -> bool:
    """Nobody is reached there (bounce, wrong number): never propose it again. False when it was known."""
    if address.invalid_since:
        return False
    _set(address, invalid_since=on, invalid_reason=reason[:200])
    tell(address.customer, ADDRESS_INVALID, _params(address), text=reason, by=by, at=at)
    return True


@transaction.atomic
def mark_valid(address: Address, *, by: User | None, at: datetime) -> None:
    """The address works again."""
    _set(address, invalid_since=None, invalid_reason="")
    tell(address.customer, ADDRESS_VALID, _params(address), by=by, at=at)


@transaction.atomic
def opt_out(address: Address, *, reason: str = "", by: User | None, at: datetime) -> bool:
    """The customer refuses this address of this channel; the debt stays and another channel may carry it.

    False when he had refused before.
    """
    if address.opted_out_at:
        return False
    _set(address, opted_out_at=at, consent=Consent.REFUSED)
    tell(address.customer, OPTED_OUT, _params(address), text=reason, by=by, at=at)
    return True


@transaction.atomic
def opt_in(address: Address, *, proof: str, by: User | None, at: datetime) -> None:
    """The customer agrees to this address again; `proof` says how and when he said so.

    It is one mailbox: refusals of it in other files of the entity end too, without becoming an agreement there.
    Raises ValidationError without a proof.
    """
    if not proof.strip():
        raise ValidationError(_("Write how and when the customer said so."))
    same = Address.objects.filter(REFUSED, channel=address.channel, value=address.value)
    same = same.filter(customer__entity=address.customer.entity_id).exclude(pk=address.pk).select_related("customer")
    for other in same.order_by("pk").select_for_update(of=("self",)):
        _agree(other, Consent.UNKNOWN, proof, by=by, at=at)
    _agree(address, Consent.GIVEN, proof, by=by, at=at)


def _agree(address: Address, consent: str, proof: str, *, by: User | None, at: datetime) -> None:
    _set(address, opted_out_at=None, consent=consent)
    tell(address.customer, OPTED_IN, _params(address), text=proof, by=by, at=at)


def _set(address: Address, **changes: Any) -> None:
    for name, value in changes.items():
        setattr(address, name, value)
    address.save(update_fields=list(changes))


def _params(address: Address) -> dict[str, Any]:
    return {"channel": {"msgid": CHANNELS[address.channel]}, "address": address.value.replace("\n", ", ")}
