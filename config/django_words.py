"""Texts of Django and of the login that we word otherwise: our catalogue comes before theirs.

Django does not know the gender of what it speaks of, and its «Go» is «Envoyer» in French: on a page of messages, a
button nobody would dare to press.
"""

from django.utils.translation import gettext_noop as _

OURS = [
    _("Go"),
    _("Add %(name)s"),
    _("Delete selected %(verbose_name_plural)s"),
    _(
        "Are you sure you want to delete the selected %(objects_name)s? All of the following objects and their related "
        "items will be deleted:"
    ),
    _(
        "Deleting the selected %(objects_name)s would result in deleting related objects, but your account doesn't "
        "have permission to delete the following types of objects:"
    ),
    _("Deleting the selected %(objects_name)s would require deleting the following protected related objects:"),
    _("Add another %(model)s"),
    _("Change selected %(model)s"),
    _("Delete selected %(model)s"),
    _("View selected %(model)s"),
    _("None available"),
    _("The {name} “{obj}” was added successfully."),
    _("The {name} “{obj}” was changed successfully."),
    _("The %(name)s “%(obj)s” was deleted successfully."),
    _("You have signed out."),
    # What the journal of changes says was done, and its columns: the library has no French.
    _("create"),
    _("update"),
    _("delete"),
    _("access"),
    _("Created {repr:s}"),
    _("Updated {repr:s}"),
    _("Deleted {repr:s}"),
    _("Logged {repr:s}"),
    _("log entry"),
    _("log entries"),
]
