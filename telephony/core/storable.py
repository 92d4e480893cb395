"""Text from outside that the database would refuse: NUL, and halves of signs that stand alone."""

from collections.abc import Mapping
from typing import Any


def storable(text: str) -> str:
    """`text` without NUL; a half of a sign that stands alone becomes a question mark."""
    return text.replace("\x00", "").encode(errors="replace").decode()


def storable_json(value: Any) -> Any:
    """The same of all text within lists and mappings, names included."""
    match value:
        case str():
            return storable(value)
        case Mapping():
            return {storable(str(name)): storable_json(inner) for name, inner in value.items()}
        case list() | tuple():
            return [storable_json(inner) for inner in value]
        case _:
            return value
