from django.urls import path

from collections_app.privacy import views

urlpatterns = [
    path("customers/<int:pk>/personal-data/", views.personal_data, name="personal_data"),
    path("customers/<int:pk>/personal-data/copy/", views.ask, name="personal_data_copy"),
    path("personal-data/<int:pk>.zip", views.download, name="personal_data_download"),
    path("customers/<int:pk>/personal-data/request/", views.record_request, name="personal_data_request"),
    path("personal-data/requests/<int:pk>/", views.answer, name="personal_data_answer"),
    path("retention/", views.retention, name="retention"),
    path("retention/<int:pk>/", views.retention_change, name="retention_change"),
    path("purges/<int:pk>/", views.purge, name="purge"),
    path("purges/<int:pk>/confirm/", views.purge_confirm, name="purge_confirm"),
]
