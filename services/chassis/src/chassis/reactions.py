"""What a service does when it hears of something. Reactions are registered by topic and name."""

from collections.abc import Callable, Sequence

from sqlalchemy.orm import Session

from chassis.events import Received, event_type, producer_of

Reaction = Callable[[Session, Sequence[Received]], None]


class Reactions:
    """`@reactions.on("families.fact", "fact.recorded")` over a function of (session, events).

    A reaction is handed runs of one type in order, in one transaction with the inbox and the position. It calls no
    other program, and does not depend on the order of topics.
    """

    def __init__(self) -> None:
        self._by_type: dict[str, Reaction] = {}
        self._topics: set[str] = set()

    def on(self, topic: str, *names: str) -> Callable[[Reaction], Reaction]:
        def remember(reaction: Reaction) -> Reaction:
            for name in names:
                kind = event_type(topic, name)
                if kind in self._by_type:
                    raise ValueError(f"Two reactions to {kind}")
                self._by_type[kind] = reaction
            self._topics.add(topic)
            return reaction

        return remember

    def to(self, kind: str) -> Reaction | None:
        return self._by_type.get(kind)

    @property
    def types(self) -> frozenset[str]:
        return frozenset(self._by_type)

    def by_producer(self) -> dict[str, list[str]]:
        """Shape: producer → its topics that matter here."""
        found: dict[str, list[str]] = {}
        for topic in sorted(self._topics):
            found.setdefault(producer_of(topic), []).append(topic)
        return found
