from django.urls import path

from crm.accounts import views

urlpatterns = [path("preferences/", views.preferences, name="preferences")]
