from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ActionsConfig(AppConfig):
    name = "collections_app.actions"
    label = "actions"
    verbose_name = _("Actions")

    def ready(self) -> None:
        from functools import partial

        from collections_app.actions.consumers import KINDS, on_message
        from collections_app.actions.contacts import register_calls
        from collections_app.actions.counting import waiting_for
        from collections_app.actions.declaring import KINDS as ENDS_AND_BEGINNINGS, on_hold
        from collections_app.actions.dispatch import ORIGIN
        from collections_app.actions.labels import stale_sentence
        from collections_app.actions.panels import open_actions
        from collections_app.actions.preparing import prepare_action
        from collections_app.actions.printed import changed_since
        from collections_app.actions.suspending import on_hold_placed
        from collections_app.compliance.registry import tell_what_was_demanded
        from collections_app.letters.standing import looks
        from crm.accounts.rules import reads_pages
        from crm.core import navigation
        from crm.core.sql import statement
        from crm.customers.registry import Panel, register_panel
        from crm.events import registry
        from telephony.core.outgoing import preparers, wordings

        register_calls()
        tell_what_was_demanded(partial(statement, "collections_app.actions", "demands"))
        preparers[ORIGIN] = prepare_action
        looks[ORIGIN] = changed_since
        wordings["stale"] = stale_sentence
        wordings["settled"] = lambda _detail: stale_sentence("settled")
        wordings["merged"] = lambda _detail: stale_sentence("merged")
        registry.register("actions", KINDS, on_message)
        registry.register("suspended_actions", ("hold.placed",), on_hold_placed)
        registry.register("declarations", ENDS_AND_BEGINNINGS, on_hold)
        navigation.register(navigation.Entry(10, _("To do"), "list-checks", "worklist", reads_pages, waiting_for))
        register_panel(Panel("actions", _("Open actions"), "customers/_open_actions.html", open_actions, order=50))
        self._say_what_a_merge_does()

    def _say_what_a_merge_does(self) -> None:
        from collections_app.actions.merging import move_actions, move_cycles
        from crm.customers.registry import moves, on_merge

        on_merge("actions.Cycle.customer", move_cycles)
        on_merge("actions.Action.customer", move_actions)
        moves("actions.Refusal.customer")
