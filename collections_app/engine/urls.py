from django.urls import path

from collections_app.engine import views

urlpatterns = [path("customers/<int:pk>/why/", views.why, name="customer_why")]
