"""A call script as the steps the collector follows."""

from collections.abc import Sequence
from dataclasses import dataclass

from collections_app.letters.markup import Heading


@dataclass(frozen=True)
class ScriptStep:
    """`pieces`: paragraphs, lists and tables to show under the title."""

    title: str
    pieces: tuple[object, ...]


def steps(pieces: Sequence[object]) -> list[ScriptStep]:
    """One step per heading; what comes before the first heading is a step without title."""
    found: list[tuple[str, list[object]]] = [("", [])]
    for piece in pieces:
        if isinstance(piece, Heading):
            found.append((piece.text, []))
        else:
            found[-1][1].append(piece)
    return [ScriptStep(title, tuple(inside)) for title, inside in found if title or inside]
