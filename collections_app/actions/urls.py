from django.urls import path

from collections_app.actions.views import panel, verbs, worklist

urlpatterns = [
    path("", worklist.worklist, name="worklist"),
    path("actions/<int:pk>/panel/", panel.panel, name="action_panel"),
    path("actions/complete/", verbs.complete, name="actions_complete"),
    path("actions/skip/", verbs.skip, name="actions_skip"),
    path("actions/snooze/", verbs.snooze, name="actions_snooze"),
    path("actions/reassign/", verbs.reassign, name="actions_reassign"),
    path("actions/views/", worklist.save_view, name="view_save"),
    path("actions/views/<int:pk>/forget/", worklist.forget_view, name="view_forget"),
]
