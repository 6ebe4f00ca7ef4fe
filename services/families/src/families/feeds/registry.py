"""The feeds that there are: every module of `declarations` holds one."""

from importlib import import_module
from pkgutil import iter_modules

from families.feeds import declarations
from families.feeds.catalogue import Feed
from families.problems import FeedNotFound


def find_feeds() -> dict[str, Feed]:
    """The feeds by name. Errors: LookupError for a module that declares none, or one of another name than its own."""
    found: dict[str, Feed] = {}
    for module in sorted(iter_modules(declarations.__path__), key=lambda module: module.name):
        feed = getattr(import_module(f"{declarations.__name__}.{module.name}"), "FEED", None)
        if not isinstance(feed, Feed) or feed.name != module.name:
            raise LookupError(f"The module {module.name} should declare FEED, a feed of its own name.")
        found[feed.name] = feed
    return found


FEEDS = find_feeds()


def get_feed(name: str) -> Feed:
    """Errors: FeedNotFound."""
    if name not in FEEDS:
        raise FeedNotFound()
    return FEEDS[name]
