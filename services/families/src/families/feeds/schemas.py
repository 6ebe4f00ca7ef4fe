from pydantic import Field

from chassis.schemas import Schema


class ColumnView(Schema):
    name: str
    required: bool
    key: bool
    category: str
    number: bool = Field(description="In NDJSON a number may stand here without quotes")
    description: str
    codes: list[str]
    example: str


class CodeView(Schema):
    code: str
    detail: str
    fix: str


class FeedLink(Schema):
    feed: str
    title: str
    supplier: str
    description: str
    scope: str
    accepts: list[str] = Field(description="Media types of a push's body")


class FeedList(Schema):
    items: list[FeedLink]
    next: None = None


class FeedView(Schema):
    feed: str
    title: str
    supplier: str
    description: str
    scope: str
    accepts: list[str]
    categories: list[str]
    key: list[str]
    columns: list[ColumnView]
    codes: list[CodeView]
    example: str = Field(description="A file of one line, as CSV")
    example_ndjson: str = Field(description="The same line as NDJSON")
