"""School attendance, a line a pupil, term and school, with the carer whom the school has on file.

Source: docs/sources/feeds.md#school-attendance.
"""

from families.feeds import kinds
from families.feeds.catalogue import FactOf, Feed, FeedKind, NamedCarer, Refusal
from families.feeds.columns import ADDRESS, IDENTITY, LOCATION, Column, where, who
from families.feeds.periods import SchoolTerm
from families.feeds.rules import SumAtMost
from vocabulary.school_terms import HALVES, TERMS

TERM = SchoolTerm("academic_year", "term")
RELATIONSHIP = kinds.one_of("mother", "father", "grandparent", "step_parent", "other")
POSSIBLE, AUTHORISED, UNAUTHORISED = (
    "sessions_possible", "sessions_authorised_absent", "sessions_unauthorised_absent",
)  # fmt: skip

FEED = Feed(
    name="school_attendance",
    title="School attendance",
    kind=FeedKind.MEASURES,
    description="Sessions possible and missed, a line a pupil, term and school. Push a term when it has ended.",
    key=("upn", "academic_year", "term", "school"),
    key_grew_by=("school",),
    identifiers=("upn",),
    pupils=True,
    plausible_ages=(2, 20),
    columns=(
        Column("upn", kinds.UPN, "Unique pupil number", "T000100009001", True, IDENTITY),
        Column("academic_year", kinds.ACADEMIC_YEAR, "Such as 2016/17", "2016/17", True),
        Column("term", kinds.one_of(*TERMS, *HALVES), "Term of that year, or a half of summer", "autumn", True),
        Column("school", kinds.SCHOOL, "URN, or authority and number", "000/4001", True, LOCATION),
        *who(required=True, forename="Robin", surname="Example", born="2009-03-14", sex="female"),
        *where("12 Sample Street", "ZZ99 1AA", "999000000001"),
        Column("carer_forename", kinds.NAME, "The carer on file", "Sam", category=IDENTITY),
        Column("carer_surname", kinds.NAME, "The carer on file", "Example", category=IDENTITY),
        Column("carer_relationship", RELATIONSHIP, "To the pupil", "mother", category=IDENTITY),
        Column("carer_same_address", kinds.YES_OR_NO, "Does the carer live with the pupil?", "yes", category=ADDRESS),
        Column(POSSIBLE, kinds.COUNT, "Half days of school", "130", True),
        Column(AUTHORISED, kinds.COUNT, "Missed with leave", "4", True),
        Column(UNAUTHORISED, kinds.COUNT, "Missed without leave", "12", True),
    ),
    facts=(
        FactOf("sessions.possible", TERM, POSSIBLE, "sessions"),
        FactOf("sessions.authorised", TERM, AUTHORISED, "sessions"),
        FactOf("sessions.unauthorised", TERM, UNAUTHORISED, "sessions"),
    ),
    rules=(SumAtMost((AUTHORISED, UNAUTHORISED), POSSIBLE, "absent_more_than_possible"),),
    also_named=(NamedCarer("carer_forename", "carer_surname", "carer_relationship", "carer_same_address"),),
    examples=({"carer_forename": "", "carer_surname": "", "carer_relationship": "", "carer_same_address": ""},),
    refusals=(
        Refusal({AUTHORISED: "119"}, POSSIBLE, "absent_more_than_possible"),
        Refusal({"academic_year": "2018/19"}, "term", "before_term_ended"),
        Refusal({"academic_year": "2009/10"}, "academic_year", "term_dates_unknown"),
    ),
)
