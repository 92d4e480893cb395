"""Customers of an entity: list and one."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from crm.accounts import rules
from crm.accounts.api import ApiView
from crm.core.rest import PageQuery, page_of, paged
from crm.customers.models import Customer, CustomerKind


class CustomerQuery(PageQuery):
    kind = serializers.ChoiceField(CustomerKind.choices, required=False)
    category = serializers.CharField(required=False)


class CustomerOutput(serializers.ModelSerializer[Customer]):
    collector = serializers.CharField(source="collector.username", allow_null=True, default=None)

    class Meta:
        model = Customer
        fields = [
            "external_id", "name", "kind", "siren", "siret", "vat_number", "language", "time_zone", "country", "city",
            "category", "tags", "attributes", "collector", "created_at",
        ]  # fmt: skip


class CustomersApi(ApiView):
    rules = {"GET": rules.reads_api}

    @extend_schema(operation_id="list_customers", parameters=[CustomerQuery], responses=paged(CustomerOutput))
    def get(self, request: Request, entity: str) -> Response:
        """Customers of the entity, in the order in which they came."""
        query = CustomerQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        wanted = {name: value for name, value in query.validated_data.items() if name in ("kind", "category")}
        rows = Customer.objects.current().filter(entity=self.entity(entity), **wanted).select_related("collector")
        return page_of(request, rows, CustomerOutput, query=query)


class CustomerApi(ApiView):
    rules = {"GET": rules.reads_api}

    @extend_schema(operation_id="read_customer", responses=CustomerOutput)
    def get(self, request: Request, entity: str, external_id: str) -> Response:
        """One customer, by its account in the books."""
        rows = Customer.objects.select_related("collector").filter(entity=self.entity(entity))
        return Response(CustomerOutput(get_object_or_404(rows, external_id=external_id)).data)
