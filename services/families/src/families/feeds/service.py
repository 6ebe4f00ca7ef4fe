"""The catalogue as pages."""

from families.feeds.catalogue import MEDIA_TYPES, Feed
from families.feeds.codes import CODES
from families.feeds.columns import Column
from families.feeds.kinds import Coded
from families.feeds.registry import FEEDS, get_feed
from families.feeds.schemas import (
    AlsoNamedView,
    CodeInUse,
    CodeView,
    ColumnView,
    DeclaredFactView,
    FeedLink,
    FeedList,
    FeedView,
)


def list_feeds() -> FeedList:
    return FeedList(items=[_link(feed) for feed in FEEDS.values()])


def show_feed(name: str) -> FeedView:
    """Errors: FeedNotFound."""
    feed = get_feed(name)
    return FeedView(
        **_link(feed).model_dump(),
        categories=list(feed.categories),
        key=list(feed.key),
        columns=[_column(feed, column) for column in feed.columns],
        facts=[
            DeclaredFactView(measure=fact.measure, unit=fact.unit, columns=list(fact.columns)) for fact in feed.facts
        ],
        also_named=[AlsoNamedView(role=other.role, columns=list(other.columns)) for other in feed.also_named],
        codes=[CodeView(code=code, detail=detail, fix=fix) for code, (detail, fix) in CODES.items()],
        example=feed.example(),
        example_ndjson=feed.example("ndjson"),
        line_schema=feed.json_schema(),
    )


def _link(feed: Feed) -> FeedLink:
    return FeedLink(
        feed=feed.name,
        title=feed.title,
        kind=feed.kind,
        supplier=feed.vocabulary.supplier,
        description=feed.description,
        scope=feed.scope,
        accepts=list(MEDIA_TYPES),
    )


def _column(feed: Feed, column: Column) -> ColumnView:
    kind = column.kind
    dated = kind.codes if isinstance(kind, Coded) and kind.dated else ()
    return ColumnView(
        name=column.name,
        kind=kind.name,
        required=column.required,
        key=column.name in feed.key,
        category=column.category,
        number=column.numeric,
        description=column.description,
        codes=list(column.codes),
        codes_in_use=[CodeInUse(code=code.code, from_=code.first, to=code.last) for code in dated],
        dated_by=column.dated_by or None,
        example=column.example,
    )
