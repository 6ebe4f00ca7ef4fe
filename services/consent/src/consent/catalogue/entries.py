"""Purposes, categories and lawful bases, as the vocabulary declares them, for requests and pages."""

from collections.abc import Callable, Collection, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from chassis.schemas import Code, Schema
from vocabulary.categories import CATEGORIES
from vocabulary.categories import Category as DeclaredCategory
from vocabulary.conditions import CONDITIONS, SCHEDULE_1, list_paragraphs_for
from vocabulary.purposes import BASES, ON_GROUND, PURPOSES
from vocabulary.purposes import Basis as DeclaredBasis
from vocabulary.purposes import Purpose as DeclaredPurpose

Declared = DeclaredCategory | DeclaredBasis | DeclaredPurpose


class Entry(Schema):
    """Something that has a code, a name for screens and a sentence for the people whom it concerns."""

    code: str
    name: str
    sentence: str

    @classmethod
    def list_declared(cls, declared: Mapping[str, Declared]) -> list["Entry"]:
        """Shape: in the vocabulary's order."""
        return [cls(code=each.code, name=each.name, sentence=each.sentence) for each in declared.values()]


class CategoryEntry(Entry):
    """Shape: `special` is the kind of special data that it is, `article` that of the UK GDPR which asks for more."""

    special: str | None
    article: int | None

    @classmethod
    def list_categories(cls) -> list["CategoryEntry"]:
        return [
            cls(code=one.code, name=one.name, sentence=one.sentence, special=one.special, article=one.article)
            for one in CATEGORIES.values()
        ]


class ParagraphEntry(Schema):
    """A paragraph of Schedule 1. Shape: with `policy_document` a term names an appropriate policy document."""

    code: str
    name: str
    policy_document: bool


class ConditionEntry(Entry):
    """What makes sharing special data lawful. Shape: of `paragraphs`, one is to be met as well; none: nothing more."""

    article: int
    paragraphs: list[ParagraphEntry]

    @classmethod
    def list_conditions(cls) -> list["ConditionEntry"]:
        """Shape: in the vocabulary's order."""
        return [
            cls(
                code=one.code,
                name=one.name,
                sentence=one.sentence,
                article=one.article,
                paragraphs=[ParagraphEntry.model_validate(SCHEDULE_1[code]) for code in list_paragraphs_for(one)],
            )
            for one in CONDITIONS.values()
        ]


def _listed(codes: Collection[str]) -> Any:
    return Field(json_schema_extra={"enum": list(codes)})


def _among(codes: Collection[str], kind: str, where: str) -> Callable[[str], str]:
    def check(value: str) -> str:
        if value not in codes:
            raise PydanticCustomError(f"unknown_{kind}", f"Should be a {kind} that {where} lists")
        return value

    return check


Purpose = Annotated[Code, _listed(PURPOSES), AfterValidator(_among(PURPOSES, "purpose", "/v1/purposes"))]
AGREED = [code for code in PURPOSES if code not in ON_GROUND]
AgreedPurpose = Annotated[Code, _listed(AGREED), AfterValidator(_among(AGREED, "purpose", "an agreement may name"))]
"""What agreements carry: where the law itself has something shared they say how, and not whether."""
Category = Annotated[Code, _listed(CATEGORIES), AfterValidator(_among(CATEGORIES, "category", "/v1/categories"))]
Basis = Annotated[Code, _listed(BASES), AfterValidator(_among(BASES, "basis", "/v1/bases"))]


def _conditions_of(article: int) -> list[str]:
    return [code for code, condition in CONDITIONS.items() if condition.article == article]


def _condition(article: int) -> Any:
    codes = _conditions_of(article)
    return AfterValidator(_among(codes, "condition", f"/v1/conditions, for article {article},"))


Article9 = Annotated[Code, _listed(_conditions_of(9)), _condition(9)]
Article10 = Annotated[Code, _listed(_conditions_of(10)), _condition(10)]
ScheduleParagraph = Annotated[
    Code, _listed(SCHEDULE_1), AfterValidator(_among(SCHEDULE_1, "paragraph", "/v1/conditions"))
]
