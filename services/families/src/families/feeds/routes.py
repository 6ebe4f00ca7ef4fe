"""Feeds: what partners send, column by column. Open to all: it is documentation and holds nothing about anybody."""

from fastapi import APIRouter

from chassis.schemas import Word
from families.feeds import service
from families.feeds.schemas import FeedList, FeedView

router = APIRouter(prefix="/v1/feeds", tags=["feeds"])


@router.get("")
def list_feeds() -> FeedList:
    """The feeds that there are."""
    return service.list_feeds()


@router.get("/{feed}")
def show_feed(feed: Word) -> FeedView:
    """One feed: its columns, codes, key, and an example file."""
    return service.show_feed(feed)
