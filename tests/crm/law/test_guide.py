from pathlib import Path

from collections_app.compliance.standard import NAMES
from crm.law.models import RateKind
from crm.law.packs import PACKS

GUIDE = (Path(__file__).parents[3] / "docs" / "law.md").read_text(encoding="utf-8")


def test_every_rule_gate_rate_and_jurisdiction_is_in_the_guide():
    codes = {line.code for pack in PACKS.values() for line in pack.rules if not line.code.startswith("contact_hours_")}
    named = {*codes, "contact_hours_*", *NAMES, *RateKind.values, *PACKS}
    assert {name for name in named if f"`{name}`" not in GUIDE} == set()
