"""The feeds that there are. A new one is a module and a line here."""

from families.feeds import anti_social_behaviour, benefits, school_attendance
from families.feeds.catalogue import Feed
from families.problems import FeedNotFound

FEEDS: dict[str, Feed] = {
    feed.name: feed for feed in (school_attendance.FEED, anti_social_behaviour.FEED, benefits.FEED)
}


def get_feed(name: str) -> Feed:
    """Errors: FeedNotFound."""
    if name not in FEEDS:
        raise FeedNotFound()
    return FEEDS[name]
