"""Currencies (ISO 4217): which codes there are, and how exactly each is counted."""

from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from babel.numbers import is_currency

NOT_MONEY = frozenset({"XXX", "XTS"})  # "no currency" and "for tests" of ISO 4217
WITHOUT_DECIMALS = frozenset("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split())
WITH_THREE_DECIMALS = frozenset("BHD IQD JOD KWD LYD OMR TND".split())


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
