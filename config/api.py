"""The API of integrators, version 1: addresses only, each app has its endpoints."""

from django.contrib.auth.decorators import login_required
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from collections_app.actions.api import ActionCompletionApi, ActionsApi, ActionTakingBackApi
from collections_app.engine.api import AskedRunApi, RunsApi
from crm.accounts.api import EntitiesApi
from crm.customers.api import CustomerApi, CustomersApi
from crm.holds.api import HoldApi, HoldEndApi, HoldsApi
from crm.imports.api import AllocationsApi, CustomersBulkApi, InvoicesBulkApi, PaymentsBulkApi, RemovedApi
from crm.receivables.api import InvoicesApi, PaymentsApi

of_entity: list[URLPattern | URLResolver] = [
    path("customers", CustomersApi.as_view()),
    path("customers/bulk", CustomersBulkApi.as_view()),
    path("customers/<path:external_id>", CustomerApi.as_view()),
    path("invoices", InvoicesApi.as_view()),
    path("invoices/bulk", InvoicesBulkApi.as_view()),
    path("payments", PaymentsApi.as_view()),
    path("payments/bulk", PaymentsBulkApi.as_view()),
    path("payments/<path:external_id>/allocations", AllocationsApi.as_view()),
    path("holds", HoldsApi.as_view()),
    path("holds/<int:hold>", HoldApi.as_view()),
    path("holds/<int:hold>/end", HoldEndApi.as_view()),
    path("removed", RemovedApi.as_view()),
    path("actions", ActionsApi.as_view()),
    path("actions/<int:action>/complete", ActionCompletionApi.as_view()),
    path("actions/<int:action>/take-back", ActionTakingBackApi.as_view()),
    path("runs", RunsApi.as_view()),
    path("runs/asked/<int:asked>", AskedRunApi.as_view()),
]
v1: list[URLPattern | URLResolver] = [
    path("entities", EntitiesApi.as_view()),
    path("entities/<slug:entity>/", include(of_entity)),
    path("schema", SpectacularAPIView.as_view(), name="api-schema"),
    path("docs", login_required(SpectacularSwaggerSplitView.as_view(url_name="api-schema")), name="api-docs"),
]
urlpatterns = [
    path("docs/", login_required(RedirectView.as_view(pattern_name="api-docs"))),
    path("v1/", include(v1)),
]
