"""What a program may say: names that nothing reads are told, for what they say would be lost."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers


class Shape(serializers.Serializer[Any]):
    """A body, or a part of one, that holds nothing else than its fields."""

    def to_internal_value(self, data: Any) -> Any:
        """The values. Raises ValidationError with each name at fault."""
        wrong: dict[str, Any] = self.beyond(data) if isinstance(data, Mapping) else {}
        try:
            values = super().to_internal_value(data)
        except serializers.ValidationError as error:
            if wrong and isinstance(error.detail, dict):
                raise serializers.ValidationError({**wrong, **error.detail}) from error
            raise
        if wrong:
            raise serializers.ValidationError(wrong)
        return values

    def beyond(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """The names that are no field, with what to say of each."""
        return {
            str(name): [_("There is no field of this name: it would be lost.")]
            for name in data.keys() - self.fields.keys()
        }
