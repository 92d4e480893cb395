"""Admin pages whose rows are written on a customer."""

from typing import Any

from django.db.models import ForeignKey
from django.forms import ModelChoiceField
from django.http import HttpRequest

from crm.accounts.backoffice import ScopedAdmin
from crm.customers.models import Customer


class OnCustomerAdmin(ScopedAdmin):
    """Nothing new is written on a record that was merged into another."""

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField | None:
        """Customers in use."""
        if db_field.related_model is Customer:
            kwargs["queryset"] = Customer.objects.current()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
