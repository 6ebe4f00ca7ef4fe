"""The council's education service: every pupil's term at each school, a term in arrears."""

from collections.abc import Iterator
from random import Random

from sandbox.calendar import TERMS, WavePlan
from sandbox.model import SCHOOL_ATTENDANCE, Person, Story
from sandbox.supplying import (
    AS_IT_IS,
    CONSENT,
    Agreement,
    Client,
    PushFile,
    Row,
    Span,
    Supply,
    terms,
    written_by,
)

Sessions = tuple[int, int, int]
"""Possible, missed with leave, missed without."""

COLUMNS = (
    "upn", "academic_year", "term", "school", "forename", "surname", "date_of_birth", "sex", "address_line", "postcode",
    "uprn", "carer_forename", "carer_surname", "carer_relationship", "carer_same_address", "sessions_possible",
    "sessions_authorised_absent", "sessions_unauthorised_absent",
)  # fmt: skip


def spans(plan: WavePlan) -> Iterator[Span]:
    for term in plan.terms:
        yield Span(TERMS[term].begins, TERMS[term].ends, term)


def rows(push: PushFile) -> Iterator[Row]:
    assert push.term is not None
    term = TERMS[push.term]
    people = push.story.people
    for schooling in push.story.schooling.values():
        child = people[schooling.person]
        noted = schooling.carer_on_record(push.term)
        carer = people[noted.person]
        as_carer = carer.slips.get(SCHOOL_ATTENDANCE, AS_IT_IS)
        written = written_by(child, SCHOOL_ATTENDANCE, term.ends)
        told = (
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
        )
        for school, sessions in at_each_school(push.story.seed, child, schooling.sessions[push.term], push.term):
            key = (child.upn or "", term.academic_year, term.name, school)
            yield Row(child.id, (*key, *told, *map(str, sessions)), carer.id)


def at_each_school(seed: int, child: Person, sessions: Sessions, term: int) -> Iterator[tuple[str, Sessions]]:
    """A pupil's term at each school. About one pupil in forty changes once, in a term, and two schools tell of it."""
    first = int((child.upn or "")[4:8])
    rng = Random(f"{seed}/{SCHOOL_ATTENDANCE}/{child.id}")
    changes = rng.randrange(len(TERMS)) if rng.random() < 1 / 40 else len(TERMS)
    if term != changes:
        yield f"000/{first + (term > changes)}", sessions
        return
    possible, authorised, unauthorised = sessions
    before = (possible // 3, authorised // 3, unauthorised // 3)
    yield f"000/{first}", before
    yield f"000/{first + 1}", (possible - before[0], authorised - before[1], unauthorised - before[2])


def people(story: Story) -> dict[tuple[str, ...], str]:
    return {(person.upn,): person.id for person in story.people.values() if person.upn}


SUPPLY = Supply(
    feed=SCHOOL_ATTENDANCE,
    order=1,
    columns=COLUMNS,
    key_length=4,
    person_key_length=1,
    client=Client("education-attendance", "education", SCHOOL_ATTENDANCE),
    agreements=(
        Agreement(
            "education",
            "programme",
            terms("identify", "identity address attendance location")
            + terms("support", "identity address attendance")
            + terms("claim", "attendance", CONSENT),
        ),
    ),
    spans=spans,
    rows=rows,
    people=people,
)
