from django.urls import path

from crm.imports import views

urlpatterns = [
    path("imports/", views.imports, name="imports"),
    path("imports/<int:pk>/", views.import_page, name="import"),
    path("imports/<int:pk>/decide/", views.decide, name="import_decide"),
    path("imports/<int:pk>/undo/", views.undo, name="import_undo"),
    path("imports/<int:pk>/profile/", views.keep_profile, name="import_profile"),
    path("imports/<int:pk>/errors.csv", views.errors, name="import_errors"),
]
