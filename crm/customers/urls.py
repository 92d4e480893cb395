from django.urls import path

from crm.customers import views

urlpatterns = [path("customers/<int:pk>/", views.customer, name="customer")]
