"""Customers, invoices and payments sent by another system, many at once, known by their external id; those removed."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from crm.accounts import rules
from crm.accounts.api import ApiView
from crm.accounts.models import Entity
from crm.core.currencies import rounded
from crm.core.models import Removed
from crm.core.rest import (
    BulkAnswer,
    FollowedQuery,
    Following,
    Shape,
    Unprocessable,
    bulk_answer,
    bulk_body,
    page_of,
    paged,
)
from crm.core.rest.following import by_number, changed
from crm.imports.feeds.credits import feed_credits
from crm.imports.feeds.customers import feed_customers
from crm.imports.feeds.invoices import feed_invoices
from crm.imports.feeds.noting import note_feed
from crm.imports.feeds.shapes import AllocationInput, CustomerInput, InvoiceInput, PaymentInput
from crm.imports.turns import turn_of_a_feed
from crm.receivables.allocations import applied, set_allocations
from crm.receivables.api import PaymentOutput
from crm.receivables.exceptions import LedgerRefusal
from crm.receivables.models import Credit, Invoice

Feed = Callable[..., Any]
# Each is moved, and told, at once.
MOST_ALLOCATIONS = 500
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


class AllocationOutput(serializers.Serializer[Any]):
    invoice = serializers.CharField()
    installment = serializers.IntegerField()
    amount = serializers.CharField(help_text="At the precision of the currency of the payment.")


class AllocationsInput(Shape):
    allocations = serializers.ListField(
        child=AllocationInput(),
        max_length=MOST_ALLOCATIONS,
        help_text="All of them: what is not named is no longer applied.",
    )
    reason = serializers.CharField(required=False, default="", allow_blank=True, max_length=200)

    def validate_allocations(self, given: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Each instalment once."""
        named = [(part["invoice"], part["installment"]) for part in given]
        if twice := next((one for one in named if named.count(one) > 1), None):
            raise serializers.ValidationError(
                _("%(invoice)s, instalment %(installment)s, stands twice in this request.")
                % {"invoice": twice[0], "installment": twice[1]}
            )
        return given


class AllocationsOutput(PaymentOutput):
    allocations = AllocationOutput(many=True)

    class Meta(PaymentOutput.Meta):
        fields = [*PaymentOutput.Meta.fields, "allocations"]


class AllocationsApi(ApiView):
    rules = {"GET": rules.reads_api, "PUT": rules.feeds_books}

    @extend_schema(operation_id="read_allocations", responses=AllocationsOutput)
    def get(self, request: Request, entity: str, external_id: str) -> Response:
        """What a payment or credit note is applied to."""
        return Response(_with_allocations(_credit(self.entity(entity), external_id)))

    @extend_schema(operation_id="set_allocations", request=AllocationsInput, responses=AllocationsOutput)
    def put(self, request: Request, entity: str, external_id: str) -> Response:
        """What a payment or credit note is applied to, as a whole: what is missing is applied, what is too much is
        taken back, what is so already stays. Sent again, nothing moves. 422 where less is left than is said, or where a
        file of the books applied what would be taken back."""
        owner, at = self.entity(entity), timezone.now()
        given = AllocationsInput(data=request.data)
        given.is_valid(raise_exception=True)
        try:
            with transaction.atomic():
                turn_of_a_feed(owner)
                credit = _credit(owner, external_id)
                wished = _wished(credit, given.validated_data["allocations"])
                if set_allocations(credit, wished, reason=given.validated_data["reason"], by=self.user, at=at):
                    note_feed(owner, at=at)
        except LedgerRefusal as refusal:
            raise Unprocessable(str(refusal)) from refusal
        return Response(_with_allocations(credit))


def _credit(entity: Entity, external_id: str) -> Credit:
    rows = Credit.objects.filter(entity=entity).select_related("customer", "names_invoice")
    return get_object_or_404(rows, external_id=external_id)


def _wished(credit: Credit, parts: list[dict[str, Any]]) -> dict[Invoice, Decimal]:
    """Raises ValidationError with the first invoice that the customer does not have."""
    named = {part["invoice"] for part in parts}
    rows = Invoice.objects.filter(entity=credit.entity_id, external_id__in=named)
    found = {(invoice.external_id, invoice.installment): invoice for invoice in rows}
    for part in parts:
        invoice = found.get((part["invoice"], part["installment"]))
        if not invoice or (invoice.customer_id, invoice.currency) != (credit.customer_id, credit.currency):
            text = _("%(invoice)s is not an invoice of this customer in this currency.") % part
            raise serializers.ValidationError({"allocations": [text]})
    return {found[part["invoice"], part["installment"]]: part["amount"] for part in parts}


def _with_allocations(credit: Credit) -> dict[str, Any]:
    amounts = applied(credit)
    invoices = Invoice.objects.filter(pk__in=amounts).order_by("due_on", "pk")
    parts = [
        {
            "invoice": invoice.external_id,
            "installment": invoice.installment,
            "amount": str(rounded(amounts[invoice.pk], credit.currency)),
        }
        for invoice in invoices
    ]
    return {**PaymentOutput(credit).data, "allocations": parts}


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
