"""docs/peers.md names, for each complaint about other tools, tests of ours that exist."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "peers.md").read_text(encoding="utf-8")


def test_every_test_named_exists():
    known = {
        name
        for file in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", file.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert set(re.findall(r"`(test_\w+)`", PAGE)) - known == set()


def test_all_forty_five_have_an_answer():
    rows = re.findall(r"^\| (\d+) \| .+ \| .{20,} \|$", PAGE, re.MULTILINE)
    assert rows == [str(number) for number in range(1, 46)]
