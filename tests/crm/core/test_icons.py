"""No icon is missing from the sprite."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
USED = re.compile(r'{% icon "([\w-]+)"')


def used() -> set[str]:
    return {name for path in (ROOT / "templates").rglob("*.html") for name in USED.findall(path.read_text())}


def test_the_sprite_has_every_icon_of_the_templates():
    sprite = (ROOT / "static" / "icons.svg").read_text()
    assert {name for name in used() if f'id="{name}"' not in sprite} == set()
