"""Invoices and payments of an entity, as lists."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from crm.accounts import rules
from crm.accounts.api import ApiView
from crm.core.rest import Amount, FollowedQuery, Following, page_of, paged
from crm.core.rest.following import by_number, changed
from crm.receivables.models import Credit, Invoice

CHANGED_INVOICES, CHANGED_PAYMENTS = by_number(changed("receivables_invoice")), by_number(changed("receivables_credit"))


class InvoiceQuery(FollowedQuery):
    customer = serializers.CharField(required=False, help_text="Account of the customer.")
    external_id = serializers.CharField(required=False)
    open = serializers.BooleanField(required=False, allow_null=True, default=None)
    due_before = serializers.DateField(required=False)

    def narrow(self, rows: QuerySet[Invoice]) -> QuerySet[Invoice]:
        """The rows asked for."""
        wanted = self.validated_data
        if wanted["open"] is not None:
            rows = rows.filter(settled_on__isnull=wanted["open"])
        names = {"customer": "customer__external_id", "external_id": "external_id", "due_before": "due_on__lt"}
        return rows.filter(**{names[name]: wanted[name] for name in names if name in wanted})


class PaymentQuery(FollowedQuery):
    customer = serializers.CharField(required=False, help_text="Account of the customer.")
    external_id = serializers.CharField(required=False)
    unapplied = serializers.BooleanField(required=False, default=False)

    def narrow(self, rows: QuerySet[Credit]) -> QuerySet[Credit]:
        """The rows asked for."""
        wanted = self.validated_data
        if wanted["unapplied"]:
            rows = rows.filter(open_amount__gt=0)
        names = {"customer": "customer__external_id", "external_id": "external_id"}
        return rows.filter(**{names[name]: wanted[name] for name in names if name in wanted})


class InvoiceOutput(serializers.ModelSerializer[Invoice]):
    customer = serializers.CharField(source="customer.external_id")
    amount = Amount()
    open_amount = Amount()

    class Meta:
        model = Invoice
        fields = [
            "external_id", "customer", "number", "installment", "kind", "debt_type", "issued_on", "due_on",
            "due_on_source", "currency", "amount", "open_amount", "settled_on", "label",
        ]  # fmt: skip


class PaymentOutput(serializers.ModelSerializer[Credit]):
    customer = serializers.CharField(source="customer.external_id")
    amount = Amount()
    open_amount = Amount()
    invoice = serializers.CharField(source="names_invoice.external_id", allow_null=True, default=None)

    class Meta:
        model = Credit
        fields = [
            "external_id", "customer", "kind", "number", "received_on", "currency", "amount", "open_amount", "invoice",
            "label",
        ]  # fmt: skip


class InvoicesApi(ApiView):
    rules = {"GET": rules.reads_api}

    @extend_schema(
        operation_id="list_invoices", parameters=[InvoiceQuery], responses=paged(InvoiceOutput, followed=True)
    )
    def get(self, request: Request, entity: str) -> Response:
        """Invoices of the entity, one row per due date, in the order in which they came; with `changed_since`, those
        that changed since."""
        query = InvoiceQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        owner = self.entity(entity)
        rows = Invoice.objects.filter(entity=owner).select_related("customer")
        follow = Following(owner.pk, CHANGED_INVOICES, rows)
        return page_of(request, query.narrow(rows), InvoiceOutput, query=query, follow=follow)


class PaymentsApi(ApiView):
    rules = {"GET": rules.reads_api}

    @extend_schema(
        operation_id="list_payments", parameters=[PaymentQuery], responses=paged(PaymentOutput, followed=True)
    )
    def get(self, request: Request, entity: str) -> Response:
        """Payments and credit notes of the entity, in the order in which they came; with `changed_since`, those that
        changed since."""
        query = PaymentQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        owner = self.entity(entity)
        rows = Credit.objects.filter(entity=owner).select_related("customer", "names_invoice")
        follow = Following(owner.pk, CHANGED_PAYMENTS, rows)
        return page_of(request, query.narrow(rows), PaymentOutput, query=query, follow=follow)
