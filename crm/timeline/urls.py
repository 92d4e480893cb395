from django.urls import path

from crm.timeline import views

urlpatterns = [
    path("customers/<int:pk>/history/", views.older, name="history_older"),
    path("customers/<int:pk>/notes/", views.add_note, name="note_add"),
]
