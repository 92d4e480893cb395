"""What reached nobody is said once: every statement and trigger is built on it."""

import re
from pathlib import Path

import pytest

from collections_app.engine import watched
from collections_app.engine.night import text
from crm.core.among import EVERYBODY
from telephony.messaging.states import GONE_WRONG

ROOT = Path(__file__).resolve().parents[3]
LISTED = re.compile(r"\([^()]*'blocked'[^()]*'cancelled'[^()]*\)")


@pytest.mark.parametrize(
    "written", [text("hand_over_candidates", EVERYBODY), text("cancel_night", EVERYBODY), watched.NO_LONGER_LEAVING]
)
def test_each_statement_names_all_of_them(written):
    [listed] = LISTED.findall(written)
    assert set(re.findall(r"'(\w+)'", listed)) == set(map(str, GONE_WRONG))


def test_no_statement_lists_them_itself():
    files = [file for app in ("collections_app", "crm", "telephony", "config") for file in (ROOT / app).rglob("*.sql")]
    assert [file.name for file in files if LISTED.search(file.read_text(encoding="utf-8"))] == []
    assert len(files) > 50
