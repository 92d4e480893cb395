"""Two records of one customer become one. Every relation to Customer says what happens to its rows."""

from datetime import datetime

from django.db import connection, models, transaction
from django.db.models import Q
from django.utils.translation import gettext_noop

from crm.accounts.models import User
from crm.customers.exceptions import AlreadyMerged, OtherEntity, RelationWithoutHandler, SameCustomer
from crm.customers.models import Address, Consent, Customer
from crm.customers.operations.journal import tell
from crm.customers.registry import Merge, merge_handlers, relations_to_customer

MERGED = gettext_noop("%(name)s (%(account)s) merged into this customer")
MERGED_INTO = gettext_noop("Merged into %(name)s (%(account)s)")
# Taken over from the duplicate where the one that is kept has nothing.
FILLED = (
    "siren", "siret", "vat_number", "language", "time_zone", "country", "city", "category", "parent", "collector",
    "team",
)  # fmt: skip


@transaction.atomic
def merge_customers(kept: Customer, duplicate: Customer, *, by: User | None, at: datetime) -> Merge:
    """Move all of `duplicate` to `kept`; the account of the duplicate stays, and leads to the one that is kept.

    Returns what was moved, by relation. Raises SameCustomer, OtherEntity, AlreadyMerged, RelationWithoutHandler.
    """
    _wait_for_who_writes_on_accounts(kept.entity_id)
    _lock(kept, duplicate)
    _refuse(kept, duplicate)
    merge = _moved(kept, duplicate, by=by, at=at)
    _fill(merge)
    duplicate.merged_into = kept
    duplicate.save(update_fields=["merged_into"])
    tell(kept, MERGED, {"name": duplicate.name, "account": duplicate.external_id}, by=by, at=at)
    tell(duplicate, MERGED_INTO, {"name": kept.name, "account": kept.external_id}, by=by, at=at)
    return merge


@transaction.atomic
def take_over(duplicate: Customer, *, at: datetime) -> Merge:
    """Move what stands on a merged record all the same to the customer it was merged into; return what was moved."""
    kept = Customer.objects.get(merged=duplicate)
    _wait_for_who_writes_on_accounts(kept.entity_id)
    _lock(kept, duplicate)
    return _moved(kept, duplicate, by=None, at=at)


def _moved(kept: Customer, duplicate: Customer, *, by: User | None, at: datetime) -> Merge:
    merge = Merge(kept, duplicate, at=at, by=by)
    for relation, handler in merge_handlers.items():
        merge.moved[relation] = handler(merge)
    return merge


def _wait_for_who_writes_on_accounts(entity_id: int) -> None:
    """What a file or a transmission wants written of an account goes to whom it led to when the writing began: it holds
    this lock shared (crm.imports.turns)."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('merges'), %s)", [entity_id])


def in_use(customer: Customer) -> Customer:
    """The record to write on: the customer, or the one he was merged into since he was read. Locked until the end of
    the transaction, so that no merge comes in between."""
    found = Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
    return in_use(found.merged_into) if found.merged_into else customer


def _lock(*customers: Customer) -> None:
    """Always in the order of their keys, so that two merges never wait for each other."""
    keys = [customer.pk for customer in customers]
    list(Customer.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk"))
    for customer in customers:
        customer.refresh_from_db()


def _refuse(kept: Customer, duplicate: Customer) -> None:
    if kept.pk == duplicate.pk:
        raise SameCustomer
    if kept.entity_id != duplicate.entity_id:
        raise OtherEntity(kept=kept, duplicate=duplicate)
    for customer in (kept, duplicate):
        if customer.merged_into:
            raise AlreadyMerged(customer=customer, into=customer.merged_into)
    if missing := set(relations_to_customer(Customer)) - set(merge_handlers):
        raise RelationWithoutHandler(relations=", ".join(sorted(missing)))


def _fill(merge: Merge) -> None:
    kept, duplicate = merge.kept, merge.duplicate
    if kept.parent_id == duplicate.pk:
        kept.parent = None
    for name in FILLED:
        if not getattr(kept, name):
            setattr(kept, name, getattr(duplicate, name))
    if kept.parent_id == kept.pk:
        kept.parent = None
    kept.tags = list(dict.fromkeys([*kept.tags, *duplicate.tags]))
    kept.attributes = {**duplicate.attributes, **kept.attributes}
    kept.save()


def move_children(merge: Merge) -> int:
    """Members of the group of the duplicate join that of the one kept, who is never his own parent."""
    children = Customer.objects.filter(parent=merge.duplicate)
    return children.filter(pk=merge.kept.pk).update(parent=None) + children.update(parent=merge.kept)


def move_addresses(merge: Merge) -> int:
    """Addresses go over; one that both have keeps the refusals of both, for nobody says no twice."""
    same = {(found.channel, found.value): found for found in merge.kept.addresses.all()}
    count = 0
    for address in merge.duplicate.addresses.all():
        known = same.get((address.channel, address.value))
        if known:
            _unite(known, address)
        else:
            address.customer, address.preferred = merge.kept, False
            address.save(update_fields=["customer", "preferred"])
        count += 1
    return count


def _unite(known: Address, address: Address) -> None:
    known.opted_out_at = min(filter(None, (known.opted_out_at, address.opted_out_at)), default=None)
    if Consent.REFUSED in (known.consent, address.consent):
        known.consent = Consent.REFUSED
    if address.invalid_since and not known.invalid_since:
        known.invalid_since, known.invalid_reason = address.invalid_since, address.invalid_reason
    known.contact = known.contact or address.contact
    known.save()
    # What was sent to the one names the other from now on, whichever app keeps it.
    for relation in Address._meta.get_fields(include_hidden=True):
        if isinstance(relation, models.ManyToOneRel):
            rows = relation.related_model._base_manager.filter(Q(**{relation.field.name: address}))
            rows.update(**{relation.field.name: known})
    address.delete()
