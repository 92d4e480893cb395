from django.urls import path

from crm.receivables import views

urlpatterns = [
    path("customers/", views.customers, name="customers"),
    path("invoices/", views.invoices, name="invoices"),
]
