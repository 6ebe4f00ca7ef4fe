"""Events that were told in the words of an earlier release are handled as those of today."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from chassis.events import Received
from chassis.reactions import Reactions

NOBODY = UUID(int=0)


def event(kind: str, **data: Any) -> Received:
    at = datetime(2026, 11, 1, tzinfo=UTC)
    return Received(NOBODY, f"org.thinkfamily.{kind}.v1", kind.partition(".")[2], "k", 1, at, data)


def test_an_event_of_an_earlier_name_is_handled_under_todays_with_its_members_renamed() -> None:
    heard: list[dict[str, Any]] = []
    reactions = Reactions()

    @reactions.on("consent.consent", "protection.set")
    def protect(session: Session, events: Sequence[Received]) -> None:
        heard.extend(each.data for each in events)

    reactions.renamed("consent.consent", "seal.set", "protection.set", {"seal": "protection"})
    reaction = reactions.to("org.thinkfamily.consent.seal.set.v1")
    assert reaction is not None
    reaction(None, [event("consent.seal.set", seal="1", person="2")])  # type: ignore[arg-type]  # no store is asked
    assert heard == [{"protection": "1", "person": "2"}]
    assert reactions.types == {"org.thinkfamily.consent.protection.set.v1"}


def test_a_member_is_renamed_in_events_that_kept_their_name() -> None:
    heard: list[dict[str, Any]] = []
    reactions = Reactions()

    @reactions.on("families.push", "push.finished")
    def cover(session: Session, events: Sequence[Received]) -> None:
        heard.extend(each.data for each in events)

    reactions.renamed("families.push", "push.finished", "push.finished", {"place": "area"})
    reaction = reactions.to("org.thinkfamily.families.push.finished.v1")
    assert reaction is not None
    reaction(None, [event("families.push.finished", place="elm"), event("families.push.finished", area="oak")])  # type: ignore[arg-type]
    assert heard == [{"area": "elm"}, {"area": "oak"}]
    assert reactions.types == {"org.thinkfamily.families.push.finished.v1"}


def test_what_moved_to_another_topic_is_heard_on_both() -> None:
    reactions = Reactions()
    reactions.on("consent.protection", "protection.set")(lambda session, events: None)
    reactions.moved("consent.consent", "consent.protection")
    assert reactions.by_producer() == {"consent": ["consent.consent", "consent.protection"]}
    with pytest.raises(KeyError):
        reactions.moved("consent.consent", "consent.welfare")
    with pytest.raises(ValueError, match="another program"):
        reactions.moved("identity.consent", "consent.protection")


def test_what_nothing_reacts_to_cannot_have_had_another_name() -> None:
    with pytest.raises(KeyError):
        Reactions().renamed("consent.consent", "seal.set", "protection.set", {})
