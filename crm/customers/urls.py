from django.urls import path

from crm.customers.views import editing, merging, page

urlpatterns = [
    path("customers/<int:pk>/", page.customer, name="customer"),
    path("customers/<int:pk>/change/", editing.master, name="customer_change"),
    path("customers/<int:pk>/contacts/", editing.new_contact, name="contact_add"),
    path("customers/<int:pk>/addresses/", editing.new_address, name="address_add"),
    path("contacts/<int:pk>/", editing.contact, name="contact_change"),
    path("addresses/<int:pk>/<slug:verb>/", editing.address, name="address_verb"),
    path("customers/<int:pk>/merge/", merging.choose, name="customer_merge"),
    path("customers/<int:pk>/merge/<int:other>/", merging.confirm, name="customer_merge_confirm"),
]
