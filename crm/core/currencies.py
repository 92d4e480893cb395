"""Currencies (ISO 4217): which codes there are, how exactly each is counted, and how people write them."""

from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from babel.numbers import get_territory_currencies, is_currency

NOT_MONEY = frozenset({"XXX", "XTS"})  # "no currency" and "for tests" of ISO 4217
WITHOUT_DECIMALS = frozenset("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split())
WITH_THREE_DECIMALS = frozenset("BHD IQD JOD KWD LYD OMR TND".split())
# Without spaces and points, in capitals.
AS_WRITTEN = {
    "€": "EUR", "EURO": "EUR", "EUROS": "EUR", "$": "USD", "£": "GBP",
    "DT": "TND", "DH": "MAD", "DHS": "MAD", "DA": "DZD",
}  # fmt: skip
# Where one of these is at home, it is meant; the CFA franc is two, and nowhere else one of them.
FRANCS, DOLLARS, DIRHAMS = ("XOF", "XAF"), ("CAD", "AUD", "NZD", "HKD", "SGD"), ("AED",)
AT_HOME = {"FCFA": FRANCS, "CFA": FRANCS, "$": DOLLARS, "DH": DIRHAMS, "DHS": DIRHAMS}


class UnclearCurrency(ValueError):
    """Several currencies are written so: `codes` are theirs."""

    def __init__(self, text: str, codes: tuple[str, ...]) -> None:
        super().__init__(text)
        self.codes = codes


def decimals(currency: str) -> int:
    """Digits after the point of an ISO 4217 currency (XOF 0, EUR 2, TND 3)."""
    if currency in WITHOUT_DECIMALS:
        return 0
    return 3 if currency in WITH_THREE_DECIMALS else 2


def rounded(amount: Decimal, currency: str) -> Decimal:
    """`amount` at the precision of its currency, half up as French invoices round."""
    return amount.quantize(Decimal(1).scaleb(-decimals(currency)), ROUND_HALF_UP)


@lru_cache(maxsize=512)
def is_known(currency: str) -> bool:
    """Whether this is the code of a currency (ISO 4217), in capitals."""
    return currency not in NOT_MONEY and is_currency(currency)


def is_written(text: str) -> bool:
    """Whether a text names a currency, by its code or as people write it, whichever it is."""
    written = _bare(text)
    return written in AS_WRITTEN or written in AT_HOME or is_known(written)


@lru_cache(maxsize=512)
def meant(text: str, *, usual: str = "", country: str = "") -> str:
    """The code of the currency a text means: its code, or as invoices and ledgers write it (€, DT, F CFA); `usual`
    where it says none, "" where no currency is called so. What several are called is the one of `usual`, or of the
    country. Raises UnclearCurrency where neither tells."""
    written = _bare(text)
    several = AT_HOME.get(written, ())
    for code in (usual, *(get_territory_currencies(country) if several else ())):
        if code in several:
            return code
    if several and written not in AS_WRITTEN:
        raise UnclearCurrency(text, several)
    code = AS_WRITTEN.get(written, written) or usual
    return code if is_known(code) else ""


def _bare(text: str) -> str:
    return "".join(text.replace(".", " ").split()).upper()
