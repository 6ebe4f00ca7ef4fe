"""What is told of a log: its heads."""

from chassis.events import Event


class HeadEvent(Event):
    """A signed head. Each program's own event derives from it, on a topic of its own.

    `proof` shows that this tree only adds to the one of `since` leaves, the head before. Units: `at` in milliseconds.
    Shape: hashes, key and signature in hex.
    """

    log: str
    size: int
    at: int
    root: str
    signature: str
    public_key: str
    since: int
    proof: list[str]

    @property
    def key(self) -> str:
        return "head"
