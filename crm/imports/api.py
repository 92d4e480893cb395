"""Customers, invoices and payments sent by another system, many at once, known by their external id; those removed."""

from collections.abc import Callable
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from crm.accounts import rules
from crm.accounts.api import ApiView
from crm.core.models import Removed
from crm.core.rest import BulkAnswer, FollowedQuery, Following, bulk_answer, bulk_body, page_of, paged
from crm.core.rest.following import by_number, changed
from crm.imports.feeds.credits import feed_credits
from crm.imports.feeds.customers import feed_customers
from crm.imports.feeds.invoices import feed_invoices
from crm.imports.feeds.shapes import CustomerInput, InvoiceInput, PaymentInput

Feed = Callable[..., Any]
NEWLY_REMOVED = by_number(changed("core_removed"))


class _BulkApi(ApiView):
    rules = {"POST": rules.feeds_books}

    def write(self, request: Request, code: str, shape: type[Any], feed: Feed) -> Response:
        entity = self.entity(code)
        return bulk_answer(request, shape, lambda rows: feed(entity, rows, by=self.user, at=timezone.now()))


class CustomersBulkApi(_BulkApi):
    @extend_schema(
        operation_id="write_customers",
        request=bulk_body(CustomerInput),
        responses={200: BulkAnswer, 422: BulkAnswer},
    )
    def post(self, request: Request, entity: str) -> Response:
        """Add or change customers by `external_id`; fields that are absent stay as they are."""
        return self.write(request, entity, CustomerInput, feed_customers)


class InvoicesBulkApi(_BulkApi):
    @extend_schema(
        operation_id="write_invoices",
        request=bulk_body(InvoiceInput),
        responses={200: BulkAnswer, 422: BulkAnswer},
    )
    def post(self, request: Request, entity: str) -> Response:
        """Add invoices by `external_id`. The amount of a known invoice never changes: send a credit note.

        Without `due_on` the usual terms of the entity give a guessed due date: no automatic step, no penalties.
        """
        return self.write(request, entity, InvoiceInput, feed_invoices)


class PaymentsBulkApi(_BulkApi):
    @extend_schema(
        operation_id="write_payments",
        request=bulk_body(PaymentInput),
        responses={200: BulkAnswer, 422: BulkAnswer},
    )
    def post(self, request: Request, entity: str) -> Response:
        """Add payments and credit notes by `external_id`, with what they were applied to.

        What is not applied still counts in every decision: first for the invoice the payment names, then for the
        oldest due. Sending a known payment again applies nothing twice.
        """
        return self.write(request, entity, PaymentInput, feed_credits)


class RemovedQuery(FollowedQuery):
    kind = serializers.ChoiceField(["customer", "invoice", "payment"], required=False)


class RemovedOutput(serializers.ModelSerializer[Removed]):
    kind = serializers.ChoiceField(["customer", "invoice", "payment"])

    class Meta:
        model = Removed
        fields = ["kind", "external_id", "installment", "removed_at"]


class RemovedApi(ApiView):
    rules = {"GET": rules.reads_api}

    @extend_schema(
        operation_id="list_removed", parameters=[RemovedQuery], responses=paged(RemovedOutput, followed=True)
    )
    def get(self, request: Request, entity: str) -> Response:
        """Customers, invoices (with their instalment) and payments that are no longer there, in the order in which they
        went: an import was undone. What comes again later is in its list."""
        query = RemovedQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        owner = self.entity(entity)
        rows = Removed.objects.filter(entity_id=owner.pk)
        wanted = {name: value for name, value in query.filters.items() if name == "kind"}
        follow = Following(owner.pk, NEWLY_REMOVED, rows)
        return page_of(request, rows.filter(**wanted), RemovedOutput, query=query, follow=follow)
