from datetime import date
from typing import Any, Literal
from uuid import UUID

from pydantic import Field, model_validator

from chassis.schemas import Date, Flag, Id, Instant, Line, Note, Schema, Written


class RecordRef(Schema):
    feed: str
    key: str
    source: str


class SideView(Schema):
    """One of the two in question: `person` is the leaf, `root` the id as which it is read now."""

    person: UUID
    root: UUID
    records: list[RecordRef]
    name: str | None = None
    date_of_birth: date | None = None
    sex: str | None = None


class ReviewActView(Schema):
    """Acts: decided, reopened. Shape: `verdict` is the one that was given, or taken back; `by` a user's id."""

    act: str
    verdict: str
    by: str
    reason: str
    at: Instant


class ReviewView(Schema):
    """Units: `weight` and `score` are log2 of how much likelier the outcome is for one person than for two."""

    id: UUID
    kind: str
    status: str
    verdict: str | None = None
    score: float | None = None
    explanation: list[dict[str, Any]]
    left: SideView
    right: SideView
    children: list[UUID]
    opened_at: Instant
    history: list[ReviewActView]


class DecisionRequest(Schema):
    """Of `same_person`: same or different. Of `non_resident_parent`: yes or no."""

    verdict: Literal["same", "different", "yes", "no"]
    reason: Note = Field(min_length=1)


class ReopeningRequest(Schema):
    reason: Note = Field(min_length=1)


class MergeRequest(Schema):
    other: Id = Field(description="The id that is to be read as this person")
    reason: Note = Field(min_length=1)
    again: Flag = Field(default=False, description="Although they were found to be two people: that is taken back")


class UnmergeRequest(Schema):
    """Either an id that was merged, or a record that was linked: exactly one of the two."""

    person: Id | None = Field(default=None, description="The id to restore")
    record: Id | None = Field(default=None, description="The record that is about somebody else, who gets a new id")
    reason: Note = Field(min_length=1)

    @model_validator(mode="after")
    def _one(self) -> "UnmergeRequest":
        if (self.person is None) == (self.record is None):
            raise ValueError("Give either a person or a record")
        return self


class Unmerged(Written):
    """How many sharings there were while the two were one, and to which services.

    Null of a record, which was never merged, and while the sharing log cannot be asked.
    """

    shared_meanwhile: int | None
    shared_with: list[str] | None


class LinkView(Schema):
    feed: str
    key: str | None = None
    source: str
    person: UUID
    leaf: UUID
    how: str


class PersonLinkView(Schema):
    record: UUID
    feed: str
    key: str
    source: str
    how: str
    score: float | None = None
    explanation: list[dict[str, Any]]
    at: Instant


class PersonLinkItems(Schema):
    items: list[PersonLinkView]


class SearchRequest(Schema):
    """At least one of the three; those given must all fit."""

    name: Line | None = Field(default=None, description="Forename and surname, in any order")
    date_of_birth: Date | None = None
    identifier: Line | None = Field(default=None, description="UPN or National Insurance number")

    @model_validator(mode="after")
    def _something(self) -> "SearchRequest":
        if self.name is None and self.date_of_birth is None and self.identifier is None:
            raise ValueError("Give a name, a date of birth or an identifier")
        return self
