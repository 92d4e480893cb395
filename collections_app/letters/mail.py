"""A message as HTML for mail readers: every value escaped by the template engine, styles inlined.

What only a phone is told (`@media`) stays in the head, for the readers that look there.
"""

from collections.abc import Sequence
from typing import Any

import css_inline
from django.template.loader import render_to_string

from collections_app.letters.context import Subject
from collections_app.letters.markup import Bullets, Heading, Paragraph
from collections_app.letters.tables import Table

NAMES = {Paragraph: "paragraph", Bullets: "bullets", Heading: "heading", Table: "table"}


def written(pieces: Sequence[object], subject: Subject, title: str) -> str:
    """The whole HTML document."""
    foot = " · ".join(subject.foot)
    html = render_to_string(
        "letters/mail.html",
        {"pieces": named(pieces), "title": title, "language": subject.language, "entity": subject.entity, "foot": foot},
    )
    return css_inline.inline(html, load_remote_stylesheets=False, keep_style_tags=False, keep_at_rules=True)


def named(pieces: Sequence[object]) -> list[dict[str, Any]]:
    """Each piece with the word by which page templates know its kind."""
    return [{"kind": NAMES[type(piece)], "piece": piece} for piece in pieces]
