"""What the law asks for beside a basis, where data is special: kinds of special data, conditions, paragraphs."""

from typing import ClassVar, Literal

from vocabulary.source import Entry, NotAsDeclared, read_entries

Article = Literal[9, 10]
Part = Literal[1, 2, 3]


class Special(Entry):
    """A kind of data that the law guards more closely. Shape: `article` is that of the UK GDPR which does."""

    source: ClassVar[str] = "specials"

    name: str
    sentence: str
    article: Article


class Condition(Entry):
    """What makes sharing special data lawful. Shape: `parts` of Schedule 1, of which one paragraph is to be met too."""

    source: ClassVar[str] = "conditions"

    name: str
    sentence: str
    article: Article
    parts: tuple[Part, ...] = ()


class Paragraph(Entry):
    """A paragraph of Schedule 1. Shape: `policy_document` where an appropriate policy document must be there."""

    source: ClassVar[str] = "schedule_1"

    name: str
    part: Part
    policy_document: bool


SPECIALS = read_entries(Special)
CONDITIONS = read_entries(Condition)
SCHEDULE_1 = read_entries(Paragraph)
"""By number, which is a word here: `"18"`."""


def list_paragraphs_for(condition: Condition) -> list[str]:
    """The numbers of the paragraphs that fit a condition; none where it stands alone."""
    return [paragraph.code for paragraph in SCHEDULE_1.values() if paragraph.part in condition.parts]


for _condition in CONDITIONS.values():
    if _condition.parts and not list_paragraphs_for(_condition):
        raise NotAsDeclared(f"conditions.toml, {_condition.code}: parts: schedule_1.toml has no paragraph of them")
for _special in SPECIALS.values():
    if not any(condition.article == _special.article for condition in CONDITIONS.values()):
        raise NotAsDeclared(f"specials.toml, {_special.code}: article: conditions.toml has no condition of it")
