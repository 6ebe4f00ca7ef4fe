"""How far a feed's word counts, as the vocabulary declares it."""

from vocabulary.feeds import FEEDS

LEAST_TRUSTED = max(feed.trust for feed in FEEDS.values())


def trust(feed: str) -> int:
    """The lower, the more its word counts. A feed that left the vocabulary counts as little as the least."""
    declared = FEEDS.get(feed)
    return LEAST_TRUSTED if declared is None else declared.trust


def may_say_moved(feed: str) -> bool:
    """Whether a new address in the feed moves somebody. A feed that left the vocabulary moves nobody."""
    declared = FEEDS.get(feed)
    return declared is not None and declared.may_say_moved
