from datetime import date
from typing import Any

from pydantic import Field

from chassis.schemas import Schema
from families.feeds.catalogue import FeedKind


class CodeInUse(Schema):
    """A code and the days, both inclusive, for which it may be said; without a day, it always was or is in use."""

    code: str
    from_: date | None = Field(alias="from")
    to: date | None


class ColumnView(Schema):
    name: str
    kind: str = Field(description="How a cell is read: of one kind all are read alike")
    required: bool
    key: bool
    category: str
    number: bool = Field(description="In NDJSON a number may stand here without quotes")
    description: str
    codes: list[str]
    codes_in_use: list[CodeInUse] = Field(description="The same with their days, where some were not always in use")
    dated_by: str | None = Field(
        description="The column with the day for which a code must have been in use; null: the day of the line"
    )
    example: str


class CodeView(Schema):
    code: str
    detail: str
    fix: str


class DeclaredFactView(Schema):
    measure: str
    unit: str | None
    columns: list[str] = Field(description="The columns that tell it: when it holds, then what it says")


class AlsoNamedView(Schema):
    role: str = Field(description="What they are to the person whom the line is about")
    columns: list[str]


class FeedLink(Schema):
    feed: str
    title: str
    kind: FeedKind
    supplier: str = Field(description="The kind of service that usually sends it")
    description: str
    scope: str
    accepts: list[str] = Field(description="Media types of a push's body")


class FeedList(Schema):
    items: list[FeedLink]
    next: None = None


class FeedView(FeedLink):
    categories: list[str]
    key: list[str]
    columns: list[ColumnView]
    facts: list[DeclaredFactView]
    also_named: list[AlsoNamedView]
    codes: list[CodeView]
    example: str = Field(description="A file of one line, as CSV")
    example_ndjson: str = Field(description="The same line as NDJSON")
    line_schema: dict[str, Any] = Field(
        description="A line of NDJSON as JSON Schema; what several of its members must say together is not in it"
    )
