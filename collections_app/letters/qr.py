"""QR code of a SEPA credit transfer (EPC069-12), drawn as SVG."""

from decimal import Decimal
from io import BytesIO

import segno

from crm.core.currencies import rounded

LEAST, MOST = Decimal("0.01"), Decimal("999999999.99")
LONGEST_NAME, LONGEST_TEXT = 70, 140


def payload(*, holder: str, iban: str, bic: str, amount: Decimal, reference: str) -> str | None:
    """The text banks read, or None where the standard has no place for it (amount out of range, no IBAN)."""
    amount = rounded(amount, "EUR")
    if not iban or not LEAST <= amount <= MOST:
        return None
    return "\n".join(
        ["BCD", "002", "1", "SCT", bic, holder[:LONGEST_NAME], "".join(iban.split()), f"EUR{amount:.2f}", "", "",
         reference[:LONGEST_TEXT], ""]
    ).rstrip("\n")  # fmt: skip


def svg(text: str) -> str:
    """Error level M as the standard asks; the mask is fixed, trying all eight takes five times longer."""
    code = segno.make_qr(text, error="m", boost_error=False, mask=4, encoding="utf-8")
    drawn = BytesIO()
    code.save(drawn, kind="svg", border=0, omitsize=True, svgns=True, xmldecl=False)
    return drawn.getvalue().decode()
