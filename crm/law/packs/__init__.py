"""Rules delivered with Acquit, one module per body of law; docs/law.md shows them as a table."""

from dataclasses import dataclass
from typing import Any

from crm.law.packs import france, ohada
from crm.law.packs.line import Line


@dataclass(frozen=True)
class Pack:
    """The rules of a jurisdiction, the jurisdiction its dated rates are filed under and the language of its days."""

    rules: list[Line]
    rates_of: str
    language: str


PACKS: dict[str, Pack] = {
    "FR": Pack(france.RULES, "FR", "fr"),
    **{
        country: Pack(ohada.RULES, "UEMOA", language)
        for country, language in {
            "BJ": "fr_BJ", "BF": "fr", "CI": "fr", "GW": "pt_GW", "ML": "fr", "NE": "fr_NE", "SN": "fr_SN", "TG": "fr",
        }.items()
    },
}  # fmt: skip


def values(line: Line) -> dict[str, Any]:
    """The fields of a Rule other than its jurisdiction."""
    return {
        "code": line.code,
        "customer_kind": line.customer_kind,
        "debt_type": line.debt_type,
        "starts_on": line.starts_on,
        "value": line.value,
        "article": line.article,
    }
