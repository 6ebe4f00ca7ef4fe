"""The catalogue as pages."""

from families.feeds.catalogue import MEDIA_TYPES, Feed
from families.feeds.codes import CODES
from families.feeds.registry import FEEDS, get_feed
from families.feeds.schemas import CodeView, ColumnView, FeedLink, FeedList, FeedView


def list_feeds() -> FeedList:
    return FeedList(items=[_link(feed) for feed in FEEDS.values()])


def show_feed(name: str) -> FeedView:
    """Errors: FeedNotFound."""
    feed = get_feed(name)
    return FeedView(
        **_link(feed).model_dump(),
        categories=list(feed.categories),
        key=list(feed.key),
        columns=[
            ColumnView(
                name=column.name,
                required=column.required,
                key=column.name in feed.key,
                category=column.category,
                number=column.numeric,
                description=column.description,
                codes=list(column.codes),
                example=column.example,
            )
            for column in feed.columns
        ],
        codes=[CodeView(code=code, detail=detail, fix=fix) for code, (detail, fix) in CODES.items()],
        example=feed.example(),
        example_ndjson=feed.example("ndjson"),
    )


def _link(feed: Feed) -> FeedLink:
    return FeedLink(
        feed=feed.name,
        title=feed.title,
        supplier=feed.supplier,
        description=feed.description,
        scope=feed.scope,
        accepts=list(MEDIA_TYPES),
    )
