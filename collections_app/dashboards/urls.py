from django.urls import path

from collections_app.dashboards import views

urlpatterns = [
    path("supervision/", views.home, name="supervision"),
    path("performance/", views.performance_page, name="performance"),
    path("aged-balance/", views.aged_balance, name="aged_balance"),
    path("aged-balance/export/", views.aged_export, name="aged_export"),
]
