"""What a service does when it hears of something. Reactions are registered by topic and name."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

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
        self._retired: set[str] = set()
        self._ignored: set[str] = set()

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

    def renamed(self, topic: str, before: str, now: str, members: Mapping[str, str]) -> None:
        """Let events with the words of an earlier release be handled as those of today.

        A log is kept for good, so a program that reads it from its beginning meets the words of each day. Shape:
        `members` maps a member's name of then to today's. Example: `renamed("consent.consent", "seal.set",
        "protection.set", {"seal": "protection"})`. Errors: KeyError when nothing reacts to `now`.
        """
        reaction = self._by_type[event_type(topic, now)]

        def react(session: Session, events: Sequence[Received]) -> None:
            reaction(session, [_with_members(event, members) for event in events])

        kind = event_type(topic, before)
        self._by_type[kind] = react
        if before != now:
            self._retired.add(kind)

    def moved(self, before: str, now: str) -> None:
        """Let what is told on the topic `now` be heard on `before` as well, where an earlier release told it.

        An outbox of then sends what it still holds to the topic of then, and a log is kept for good. Reactions do not
        depend on the order of topics, so nothing is undone by what comes late. Errors: KeyError when nothing reacts to
        `now`; ValueError for a topic of another producer, whose events have other types.
        """
        if now not in self._topics:
            raise KeyError(now)
        if producer_of(before) != producer_of(now):
            raise ValueError(f"{before} is another program's than {now}")
        self._topics.add(before)

    def ignores(self, topic: str, *names: str) -> None:
        """Say of what else is told on a topic that nothing follows from it here.

        What a topic tells and nobody here reacts to or ignores is of a later release: it is parked, not dropped.
        Example: `reactions.ignores("families.push", "push.received")`. Errors: ValueError for one that is reacted to.
        """
        kinds = {event_type(topic, name) for name in names}
        if kinds & self._by_type.keys():
            raise ValueError(f"Reacted to and ignored: {', '.join(sorted(kinds & self._by_type.keys()))}")
        self._ignored |= kinds

    def understands(self, kind: str) -> bool:
        """Whether this release knows what to do about events of this type, be it nothing."""
        return kind in self._by_type or kind in self._ignored

    @property
    def ignored(self) -> frozenset[str]:
        return frozenset(self._ignored)

    def to(self, kind: str) -> Reaction | None:
        return self._by_type.get(kind)

    @property
    def types(self) -> frozenset[str]:
        """What is reacted to, in today's words."""
        return frozenset(self._by_type) - self._retired

    def by_producer(self) -> dict[str, list[str]]:
        """Shape: producer → its topics that matter here."""
        found: dict[str, list[str]] = {}
        for topic in sorted(self._topics):
            found.setdefault(producer_of(topic), []).append(topic)
        return found


def _with_members(event: Received, members: Mapping[str, str]) -> Received:
    return replace(event, data={members.get(name, name): value for name, value in event.data.items()})
