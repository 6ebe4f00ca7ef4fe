"""Children's social care, a line a step of an episode: referral, assessment, enquiry, plan.

Source: docs/sources/feeds.md#childrens-social-care.
"""

from datetime import date

from families.feeds import kinds
from families.feeds.catalogue import FactOf, Feed, FeedKind, Refusal
from families.feeds.columns import IDENTITY, Column, where, who
from families.feeds.kinds import Code, Fold
from families.feeds.periods import FromTo, OnDay
from families.feeds.rules import OnlyWith

REFERRAL, ASSESSMENT, CIN_PLAN, ENQUIRY, CP_PLAN = (
    "referral", "assessment", "child_in_need_plan", "section_47_enquiry", "child_protection_plan",
)  # fmt: skip
STEP = kinds.one_of(REFERRAL, ASSESSMENT, CIN_PLAN, ENQUIRY, CP_PLAN)
SOURCE = kinds.one_of(
    "1A", "1B", "1C", "1D", "2A", "2B", "3A", "3B", "3C", "3D", "3E", "3F", "4", "5A", "5B", "5C", "5D", "6", "7", "8",
    "9", "10", fold=(Fold.UPPER,),
)  # fmt: skip
NEED = kinds.one_of(*(f"N{number}" for number in range(10)), fold=(Fold.UPPER,))
CLOSURE = kinds.one_of(*(f"RC{number}" for number in range(1, 10)), fold=(Fold.UPPER,))
ABUSE = kinds.one_of("NEG", "PHY", "SAB", "EMO", "MUL", fold=(Fold.UPPER,))
NO_ACTION = kinds.one_of("yes", "no", fold=(Fold.LOWER,))
RETIRED, INSTEAD = date(2021, 3, 31), date(2021, 4, 1)
FACTOR = kinds.one_of(
    *(f"{number}{of}" for number in range(1, 7) for of in "ABC"), "7A", "8A", "8B", "8C", "8D", "8E", "8F", "9A", "10A",
    "11A", "12A", "13A", "14A", "15A", "16A", "17A", Code("18A", last=RETIRED), Code("18B", first=INSTEAD),
    Code("18C", first=INSTEAD), Code("19A", last=RETIRED), Code("19B", first=INSTEAD), Code("19C", first=INSTEAD),
    "20", "21", "22A", "23A", "24A", fold=(Fold.UPPER,),
)  # fmt: skip
RUNS, CLOSED = FromTo("started_on", "ended_on"), OnDay("ended_on")


def _only(column: str, step: str, *, may_lack: bool = True) -> OnlyWith:
    return OnlyWith(column, "step", (step,), may_lack=may_lack)


AN_ASSESSMENT, AN_ENQUIRY = (
    {"step": step, "referral_source": "", "primary_need": "", "no_further_action": "", "closure_reason": ""}
    for step in (ASSESSMENT, ENQUIRY)
)
"""An example's cells of another step than a referral."""

FEED = Feed(
    name="children_social_care",
    title="Children's social care",
    kind=FeedKind.SPELLS,
    description=(
        "What social care did about a child on any of the days covered, a line a step: referral, assessment (a line a "
        "factor), enquiry under section 47, child in need plan, child protection plan."
    ),
    key=("child_ref", "step", "started_on", "factor"),
    key_may_lack=("factor",),
    identifiers=("upn",),
    columns=(
        Column("child_ref", kinds.REFERENCE, "Your reference of the child", "CH-000123", True),
        Column("step", STEP, "What was done", REFERRAL, True),
        Column("started_on", kinds.DAY, "Its first day", "2017-02-06", True),
        Column("factor", FACTOR, "With an assessment: one factor that it found; a line a factor"),
        Column("upn", kinds.UPN_OR_REASON, "Unique pupil number, or UN1 to UN7", "T000100009001", category=IDENTITY),
        *who(required=True, forename="Robin", surname="Example", born="2009-03-14", sex="female", born_required=False),
        *where("12 Sample Street", "ZZ99 1AA", "999000000001"),
        Column(
            "ended_on",
            kinds.DAY,
            "Its last day; of an assessment, when it was authorised; empty while it runs",
            "2017-03-24",
        ),
        Column("referral_source", SOURCE, "With a referral: who made it", "1A"),
        Column("primary_need", NEED, "With a referral: the need that weighs most", "N1"),
        Column("no_further_action", NO_ACTION, "With a referral: did nothing follow?", "no"),
        Column("closure_reason", CLOSURE, "With a referral that was closed: why; RC9 is to early help", "RC8"),
        Column("conference_on", kinds.DAY, "With an enquiry: day of the initial conference"),
        Column("abuse_category", ABUSE, "With a child protection plan: the latest category of abuse"),
        Column("previous_plans", kinds.COUNT, "With a child protection plan: how many there were before"),
    ),
    facts=(
        FactOf("social_care.step", RUNS, "step"),
        FactOf("social_care.referral_source", RUNS, "referral_source"),
        FactOf("social_care.primary_need", RUNS, "primary_need"),
        FactOf("social_care.no_further_action", RUNS, "no_further_action"),
        FactOf("social_care.closure", CLOSED, "closure_reason"),
        FactOf("social_care.factor", RUNS, "factor"),
        FactOf("protection_conference.held", OnDay("conference_on"), 1),
        FactOf("protection_plan.category", RUNS, "abuse_category"),
        FactOf("protection_plan.before", RUNS, "previous_plans"),
    ),
    rules=(
        _only("factor", ASSESSMENT),
        _only("referral_source", REFERRAL),
        _only("primary_need", REFERRAL),
        _only("no_further_action", REFERRAL),
        _only("closure_reason", REFERRAL),
        _only("conference_on", ENQUIRY),
        _only("abuse_category", CP_PLAN, may_lack=False),
        _only("previous_plans", CP_PLAN),
    ),
    examples=({"ended_on": "", "closure_reason": "", "upn": "UN3", "date_of_birth": "", "sex": "unknown"},),
    refusals=(
        Refusal({"abuse_category": "NEG"}, "abuse_category", "needless_here"),
        Refusal({"previous_plans": "1"}, "previous_plans", "needless_here"),
        Refusal({"factor": "4B"}, "factor", "needless_here"),
        Refusal(
            {"step": CP_PLAN, "referral_source": "", "primary_need": "", "no_further_action": "", "closure_reason": ""},
            "abuse_category",
            "needed_here",
        ),
        Refusal(AN_ASSESSMENT | {"factor": "18B"}, "factor", "code_not_yet_in_use"),
        Refusal(
            AN_ASSESSMENT | {"started_on": "2021-04-01", "ended_on": "", "factor": "18A"},
            "factor",
            "code_no_longer_in_use",
        ),
        Refusal({"ended_on": "2017-02-05"}, "ended_on", "ends_before_start"),
        Refusal(AN_ENQUIRY | {"conference_on": "2018-09-01"}, "conference_on", "after_coverage"),
    ),
)
