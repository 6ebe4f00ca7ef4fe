"""Purposes, categories and lawful bases, as the vocabulary declares them, for requests and pages."""

from collections.abc import Callable, Collection, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from chassis.schemas import Code, Schema
from vocabulary.categories import CATEGORIES
from vocabulary.categories import Category as DeclaredCategory
from vocabulary.purposes import BASES, PURPOSES
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


def _listed(codes: Collection[str]) -> Any:
    return Field(json_schema_extra={"enum": list(codes)})


def _among(codes: Collection[str], kind: str, where: str) -> Callable[[str], str]:
    def check(value: str) -> str:
        if value not in codes:
            raise PydanticCustomError(f"unknown_{kind}", f"Should be a {kind} that {where} lists")
        return value

    return check


Purpose = Annotated[Code, _listed(PURPOSES), AfterValidator(_among(PURPOSES, "purpose", "/v1/purposes"))]
Category = Annotated[Code, _listed(CATEGORIES), AfterValidator(_among(CATEGORIES, "category", "/v1/categories"))]
Basis = Annotated[Code, _listed(BASES), AfterValidator(_among(BASES, "basis", "/v1/bases"))]
