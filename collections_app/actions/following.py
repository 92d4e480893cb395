"""Whose a task is that comes from an event: who follows the customer."""

from datetime import date

from crm.accounts.models import Absence, User
from crm.accounts.queries import stand_in_of, working
from crm.customers.models import Customer


def follows(customer: Customer, on: date) -> User | None:
    """His collector, who stands in for him, else who had the last task: the first of them who works, is there on that
    day and sees him."""
    away = Absence.objects.filter(starts_on__lte=on, ends_on__gte=on)
    stands_in = stand_in_of(customer.collector_id, customer.entity_id, on=on)
    had = customer.actions.filter(owner__isnull=False).order_by("-pk").values_list("owner", flat=True).first()
    keys = [customer.collector_id, stands_in and stands_in.pk, had]
    there = working(User.objects.filter(pk__in=keys)).exclude(pk__in=away.values("user")).in_bulk()
    first = (there[key] for key in keys if key in there)
    return next((person for person in first if _sees(person, customer)), None)


def _sees(person: User, customer: Customer) -> bool:
    return Customer.objects.visible_to(person).filter(pk=customer.pk).exists()
