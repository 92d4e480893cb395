"""Every text of the code has its French, with the same places for values."""

import ast
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from django.core.management import call_command

from config import catalogue


def entry(msgid: str, msgstr: str) -> polib.POEntry:
    return polib.POEntry(msgid=msgid, msgstr=msgstr)


def test_french_is_complete():
    call_command("update_messages", "--check")


def test_texts_of_templates_and_code_are_found(tmp_path: Path):
    for package in catalogue.PACKAGES:
        (tmp_path / package).mkdir()
    (tmp_path / "crm" / "words.py").write_text('from x import _, ngettext\n_("one")\nngettext("a row", "rows", 2)\n')
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text(
        '  {% load i18n %}\n {% translate "Esc" context "key" %}\n'
        "      {% blocktranslate with name=user %}Hello {{ name }}{% endblocktranslate %}"
    )
    assert catalogue.texts(tmp_path) == [
        catalogue.Text("Esc", "key"),
        catalogue.Text("Hello %(name)s"),
        catalogue.Text("a row", plural="rows"),
        catalogue.Text("one"),
    ]


def test_no_text_stands_inside_an_f_string():
    """Babel sees it there from Python 3.12 on only: one was in no catalogue, and English on French pages."""
    paths = [path for package in catalogue.PACKAGES for path in Path(package).rglob("*.py")]
    assert [where for path in paths for where in texts_in_f_strings(path)] == []


def texts_in_f_strings(path: Path) -> Iterator[str]:
    strings = (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.JoinedStr))
    for call in (node for string in strings for node in ast.walk(string) if isinstance(node, ast.Call)):
        if getattr(call.func, "id", "") in catalogue.KEYWORDS and isinstance(call.args[0], ast.Constant):
            yield f"{path}:{call.lineno} {call.args[0].value}"


def test_a_merge_keeps_translations_and_drops_what_is_gone():
    old = polib.POFile()
    old.extend([entry("gone", "parti"), entry("kept", "gardé")])
    new = catalogue.merged([catalogue.Text("kept"), catalogue.Text("new")], old)
    assert [(found.msgid, found.msgstr) for found in new] == [("kept", "gardé"), ("new", "")]


@pytest.mark.parametrize(
    ("msgstr", "fault"),
    [("", "not translated: %(n)s days"), ("%(m)s jours", "other places for values: %(n)s days")],
)
def test_a_fault_is_told(msgstr: str, fault: str):
    assert catalogue.faults([entry("%(n)s days", msgstr)]) == [fault]
