from decimal import Decimal
from typing import Any

from rest_framework import serializers

from crm.core.currencies import rounded


class Amount(serializers.DecimalField):
    """An amount at the precision of the `currency` of its row, as a text: "1200.00", "656" in XOF."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=18, decimal_places=None, read_only=True, **kwargs)

    def get_attribute(self, instance: Any) -> Decimal | None:
        amount = super().get_attribute(instance)
        return None if amount is None else rounded(amount, instance.currency)
