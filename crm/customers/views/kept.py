"""A page of a record that was merged into another leads to the one that was kept, and says so."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.customers.models import Customer


class MergedAway(Exception):
    """The record asked for was merged into the customer `kept`."""

    def __init__(self, kept: Customer) -> None:
        super().__init__(kept)
        self.kept = kept


def customer_of(request: HttpRequest, pk: int) -> Customer:
    """The customer, when the person may see him. Raises Http404, and MergedAway of one who was merged."""
    visible = Customer.objects.visible_to(request.user).standing_for(pk)
    found = get_object_or_404(visible.select_related("entity", "collector", "team"))
    if found.pk != pk:
        raise MergedAway(found)
    return found


def leads_to_kept(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The page of the kept customer, with a sentence, where the view would be about one who was merged."""

    @wraps(view)
    def leading(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except MergedAway as merged:
            messages.info(request, _("The record you asked for was merged into this one. Nothing was changed."))
            url = reverse("customer", args=[merged.kept.pk])
            # What asks for a part of a page would put the whole of another one there.
            return HttpResponse(headers={"HX-Redirect": url}) if request.headers.get("HX-Request") else redirect(url)

    return leading
