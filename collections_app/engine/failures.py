"""Why a run stopped, for people. What nobody raised is kept as a code, and worded in the language of the reader."""

from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy as _

from collections_app.engine.exceptions import NIGHTS_REFUSED, NightRefused

# Of a night, a simulation, the reset of a training entity, a dry run: rows hold these words.
REPLACED, WORKERS_LOST = "lease expired", "workers lost"
SIMULATION_LOST, TRIED_GONE, RESET_LOST = "worker lost", "tried gone", "lost"
DRY_RUN_LOST, NIGHT_LOST = "not come to an end", "not taken"
SENTENCES: dict[str, str | Promise] = {
    REPLACED: _(
        "its worker was lost (a restart, or too little memory), and the night of another day has done what was left: "
        "there is nothing to start again."
    ),
    WORKERS_LOST: _(
        "several workers in a row were lost at the same stage, killed or silent. Most often the machine has too little "
        "memory for it: its journal tells (“out of memory”), or the log of the workers."
    ),
    SIMULATION_LOST: _("its worker was lost (a restart, or too little memory)."),
    TRIED_GONE: _("what was to be tried was removed or renamed after it was asked for."),
    RESET_LOST: _("its worker was lost (a restart, or too little memory): nothing was changed. Reset it again."),
    DRY_RUN_LOST: _("no worker came to the end of this dry run in a day. Ask for it again from the list of nights."),
    NIGHT_LOST: _("no worker took it in a day. Ask for it again."),
}


def kept(refused: NightRefused) -> str:
    """What a row keeps of a refusal: its code, and its days in order."""
    return ": ".join([refused.code, *(on.isoformat() for on in refused.days.values())])


def failure_code(error: str) -> str:
    """The word a program knows it by."""
    return error.split(": ")[0].replace(" ", "_")


def failure_sentence(error: str) -> str:
    """Why, as a sentence that goes on after a colon; an exception's own words as they are."""
    code, *days = error.split(": ")
    if code in NIGHTS_REFUSED:
        return str(NIGHTS_REFUSED[code](*map(date.fromisoformat, days)))
    return str(SENTENCES.get(error, error))


def reset_sentence(error: str) -> str:
    """Why a training entity was not made again; what nobody foresaw is told by the log."""
    if not error or error in SENTENCES:
        return failure_sentence(error)
    return gettext("it could not be made, and nothing was changed. Reset it; the log of the workers says why.")
