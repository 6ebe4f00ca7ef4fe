"""What families tells others, once it is true: ids and facts, no name, no address, no day of birth."""

from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from pydantic import Field

from chassis.events import Event
from transparency.events import HeadEvent

# --- people


class PersonEvent(Event):
    topic: ClassVar[str] = "families.person"

    person: UUID

    @property
    def key(self) -> str:
        return str(self.person)


class PersonRegistered(PersonEvent):
    """Units: `born` is `YYYY-MM`."""

    name: ClassVar[str] = "person.registered"

    born: str | None


class PersonMerged(PersonEvent):
    """`person` is from now on read as `into`."""

    name: ClassVar[str] = "person.merged"

    into: UUID


class PersonUnmerged(PersonEvent):
    """`person` stands for itself again, with whatever was merged into it before."""

    name: ClassVar[str] = "person.unmerged"

    from_: UUID = Field(alias="from")


# --- facts


class FactEvent(Event):
    """A dated thing that a record states. Dates are inclusive; `to` null: still so."""

    topic: ClassVar[str] = "families.fact"

    fact: UUID
    person: UUID
    measure: str
    from_: date = Field(alias="from")
    to: date | None
    value: int | str
    unit: str | None
    age_at_event: int | None
    source: str
    category: str
    record: UUID
    push: UUID
    supersedes: UUID | None

    @property
    def key(self) -> str:
        return str(self.person)


class FactRecorded(FactEvent):
    name: ClassVar[str] = "fact.recorded"


class FactCorrected(FactEvent):
    """`supersedes` no longer holds; this does."""

    name: ClassVar[str] = "fact.corrected"


class FactEnded(FactEvent):
    """The record no longer states `fact`; nothing takes its place."""

    name: ClassVar[str] = "fact.ended"


# --- pushes


class PushEvent(Event):
    """`facts`: how many fact events this push has put out, so that a reader knows when it has seen them all."""

    topic: ClassVar[str] = "families.push"

    push: UUID
    feed: str
    service: str
    covers_from: date
    covers_to: date
    area: str
    counts: dict[str, int]
    facts: int

    @property
    def key(self) -> str:
        return str(self.push)


class PushReceived(PushEvent):
    name: ClassVar[str] = "push.received"


class PushFinished(PushEvent):
    name: ClassVar[str] = "push.finished"


class PushPaused(PushEvent):
    name: ClassVar[str] = "push.paused"


PEOPLE_EVENTS: list[type[Any]] = [
    PersonRegistered, PersonMerged, PersonUnmerged, FactRecorded, FactCorrected, FactEnded,
    PushReceived, PushFinished, PushPaused,
]  # fmt: skip

# --- families, support, evidence (add below, and gather them as FAMILY_EVENTS)


class FamilyEvent(Event):
    topic: ClassVar[str] = "families.family"

    family: UUID

    @property
    def key(self) -> str:
        return str(self.family)


class FamilyComposed(FamilyEvent):
    """There is a family from `on`. `area` null: it has none, or none that may be known. Sent again when it changes."""

    name: ClassVar[str] = "family.composed"

    on: date
    area: str | None


class MembershipEvent(FamilyEvent):
    """`person` is a leaf; `role` child, adult or non_resident_parent. Dates are inclusive."""

    membership: UUID
    person: UUID
    role: str
    from_: date = Field(alias="from")
    to: date | None


class MemberJoined(MembershipEvent):
    name: ClassVar[str] = "family.member-joined"


class MemberLeft(MembershipEvent):
    """The membership ended on `to`; with `removed` it never was, and `to` is null."""

    name: ClassVar[str] = "family.member-left"

    removed: bool = False


class SupportEvent(Event):
    """Something that was done with a family on `date`."""

    topic: ClassVar[str] = "families.support"

    family: UUID

    @property
    def key(self) -> str:
        return str(self.family)


class GateEvent(SupportEvent):
    """An act on which support rests. `days_late`: how late it was recorded; 0 in time."""

    on: date = Field(alias="date")
    recorded_on: date
    recorded_by: str
    days_late: int


class AgreementToBeSupportedGiven(GateEvent):
    name: ClassVar[str] = "agreement-to-be-supported.given"


class Declined(GateEvent):
    name: ClassVar[str] = "declined"


class LeadProfessionalNamed(GateEvent):
    """`lead` is the user's id, null for somebody without an account. `origin`: here, or the feed that told it."""

    name: ClassVar[str] = "lead-professional.named"

    lead: str | None
    service: str
    sector: str
    origin: str


class AssessmentCompleted(GateEvent):
    """`needs` may be empty where the assessment found none, and says why."""

    name: ClassVar[str] = "assessment.completed"

    assessment: UUID
    sector: str
    origin: str
    needs: list[str]


class PlanAgreed(GateEvent):
    """`assessment` is null for a plan that came before it."""

    name: ClassVar[str] = "plan.agreed"

    plan: UUID
    assessment: UUID | None


class LateActConfirmed(SupportEvent):
    """A second person confirmed an act that was recorded late. `part` is the gate's, `date` the act's own day."""

    name: ClassVar[str] = "late-act.confirmed"

    part: str
    on: date = Field(alias="date")
    confirmed_by: str


class ActFoundEmpty(SupportEvent):
    """An act that was recorded before empty ones were refused says nothing: it is no part of the gate."""

    name: ClassVar[str] = "act.found-empty"

    part: str
    on: date = Field(alias="date")


class SupportStepped(SupportEvent):
    name: ClassVar[str] = "support.stepped"

    on: date = Field(alias="date")
    step: str


class EvidenceAdded(SupportEvent):
    """A bundle was frozen; `hash` is the SHA-256 of its canonical JSON."""

    name: ClassVar[str] = "evidence.added"

    bundle: UUID
    hash: str


# --- safeguarding


class BarEvent(Event):
    """Somebody must not meet people and families of their own, whatever their roles, in any program."""

    topic: ClassVar[str] = "families.bar"

    bar: UUID
    user: str

    @property
    def key(self) -> str:
        return str(self.bar)


class BarRecorded(BarEvent):
    """`people` by each id of theirs; a person keeps away from all families to which they ever belonged."""

    name: ClassVar[str] = "bar.recorded"

    people: list[UUID]
    families: list[UUID]


class BarLifted(BarEvent):
    name: ClassVar[str] = "bar.lifted"


SAFEGUARDING_EVENTS: list[type[Any]] = [BarRecorded, BarLifted]


class HeadSigned(HeadEvent):
    """A head of families's log."""

    topic: ClassVar[str] = "families.transparency"
    name: ClassVar[str] = "head.signed"


FAMILY_EVENTS: list[type[Any]] = [
    FamilyComposed, MemberJoined, MemberLeft,
    AgreementToBeSupportedGiven, Declined, LeadProfessionalNamed, AssessmentCompleted, PlanAgreed, SupportStepped,
    LateActConfirmed, ActFoundEmpty, EvidenceAdded, HeadSigned,
]  # fmt: skip
