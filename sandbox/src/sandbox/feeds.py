"""What agencies push, wave by wave: rows as their clerks wrote them, made when asked for and not kept."""

import csv
import io
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from sandbox.calendar import TERMS, WAVES, WavePlan
from sandbox.model import (
    ANTI_SOCIAL_BEHAVIOUR,
    BENEFITS,
    SCHOOL_ATTENDANCE,
    BenefitClaim,
    Person,
    Premises,
    Slip,
)

if TYPE_CHECKING:
    from sandbox.borough import Borough

AREA = "thornbury"
COLUMNS: dict[str, tuple[str, ...]] = {
    SCHOOL_ATTENDANCE: (
        "upn",
        "academic_year",
        "term",
        "forename",
        "surname",
        "date_of_birth",
        "sex",
        "address_line",
        "postcode",
        "uprn",
        "carer_forename",
        "carer_surname",
        "carer_relationship",
        "carer_same_address",
        "sessions_possible",
        "sessions_authorised_absent",
        "sessions_unauthorised_absent",
    ),
    ANTI_SOCIAL_BEHAVIOUR: (
        "incident_ref",
        "person_no",
        "occurred_on",
        "kind",
        "role",
        "action",
        "forename",
        "surname",
        "date_of_birth",
        "sex",
        "address_line",
        "postcode",
        "uprn",
    ),
    BENEFITS: (
        "claim_ref",
        "nino",
        "forename",
        "surname",
        "date_of_birth",
        "sex",
        "address_line",
        "postcode",
        "uprn",
        "partner_claim_ref",
        "benefit",
        "regime",
        "started_on",
        "ended_on",
        "work_started_on",
        "work_ended_on",
    ),
}
KEY_LENGTH = {SCHOOL_ATTENDANCE: 3, ANTI_SOCIAL_BEHAVIOUR: 2, BENEFITS: 1}
_AS_IT_IS = Slip()


@dataclass(frozen=True, slots=True)
class Line:
    """One record. `number` is its line in the file, whose header is line 1; `carer` only in school records."""

    number: int
    key: tuple[str, ...]
    person: str
    carer: str | None
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """A person's identity fields as one agency has them on a day."""

    forename: str
    surname: str
    date_of_birth: date
    premises: Premises
    uprn: str
    nino: str


@dataclass(frozen=True, slots=True)
class PushFile:
    """One push of one feed. `csv` and `lines()` are made anew each time, always the same."""

    borough: "Borough" = field(repr=False)
    wave: int
    feed: str
    covers_from: date
    covers_to: date
    area: str = AREA
    term: int | None = None

    @property
    def name(self) -> str:
        return f"wave{self.wave}-{self.feed}-{self.covers_from}-{self.covers_to}.csv"

    @property
    def csv(self) -> bytes:
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(COLUMNS[self.feed])
        writer.writerows(line.values for line in self.lines())
        return text.getvalue().encode()

    @property
    def truth(self) -> dict[int, tuple[str, ...]]:
        """Line number to truth person ids: whom the record is about, then the carer whom it names."""
        return {line.number: (line.person, line.carer) if line.carer else (line.person,) for line in self.lines()}

    def lines(self) -> Iterator[Line]:
        rows = {
            SCHOOL_ATTENDANCE: self._attendance,
            ANTI_SOCIAL_BEHAVIOUR: self._incidents,
            BENEFITS: self._claims,
        }[self.feed]()
        for number, (person, carer, values) in enumerate(rows, start=2):
            yield Line(number, values[: KEY_LENGTH[self.feed]], person, carer, values)

    def _attendance(self) -> Iterator[tuple[str, str | None, tuple[str, ...]]]:
        assert self.term is not None
        term = TERMS[self.term]
        for schooling in self.borough.schooling.values():
            child = self.borough.people[schooling.person]
            noted = schooling.carer_on_record(self.term)
            carer = self.borough.people[noted.person]
            as_carer = carer.slips.get(SCHOOL_ATTENDANCE, _AS_IT_IS)
            written = written_by(child, SCHOOL_ATTENDANCE, term.ends)
            possible, authorised, unauthorised = schooling.sessions[self.term]
            yield (
                child.id,
                carer.id,
                (
                    child.upn or "",
                    term.academic_year,
                    term.name,
                    written.forename,
                    written.surname,
                    written.date_of_birth.isoformat(),
                    child.sex,
                    written.premises.address_line,
                    written.premises.postcode,
                    written.uprn,
                    as_carer.forename or carer.forename,
                    as_carer.surname or carer.surname,
                    noted.relationship,
                    "yes" if noted.same_address else "no",
                    str(possible),
                    str(authorised),
                    str(unauthorised),
                ),
            )

    def _incidents(self) -> Iterator[tuple[str, str | None, tuple[str, ...]]]:
        incidents = self.borough.incidents
        first = bisect_left(incidents, self.covers_from, key=lambda incident: incident.occurred_on)
        last = bisect_right(incidents, self.covers_to, key=lambda incident: incident.occurred_on)
        for incident in incidents[first:last]:
            for number, involved in enumerate(incident.involved, start=1):
                person = self.borough.people[involved.person]
                written = written_by(person, ANTI_SOCIAL_BEHAVIOUR, incident.occurred_on)
                yield (
                    person.id,
                    None,
                    (
                        incident.ref,
                        str(number),
                        incident.occurred_on.isoformat(),
                        incident.kind,
                        involved.role,
                        involved.action,
                        written.forename,
                        written.surname,
                        written.date_of_birth.isoformat(),
                        person.sex,
                        written.premises.address_line,
                        written.premises.postcode,
                        written.uprn,
                    ),
                )

    def _claims(self) -> Iterator[tuple[str, str | None, tuple[str, ...]]]:
        for claim in self.borough.claims:
            if not is_sent(claim, self.covers_from, self.covers_to):
                continue
            person = self.borough.people[claim.person]
            seen_on = last_news(claim, self.covers_to)
            written = written_by(person, BENEFITS, seen_on)
            apart = claim.partner_until is not None and claim.partner_until <= self.covers_to
            yield (
                person.id,
                None,
                (
                    claim.ref,
                    written.nino,
                    written.forename,
                    written.surname,
                    written.date_of_birth.isoformat(),
                    person.sex,
                    written.premises.address_line,
                    written.premises.postcode,
                    written.uprn,
                    "" if apart else claim.partner_claim_ref,
                    claim.benefit,
                    claim.regime,
                    claim.started_on.isoformat(),
                    _known(claim.ended_on, self.covers_to),
                    _known(claim.work_started_on, self.covers_to),
                    _known(claim.work_ended_on, self.covers_to),
                ),
            )


@dataclass(frozen=True, slots=True)
class Wave:
    """One round of pushes, in the order in which they are sent."""

    plan: WavePlan
    pushes: tuple[PushFile, ...]

    @property
    def number(self) -> int:
        return self.plan.number

    @property
    def covers_to(self) -> date:
        return self.plan.covers_to

    @property
    def pushed_on(self) -> date:
        return self.plan.pushed_on

    @property
    def claims_on(self) -> date | None:
        return self.plan.claims_on


def make_waves(borough: "Borough") -> list[Wave]:
    waves: list[Wave] = []
    for plan in WAVES:
        pushes = [
            PushFile(borough, plan.number, SCHOOL_ATTENDANCE, TERMS[term].begins, TERMS[term].ends, term=term)
            for term in plan.terms
        ]
        pushes += [
            PushFile(borough, plan.number, ANTI_SOCIAL_BEHAVIOUR, begins, ends)
            for begins, ends in plan.anti_social_behaviour
        ]
        pushes.append(PushFile(borough, plan.number, BENEFITS, plan.covers_from, plan.covers_to))
        waves.append(Wave(plan, tuple(pushes)))
    return waves


def written_by(person: Person, feed: str, day: date) -> Written:
    """How an agency writes a person on a day: the truth, but for its clerk's slip."""
    slip = person.slips.get(feed, _AS_IT_IS)
    moved_unheard = slip.learns_of_move_on is not None and day < slip.learns_of_move_on
    premises = person.residences[0].premises if moved_unheard else person.premises_on(day)
    uprn = "" if slip.without_uprn else str(premises.uprn)
    if slip.corrected_on is not None and slip.corrected_on <= day:
        slip = _AS_IT_IS
    if slip.former_premises:
        premises = slip.former_premises
        uprn = uprn and str(premises.uprn)
    return Written(
        slip.forename or person.forename,
        slip.surname or person.surname,
        slip.date_of_birth or person.date_of_birth,
        premises,
        uprn,
        "" if slip.without_nino else person.nino or "",
    )


def is_sent(claim: BenefitClaim, covers_from: date, covers_to: date) -> bool:
    """JCP sends each claim in every wave until the one that tells of its end, and while a job on it runs."""
    if claim.started_on > covers_to:
        return False
    ended = claim.ended_on is not None and claim.ended_on < covers_from
    working = claim.work_started_on is not None and (claim.work_ended_on is None or claim.work_ended_on >= covers_from)
    return not ended or working


def last_news(claim: BenefitClaim, covers_to: date) -> date:
    """The day as at which a snapshot shows the claimant: its own last, or the day on which all about it had ended."""
    if claim.ended_on is None or claim.ended_on > covers_to:
        return covers_to
    if claim.work_started_on is None or claim.work_started_on > covers_to:
        return claim.ended_on
    if claim.work_ended_on is None or claim.work_ended_on > covers_to:
        return covers_to
    return claim.work_ended_on


def _known(day: date | None, covers_to: date) -> str:
    return day.isoformat() if day is not None and day <= covers_to else ""
