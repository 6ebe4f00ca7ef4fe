from dataclasses import dataclass
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from chassis.schemas import Code, Flag, Id, Instant, Schema, WholeNumber, Word
from consent.catalogue.entries import Purpose
from consent.decisions.rules import Operation, VerdictKind
from vocabulary.grounds import GROUNDS


def _check_ground(value: str) -> str:
    if value not in GROUNDS:
        raise PydanticCustomError("unknown_ground", f"Should be one of {', '.join(GROUNDS)}")
    return value


GroundKind = Annotated[Code, Field(json_schema_extra={"enum": list(GROUNDS)}), AfterValidator(_check_ground)]


class CallerSchema(Schema):
    """For whom the program asked, as their verified token said."""

    subject: str
    client: str
    agency: str
    service: str
    roles: list[str]


ITEMS_AT_MOST = 50
ItemIndex = Annotated[WholeNumber, Field(ge=0, lt=ITEMS_AT_MOST)]


class SubjectSchema(Schema):
    """A person by their present id, with every id that was merged into it."""

    person: Id
    formerly: list[Id] = Field(default=[], max_length=200)
    items: list[ItemIndex] | None = Field(
        default=None,
        max_length=ITEMS_AT_MOST,
        description="Which of the items are asked about this person, by their index; absent: all of them",
    )


class ItemSchema(Schema):
    category: Code
    source: Code = Field(description="The service whose record it is")


class GroundSchema(Schema):
    """On what the caller acts, when it is not their everyday role: an open enquiry, emergency access, …"""

    kind: GroundKind
    reference: Word


class DecisionRequest(Schema):
    purpose: Purpose
    ground: GroundSchema | None = Field(
        default=None, description="The program that asks has checked that it holds, and that it is about all subjects"
    )
    operation: Operation = Field(description="read: it is shown; use: a program works with it; supply: it comes in")
    subjects: list[SubjectSchema] = Field(default=[], max_length=2000)
    items: list[ItemSchema] = Field(min_length=1, max_length=ITEMS_AT_MOST)
    share: Flag = Field(description="True: what is permitted goes out now, and is in the sharing log before you know")

    @model_validator(mode="after")
    def _supply_is_about_nobody(self) -> Self:
        if self.operation == "supply" and self.subjects:
            raise PydanticCustomError("supply_with_subjects", "Should name no subjects when it asks about supply")
        return self

    @model_validator(mode="after")
    def _ground_is_for_this_purpose(self) -> Self:
        if self.ground and (self.operation != "read" or self.purpose not in GROUNDS[self.ground.kind].purposes):
            raise PydanticCustomError("ground_of_other_purpose", "Should state a ground for reading, for its purposes")
        return self

    @model_validator(mode="after")
    def _subjects_name_items_that_are_there(self) -> Self:
        named = {index for subject in self.subjects for index in subject.items or ()}
        if named and max(named) >= len(self.items):
            raise PydanticCustomError("item_not_there", "Should name of each subject only items of this question")
        return self


@dataclass(slots=True)
class VerdictView:
    # No Schema: of these, a call makes thousands, and they are made eight times as fast so.
    person: UUID | None
    category: str
    source: str
    verdict: VerdictKind
    reason: str
    sentence: str
    agreement: UUID | None
    basis: str | None


class DecisionView(Schema):
    """Shape: verdicts in the order subjects by their items. Without share, `decision` is not kept."""

    decision: UUID
    rule_version: str
    verdicts: list[VerdictView]


class RefusalView(Schema):
    person: UUID
    category: str
    source: str
    reason: str
    sentence: str


class DecisionRecord(Schema):
    """A decision as it was made, for the officers whom it concerns. What it permitted is in the sharing log.

    Shape: `covers` are the categories that the purpose covers today for whoever asked, worked out from agreements and
    never from data; `permits` is null for another agency's officer.
    """

    id: UUID
    at: Instant
    program: str
    caller: CallerSchema
    purpose: str
    ground: GroundSchema | None
    operation: Operation
    rule_version: str
    permits: int | None
    covers: list[str]
    refusals: list[RefusalView]
