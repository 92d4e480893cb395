from django.urls import path

from collections_app.actions.views import manual, manual_preview, one, panel, said, verbs, worklist

urlpatterns = [
    path("", worklist.worklist, name="worklist"),
    path("actions/<int:pk>/panel/", panel.panel, name="action_panel"),
    path("actions/<int:pk>/words/", one.words, name="action_words"),
    path("actions/<int:pk>/enter/", one.enter, name="action_enter"),
    path("actions/<int:pk>/said/", said.note, name="action_said"),
    path("actions/<int:pk>/said/fields/", said.fields, name="action_said_fields"),
    path("actions/send/", one.send, name="actions_send"),
    path("actions/complete/", verbs.complete, name="actions_complete"),
    path("actions/skip/", verbs.skip, name="actions_skip"),
    path("actions/snooze/", verbs.snooze, name="actions_snooze"),
    path("actions/reassign/", verbs.reassign, name="actions_reassign"),
    path("actions/done/<int:pk>/take-back/", verbs.take_back, name="action_take_back"),
    path("actions/views/", worklist.save_view, name="view_save"),
    path("actions/views/<int:pk>/forget/", worklist.forget_view, name="view_forget"),
    path("customers/<int:pk>/manual/", manual.choose, name="manual"),
    path("customers/<int:pk>/manual/preview/", manual_preview.preview, name="manual_preview"),
    path("customers/<int:pk>/manual/mail/", manual_preview.mail, name="manual_mail"),
    path("customers/<int:pk>/manual/letter/", manual_preview.letter, name="manual_letter"),
    path("customers/<int:pk>/manual/open/", manual.open_action, name="manual_open"),
]
