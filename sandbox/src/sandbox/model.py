"""What is true in the borough, before any clerk writes it down."""

from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from sandbox.calendar import STORY_BEGINS, TERMS

SCHOOL_ATTENDANCE = "school_attendance"
ANTI_SOCIAL_BEHAVIOUR = "anti_social_behaviour"
BENEFITS = "benefits"
STORY_FEEDS = (SCHOOL_ATTENDANCE, ANTI_SOCIAL_BEHAVIOUR, BENEFITS)
"""The feeds on which the stories rest. Others tell of the same people and change nothing of what is owed."""

CHILD = "child"
ADULT = "adult"
NON_RESIDENT_PARENT = "non_resident_parent"

OUT_OF_WORK = frozenset({"jsa", "esa", "is", "ca"})
IN_WORK_REGIMES = frozenset({"working_enough", "light_touch"})


@dataclass(frozen=True, slots=True)
class Premises:
    """An address unit. Kinds: ordinary, refuge, hmo, hostel; all but ordinary are communal."""

    uprn: int
    address_line: str
    postcode: str
    kind: str = "ordinary"

    @property
    def communal(self) -> bool:
        return self.kind != "ordinary"


@dataclass(frozen=True, slots=True)
class Residence:
    """Who lives where from a day on, until the next entry's day."""

    premises: Premises
    since: date = STORY_BEGINS


@dataclass(slots=True)
class Slip:
    """How one agency writes one person wrongly, until somebody corrects it. None: written as it is."""

    forename: str | None = None
    surname: str | None = None
    date_of_birth: date | None = None
    without_nino: bool = False
    without_uprn: bool = False
    former_premises: Premises | None = None
    corrected_on: date | None = None
    learns_of_move_on: date | None = None


@dataclass(slots=True)
class Person:
    id: str
    forename: str
    surname: str
    date_of_birth: date
    sex: str
    residences: list[Residence]
    nino: str | None = None
    upn: str | None = None
    slips: dict[str, Slip] = field(default_factory=dict)

    def premises_on(self, day: date) -> Premises:
        """Where the person truly lives on a day; before the story begins, where it begins."""
        premises = self.residences[0].premises
        for residence in self.residences[1:]:
            if residence.since <= day:
                premises = residence.premises
        return premises


@dataclass(slots=True)
class Carer:
    """Whom a school has on file for a child."""

    person: str
    relationship: str
    same_address: bool = True


@dataclass(slots=True)
class Schooling:
    """A child's ten terms: (possible, authorised absent, unauthorised absent), by term number."""

    person: str
    carer: Carer
    sessions: list[tuple[int, int, int]]
    carer_in_term: dict[int, Carer] = field(default_factory=dict)

    def carer_on_record(self, term: int) -> Carer:
        return self.carer_in_term.get(term, self.carer)

    def above_tenth(self, term: int) -> bool:
        possible, authorised, unauthorised = self.sessions[term]
        return 10 * (authorised + unauthorised) > possible


@dataclass(frozen=True, slots=True)
class Involved:
    person: str
    role: str
    action: str = "none"


@dataclass(slots=True)
class Incident:
    ref: str
    occurred_on: date
    kind: str
    involved: tuple[Involved, ...]


@dataclass(slots=True)
class BenefitClaim:
    """One claim as it will have been in the end; a wave sees of it what had happened by its last day.

    A claim of Universal Credit that goes on under another regime is one of these a regime, with one `ref`; `claimed_on`
    is then the first day of the whole, and `goes_on` says of all but the last that another follows.
    """

    ref: str
    person: str
    benefit: str
    regime: str
    started_on: date
    ended_on: date | None = None
    work_started_on: date | None = None
    work_ended_on: date | None = None
    partner_claim_ref: str = ""
    partner_until: date | None = None
    claimed_on: date | None = None
    goes_on: bool = False

    @property
    def out_of_work(self) -> bool:
        return self.benefit in OUT_OF_WORK or (self.benefit == "uc" and self.regime not in IN_WORK_REGIMES)


@dataclass(slots=True)
class Member:
    person: str
    role: str
    since: date = STORY_BEGINS
    until: date | None = None
    born: date | None = None

    def in_scope(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(slots=True)
class Support:
    """What was done with a family, and when; whoever declined has only the first and the last."""

    notice_on: date
    lead_professional: str = ""
    agreement_on: date | None = None
    lead_professional_on: date | None = None
    assessment_on: date | None = None
    plan_on: date | None = None
    declined_on: date | None = None

    @property
    def gate_passed_on(self) -> date | None:
        """The latest of the gate's four dates; None while one is missing or when the family declined."""
        gate = (self.agreement_on, self.lead_professional_on, self.assessment_on, self.plan_on)
        dates = [day for day in gate if day is not None]
        return max(dates) if len(dates) == 4 and self.declined_on is None else None


@dataclass(slots=True)
class Consent:
    """A carer's consent that a category about a child passes between two services for a purpose."""

    id: str
    person: str
    given_by: str
    supplier: str
    recipient: str
    category: str
    purpose: str
    given_on: date
    withdrawn_on: date | None = None

    def live(self, day: date) -> bool:
        return self.given_on <= day and (self.withdrawn_on is None or day < self.withdrawn_on)


@dataclass(slots=True)
class Family:
    """A truth family. `story` 0 is plain; `variant` says which way the story goes."""

    id: str
    story: int
    variant: str
    members: list[Member] = field(default_factory=list)
    support: Support | None = None
    consents: list[Consent] = field(default_factory=list)
    separated_from: str = ""
    held: tuple[date, date] | None = None  # a wrong merge stands from the one day until the other (story 10)

    def people(self) -> list[str]:
        return [member.person for member in self.members]


@dataclass(frozen=True, slots=True)
class Act:
    """Something that a person does through the API on a day.

    Kinds: member_stated, notice_delivered, agreement_to_be_supported, lead_professional_named, assessment_completed,
    plan_agreed, declined, consent_given, consent_withdrawn, separated, protection_set, wrong_merge, unmerge.
    """

    on: date
    kind: str
    family: str
    people: tuple[str, ...]
    user: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a story promises, said by the story itself and not computed.

    Kinds: paid (window, type, not_before the window before), never_paid, never_eligible, never_attached,
    never_located (values must appear nowhere), separate_families (people by family), held (window),
    result_on (value is the date), consent_withdrawn_but_paid.
    """

    story: int
    variant: str
    family: str
    kind: str
    window: int | None = None
    people: tuple[str, ...] = ()
    values: tuple[str, ...] = ()


class Story(Protocol):
    """What is true of the borough, as suppliers and the answer book read it."""

    seed: int
    people: dict[str, Person]
    families: dict[str, Family]
    schooling: dict[str, Schooling]
    incidents: list[Incident]
    claims: list[BenefitClaim]
    doubles: list[tuple[str, str]]

    @property
    def people_in_feeds(self) -> set[str]: ...


LAST_TERM = len(TERMS) - 1
