from django.urls import include, path

from telephony.messaging import views

app_name = "messaging"
urlpatterns = [
    path("webhooks/mail/", include("telephony.providers.email.urls")),
    path("m/<str:token>/stop/", views.unsubscribe, name="unsubscribe"),
]
