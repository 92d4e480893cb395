"""Customers of an entity: list and one."""

from django.db.models import Prefetch
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from crm.accounts import rules
from crm.accounts.api import ApiView
from crm.accounts.models import Entity
from crm.core.rest import FollowedQuery, Following, page_of, paged
from crm.core.rest.following import by_number, changed, changed_through
from crm.customers.models import Address, Customer, CustomerKind, CustomerQuerySet

# A customer changes with his addresses.
CHANGES = by_number(
    changed("customers_customer"), changed_through("customers_address", "customer_id", "customers_customer")
)


class CustomerQuery(FollowedQuery):
    kind = serializers.ChoiceField(CustomerKind.choices, required=False)
    category = serializers.CharField(required=False)
    external_id = serializers.CharField(required=False, help_text="Account, also of one merged into another.")


class AddressOutput(serializers.ModelSerializer[Address]):
    refused = serializers.BooleanField(help_text="The customer does not want to be reached there.")

    class Meta:
        model = Address
        fields = ["channel", "value", "preferred", "valid_from", "valid_until", "invalid_since", "refused"]


class CustomerOutput(serializers.ModelSerializer[Customer]):
    collector = serializers.CharField(source="collector.username", allow_null=True, default=None)
    merged_into = serializers.CharField(
        source="merged_into.external_id",
        allow_null=True,
        default=None,
        help_text="Account of the customer who stands for it.",
    )
    addresses = AddressOutput(many=True, help_text="In the order in which they came.")

    class Meta:
        model = Customer
        fields = [
            "external_id", "name", "kind", "siren", "siret", "vat_number", "language", "time_zone", "country", "city",
            "category", "tags", "attributes", "collector", "created_at",
            "merged_into", "addresses",
        ]  # fmt: skip


class CustomersApi(ApiView):
    rules = {"GET": rules.reads_api}

    @extend_schema(
        operation_id="list_customers", parameters=[CustomerQuery], responses=paged(CustomerOutput, followed=True)
    )
    def get(self, request: Request, entity: str) -> Response:
        """Customers of the entity, in the order in which they came; with `changed_since`, those that changed since,
        also those merged into another."""
        query = CustomerQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        names = ("kind", "category", "external_id")
        wanted = {name: value for name, value in query.validated_data.items() if name in names}
        owner = self.entity(entity)
        every = _shown(owner)
        rows = every.filter(**wanted) if "external_id" in wanted else every.filter(**wanted).current()
        return page_of(request, rows, CustomerOutput, query=query, follow=Following(owner.pk, CHANGES, every))


class CustomerApi(ApiView):
    rules = {"GET": rules.reads_api}

    @extend_schema(operation_id="read_customer", responses=CustomerOutput)
    def get(self, request: Request, entity: str, external_id: str) -> Response:
        """One customer, by its account in the books; one merged into another names who stands for it."""
        return Response(CustomerOutput(get_object_or_404(_shown(self.entity(entity)), external_id=external_id)).data)


def _shown(entity: Entity) -> CustomerQuerySet:
    rows = Customer.objects.filter(entity=entity).select_related("collector", "merged_into")
    return rows.prefetch_related(Prefetch("addresses", Address.objects.order_by("pk")))
