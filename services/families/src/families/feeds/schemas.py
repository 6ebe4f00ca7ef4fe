from chassis.schemas import Schema


class ColumnView(Schema):
    name: str
    required: bool
    key: bool
    category: str
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


class FeedList(Schema):
    items: list[FeedLink]
    next: None = None


class FeedView(Schema):
    feed: str
    title: str
    supplier: str
    description: str
    scope: str
    categories: list[str]
    key: list[str]
    columns: list[ColumnView]
    codes: list[CodeView]
    example: str
