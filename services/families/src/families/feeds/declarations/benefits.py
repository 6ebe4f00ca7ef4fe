"""Benefit claims and the work that ended or joined them, a line a claim and regime.

Source: docs/sources/feeds.md#benefits.
"""

from families.feeds import kinds
from families.feeds.catalogue import FactOf, Feed, FeedKind, NamedByKey, Refusal
from families.feeds.columns import IDENTITY, Column, where, who
from families.feeds.periods import FromTo, PartOf
from families.feeds.rules import OnlyWith

BENEFIT = kinds.one_of("jsa", "esa", "is", "ca", "uc", "pc", "pip", "hb")
REGIME = kinds.one_of(
    "intensive", "work_preparation", "work_focused", "no_requirements", "light_touch", "working_enough"
)
CLAIM = PartOf(FromTo("started_on", "ended_on"), FromTo("regime_started_on", "regime_ended_on"))
WORK = FromTo("work_started_on", "work_ended_on")

FEED = Feed(
    name="benefits",
    title="Benefits and work",
    kind=FeedKind.SPELLS,
    description=(
        "Claims that ran on any of the days covered, a line a claim, with the work that followed. A claim of Universal "
        "Credit whose regime changed is a line a regime; the earlier one is sent again with its last day."
    ),
    key=("claim_ref", "regime_started_on"),
    key_may_lack=("regime_started_on",),
    empty_when_same={"regime_started_on": "started_on"},
    identifiers=("nino",),
    columns=(
        Column("claim_ref", kinds.REFERENCE, "Your reference of the claim", "CL-000123", True),
        Column("regime_started_on", kinds.DAY, "With uc: first day of this regime; empty for the claim's first"),
        Column("nino", kinds.NINO, "National Insurance number", "MW000123A", category=IDENTITY),
        *who(required=True, forename="Sam", surname="Example", born="1982-07-30", sex="female", born_required=False),
        *where("12 Sample Street", "ZZ99 1AA", "999000000001"),
        Column("partner_claim_ref", kinds.REFERENCE, "The partner's claim, if there is one", "CL-000124"),
        Column("benefit", BENEFIT, "Which benefit", "uc", True),
        Column("regime", REGIME, "With uc: its regime", "intensive"),
        Column("started_on", kinds.DAY, "First day of the claim", "2016-04-01", True),
        Column("ended_on", kinds.DAY, "Last day of the claim; empty while it runs"),
        Column("regime_ended_on", kinds.DAY, "With uc: last day of this regime; empty while it runs"),
        Column("work_started_on", kinds.DAY, "First day in work", "2018-01-15"),
        Column("work_ended_on", kinds.DAY, "Last day in work; empty while it lasts"),
    ),
    facts=(
        FactOf("benefit.claim", CLAIM, "benefit"),
        FactOf("benefit.regime", CLAIM, "regime"),
        FactOf("work.spell", WORK, 1),
    ),
    rules=(
        OnlyWith("regime", "benefit", ("uc",), missing="regime_missing", needless="regime_without_uc"),
        OnlyWith("regime_started_on", "benefit", ("uc",), needless="regime_without_uc", may_lack=True),
        OnlyWith("regime_ended_on", "benefit", ("uc",), needless="regime_without_uc", may_lack=True),
    ),
    also_named=(NamedByKey("partner", "partner_claim_ref"),),
    examples=(
        {"regime_ended_on": "2017-03-14"},
        {"date_of_birth": ""},
        {"benefit": "jsa", "regime": "", "ended_on": "2017-03-31", "work_started_on": ""},
    ),
    refusals=(
        Refusal({"regime": ""}, "regime", "regime_missing"),
        Refusal({"benefit": "esa"}, "regime", "regime_without_uc"),
        Refusal({"regime_started_on": "2016-03-31"}, "regime_started_on", "outside_the_spell"),
        Refusal({"regime_ended_on": "2016-03-31"}, "regime_ended_on", "outside_the_spell"),
        Refusal({"ended_on": "2016-03-31"}, "ended_on", "ends_before_start"),
        Refusal({"work_ended_on": "2018-01-14"}, "work_ended_on", "ends_before_start"),
        Refusal({"work_started_on": "", "work_ended_on": "2018-01-14"}, "work_started_on", "end_without_start"),
    ),
)
