"""School attendance, a line a pupil and term, with the carer whom the school has on file."""

from collections.abc import Iterable
from datetime import date

from families.feeds import kinds
from families.feeds.catalogue import Carer, Column, Covers, Feed, LineFault, Statement, Values
from families.feeds.person_columns import where, who
from families.feeds.terms import TERMS, term_dates

ATTENDANCE, IDENTITY, ADDRESS = "attendance", "identity", "address"
RELATIONSHIPS = ("mother", "father", "grandparent", "step_parent", "other")
CARER = ("carer_forename", "carer_surname", "carer_relationship", "carer_same_address")


def check(values: Values, covers: Covers) -> Iterable[LineFault]:
    missed = values["sessions_authorised_absent"] + values["sessions_unauthorised_absent"]
    if missed > values["sessions_possible"]:
        yield LineFault("sessions_possible", "absent_more_than_possible")
    if term_dates(values["academic_year"], values["term"])[1] > covers.last:
        yield LineFault("term", "before_term_ended")
    given = [values[name] is not None for name in CARER]
    if any(given) and not all(given):
        yield LineFault(CARER[given.index(False)], "carer_incomplete")


def facts(values: Values) -> tuple[Statement, ...]:
    first, last = term_dates(values["academic_year"], values["term"])
    return tuple(
        Statement(measure, first, last, values[column], "sessions")
        for measure, column in (
            ("sessions.possible", "sessions_possible"),
            ("sessions.authorised", "sessions_authorised_absent"),
            ("sessions.unauthorised", "sessions_unauthorised_absent"),
        )
    )


def stated_on(values: Values, covers: Covers) -> date:
    return term_dates(values["academic_year"], values["term"])[1]


def carer(values: Values) -> Carer | None:
    if values["carer_surname"] is None:
        return None
    return Carer(*(values[name] for name in CARER))


FEED = Feed(
    name="school_attendance",
    title="School attendance",
    supplier="education",
    category=ATTENDANCE,
    description="Sessions possible and missed, a line a pupil and term. Push a term when it has ended.",
    key=("upn", "academic_year", "term"),
    identifiers=("upn",),
    columns=(
        Column("upn", kinds.upn, IDENTITY, "Unique pupil number", "T000100009001", True),
        Column("academic_year", kinds.academic_year, ATTENDANCE, "Such as 2016/17", "2016/17", True),
        Column("term", kinds.one_of(*TERMS), ATTENDANCE, "Term of that year", "autumn", True, TERMS),
        *who(required=True, forename="Robin", surname="Example", born="2009-03-14", sex="female"),
        *where("12 Sample Street", "ZZ99 1AA", "999000000001"),
        Column("carer_forename", kinds.name, IDENTITY, "The carer on file", "Sam"),
        Column("carer_surname", kinds.name, IDENTITY, "The carer on file", "Example"),
        Column(
            "carer_relationship", kinds.one_of(*RELATIONSHIPS), IDENTITY, "To the pupil", "mother", codes=RELATIONSHIPS
        ),
        Column(
            "carer_same_address", kinds.yes_or_no, ADDRESS, "Does the carer live with the pupil?", "yes",
            codes=("yes", "no"),
        ),
        Column("sessions_possible", kinds.count, ATTENDANCE, "Half days of school", "130", True),
        Column("sessions_authorised_absent", kinds.count, ATTENDANCE, "Missed with leave", "4", True),
        Column("sessions_unauthorised_absent", kinds.count, ATTENDANCE, "Missed without leave", "12", True),
    ),
    check=check,
    facts=facts,
    stated_on=stated_on,
    carer=carer,
)  # fmt: skip
