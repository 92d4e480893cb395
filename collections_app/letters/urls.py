from django.urls import path

from collections_app.letters import views

app_name = "letters"
urlpatterns = [path("messages/<int:message_id>/letter.pdf", views.letter, name="letter")]
