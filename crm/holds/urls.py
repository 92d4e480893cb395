from django.urls import path

from crm.holds import views

urlpatterns = [
    path("customers/<int:pk>/holds/", views.place, name="hold_place"),
    path("holds/<int:pk>/lift/", views.lift, name="hold_lift"),
    path("holds/<int:pk>/mistake/", views.mistake, name="hold_mistake"),
]
