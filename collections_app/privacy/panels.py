"""What this app shows on the customer page."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from collections_app.privacy.models import Request
from collections_app.privacy.rules import answers_people
from crm.accounts.calendars import today
from crm.accounts.models import User
from crm.customers.models import Customer


def personal_data(customer: Customer, user: User) -> Mapping[str, Any] | None:
    """What he asked of his data and waits for an answer; the way to answer, for who may."""
    on = today(customer.entity, timezone.now())
    waiting = Request.objects.filter(customer=customer, answered_on=None).order_by("due_on", "pk")
    requests = [{"request": request, "left": request.days_left(on)} for request in waiting]
    may_answer = answers_people(user)
    return {"requests": requests, "may_answer": may_answer} if requests or may_answer else None
