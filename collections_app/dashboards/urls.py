from django.urls import path

from collections_app.dashboards import views

urlpatterns = [path("supervision/", views.home, name="supervision")]
