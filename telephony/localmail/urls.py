from django.urls import path

from telephony.localmail import esp, views

app_name = "localmail"
urlpatterns = [
    path("mail/", views.mails, name="list"),
    path("mail/<int:pk>/", views.mail, name="mail"),
    path("mail/<int:pk>/html/", views.html, name="html"),
    path("mail/<int:pk>/file/<int:number>/", views.attachment, name="attachment"),
    path("mail/<int:pk>/answer/", views.answer, name="answer"),
    path("mail/<int:pk>/<slug:button>/", views.press, name="press"),
    path("esp/v3/<str:domain>/messages", esp.messages, name="messages"),
]
