from django.urls import path

from collections_app.engine import views

urlpatterns = [
    path("customers/<int:pk>/why/", views.why, name="customer_why"),
    path("customers/<int:pk>/past/", views.past, name="customer_past"),
]
