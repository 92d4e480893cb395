"""What a merge could not decide is decided, in every file people write or read."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDERS = "bench collections_app config crm deploy docs locale static telephony templates tools"
LEFT = re.compile(rb"^(?:<{7}|>{7}) ", re.MULTILINE)


def test_no_file_keeps_both_sides_of_a_merge():
    files = [path for folder in FOLDERS.split() for path in (ROOT / folder).rglob("*") if path.is_file()]
    files += [path for path in ROOT.iterdir() if path.is_file()]
    assert [str(path) for path in files if path.suffix != ".pyc" and LEFT.search(path.read_bytes())] == []
