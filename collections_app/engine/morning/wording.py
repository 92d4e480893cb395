"""The sentences of a morning report, in the reader's language."""

from datetime import date
from typing import Any

from django.template.defaultfilters import floatformat
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from collections_app.engine.labels import block_label, stage_label
from collections_app.engine.morning.surges import TIMES
from collections_app.engine.morning.usual import Figure
from crm.core.formats import day

FIGURES = {"opened": gettext_lazy("Actions opened"), "kept_back": gettext_lazy("Kept back")}


def anomaly_sentence(anomaly: dict[str, Any]) -> str:
    """What is unusual, and what to look at."""
    given = {name: _said(name, value) for name, value in anomaly.items()}
    sentences = {
        "surge": _(
            "%(opened)s actions opened, where %(usual)s are usual: more than %(times)s times as many. Was a file "
            "imported twice, or a group or a scenario changed?"
        ),
        "flood": _(
            "%(queued)s messages ready to leave, where %(usual)s are usual and the highest of the last nights is "
            "%(peak)s. Are those of several nights leaving at once, after old books, a rehearsal or a pause?"
        ),
        "stale": _("The books are too old: the last import is of %(books_on)s."),
        "calendar": _(
            "The calendar of the entity has no worked day after %(after_on)s: nothing opens. Check its closing days "
            "and its working days."
        ),
        "import_missing": _(
            "An import is missing: none for %(days)s worked days since %(last_on)s, where one comes every %(usual)s."
        ),
        "template": _("The template “%(name)s” fails: %(error)s"),
    }
    sentence = sentences.get(anomaly["code"], anomaly["code"])
    if "rehearsed" in anomaly:
        sentence += " " + ngettext(
            "%(rehearsed)s of these nights was in rehearsal: it counts with the messages it would have sent.",
            "%(rehearsed)s of these nights were in rehearsal: they count with the messages they would have sent.",
            anomaly["rehearsed"],
        )
    return sentence % (given | {"times": TIMES}) if "%(" in sentence else sentence


def _said(name: str, value: Any) -> Any:
    if name.endswith("_on"):
        return day(date.fromisoformat(value)) if value else _("never")
    return floatformat(value, -1) if isinstance(value, float) else value


def figure_label(figure: Figure, steps: dict[str, str]) -> str:
    """What a figure counts; `steps`: names of steps by code."""
    kind, _mark, code = figure.code.partition(":")
    if kind == "step":
        return steps.get(code) or code
    if kind == "reason":
        return block_label(code)
    return str(FIGURES.get(kind) or stage_label(kind))
