"""Purposes, categories and lawful bases, as data."""

from collections.abc import Callable
from importlib.resources import files
from typing import Annotated, Any

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from chassis.schemas import Code, Schema


class Entry(Schema):
    """Something that has a code, a name for screens and a sentence for the people whom it concerns."""

    code: str
    name: str
    sentence: str


class Catalogue(Schema):
    version: str
    source: str
    purposes: list[Entry]
    categories: list[Entry]
    bases: list[Entry]


CATALOGUE = Catalogue.model_validate_json(files(__package__).joinpath("data/catalogue.json").read_bytes())


def _listed(entries: list[Entry]) -> Any:
    return Field(json_schema_extra={"enum": [entry.code for entry in entries]})


def _among(entries: list[Entry], kind: str, where: str) -> Callable[[str], str]:
    codes = {entry.code for entry in entries}

    def check(value: str) -> str:
        if value not in codes:
            raise PydanticCustomError(f"unknown_{kind}", f"Should be a {kind} that {where} lists")
        return value

    return check


Purpose = Annotated[
    Code, _listed(CATALOGUE.purposes), AfterValidator(_among(CATALOGUE.purposes, "purpose", "/v1/purposes"))
]
Category = Annotated[
    Code, _listed(CATALOGUE.categories), AfterValidator(_among(CATALOGUE.categories, "category", "/v1/categories"))
]
Basis = Annotated[Code, _listed(CATALOGUE.bases), AfterValidator(_among(CATALOGUE.bases, "basis", "/v1/bases"))]
