"""What a person changes from the page of a customer: master data, contacts, addresses."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.accounts.calendars import today
from crm.accounts.models import User
from crm.accounts.rules import works_customers
from crm.core.access import opened_to
from crm.customers import operations
from crm.customers.exceptions import CustomerRefusal
from crm.customers.models import Address, Channel, Contact, Customer
from crm.customers.page_forms import AddressForm, ContactForm, MasterForm, NewContactForm, ReasonForm
from crm.customers.queries import still_refused
from crm.customers.views.kept import customer_of, leads_to_kept


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


@require_http_methods(["GET", "POST"])
@opened_to(works_customers)
@leads_to_kept
def master(request: HttpRequest, pk: int) -> HttpResponse:
    """Language, labels; for who leads also kind, category, collector and team."""
    customer = customer_of(request, pk)
    # The form writes on the instance it is given; the operation compares with the one that was read.
    form = MasterForm(request.POST or None, instance=customer_of(request, pk), user=_person(request))
    if request.method == "POST" and form.is_valid():
        changes = {name: form.cleaned_data[name] for name in form.changed_data}
        changed = operations.change_customer(customer, changes, by=_person(request), at=timezone.now())
        messages.success(request, _("The changes are kept.") if changed else _("Nothing was changed."))
        return redirect("customer", pk)
    return _form_page(request, customer, form, _("Change the customer"))


@require_http_methods(["GET", "POST"])
@opened_to(works_customers)
@leads_to_kept
def new_contact(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody to talk to, with his e-mail and telephone."""
    customer = customer_of(request, pk)
    form = NewContactForm(request.POST or None, customer=customer)
    if request.method == "POST" and form.is_valid():
        try:
            _add_contact(customer, form.cleaned_data, _person(request), timezone.now())
        except CustomerRefusal as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The contact is added."))
            return redirect("customer", pk)
    return _form_page(request, customer, form, _("Add a contact"))


@transaction.atomic
def _add_contact(customer: Customer, given: dict[str, Any], by: User, at: datetime) -> None:
    ways = {Channel.EMAIL: given.pop("email"), Channel.PHONE: given.pop("phone")}
    contact = operations.add_contact(customer, **given, by=by, at=at)
    for channel, value in ways.items():
        if value:
            operations.add_address(customer, channel=channel, value=value, contact=contact, by=by, at=at)


@require_http_methods(["GET", "POST"])
@opened_to(works_customers)
@leads_to_kept
def contact(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a contact, or say that he left."""
    found = get_object_or_404(Contact.objects.select_related("customer__entity"), pk=pk)
    customer = customer_of(request, found.customer_id)
    form = ContactForm(request.POST or None, instance=found)
    if request.method == "POST" and "left" in request.POST:
        now = timezone.now()
        operations.retire_contact(found, on=today(customer.entity, now), by=_person(request), at=now)
        messages.success(request, _("The addresses of this contact are used until today, no longer."))
        return redirect("customer", customer.pk)
    if request.method == "POST" and form.is_valid():
        operations.change_contact(found, **form.cleaned_data, by=_person(request), at=timezone.now())
        messages.success(request, _("The changes are kept."))
        return redirect("customer", customer.pk)
    return _form_page(request, customer, form, _("Change the contact"), contact=found)


@require_http_methods(["GET", "POST"])
@opened_to(works_customers)
@leads_to_kept
def new_address(request: HttpRequest, pk: int) -> HttpResponse:
    """One more way to reach the customer."""
    customer = customer_of(request, pk)
    form = AddressForm(request.POST or None, customer=customer)
    if request.method == "POST" and form.is_valid():
        try:
            operations.add_address(customer, **form.cleaned_data, by=_person(request), at=timezone.now())
        except CustomerRefusal as refused:
            form.add_error("value", str(refused))
        else:
            messages.success(request, _("The address is added."))
            return redirect("customer", pk)
    return _form_page(request, customer, form, _("Add an address"))


def _invalid(address: Address, reason: str, by: User, at: datetime) -> None:
    on = today(address.customer.entity, at)
    operations.mark_invalid(address, on=on, reason=reason or _("said by a person"), by=by, at=at)


def _valid(address: Address, reason: str, by: User, at: datetime) -> None:
    operations.mark_valid(address, by=by, at=at)


def _refused(address: Address, reason: str, by: User, at: datetime) -> None:
    operations.opt_out(address, reason=reason, by=by, at=at)


def _agreed(address: Address, reason: str, by: User, at: datetime) -> None:
    operations.opt_in(address, proof=reason, by=by, at=at)


def _preferred(address: Address, reason: str, by: User, at: datetime) -> None:
    operations.prefer(address, by=by, at=at)


def _used_again(address: Address, reason: str, by: User, at: datetime) -> None:
    operations.use_again(address, by=by, at=at)


VERBS: dict[str, Callable[[Address, str, User, datetime], None]] = {
    "invalid": _invalid,
    "valid": _valid,
    "refused": _refused,
    "agreed": _agreed,
    "preferred": _preferred,
    "used": _used_again,
}


@require_POST
@opened_to(works_customers)
@leads_to_kept
def address(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Say that an address is wrong, right again, refused by the customer, agreed to again, used first or used again."""
    if verb not in VERBS:
        raise Http404
    found = get_object_or_404(Address.objects.select_related("customer__entity"), pk=pk)
    customer = customer_of(request, found.customer_id)
    form = ReasonForm(request.POST)
    try:
        VERBS[verb](found, form.cleaned_data["reason"] if form.is_valid() else "", _person(request), timezone.now())
    except ValidationError as wrong:
        messages.error(request, " ".join(wrong.messages))
    except CustomerRefusal as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The changes are kept."))
        if verb == "agreed" and still_refused(found):
            messages.warning(request, _("Another entity holds a refusal of this address: nothing leaves to it yet."))
    return redirect("customer", customer.pk)


def _form_page(request: HttpRequest, customer: Customer, form: Any, title: str, **more: Any) -> HttpResponse:
    context = {"customer": customer, "form": form, "title": title, **more}
    return render(request, "customers/form.html", context)
