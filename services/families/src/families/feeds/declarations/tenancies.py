"""Tenancies as a landlord's system holds them on a day, a line a tenant. Source: docs/sources/feeds.md#tenancies."""

from datetime import date

from families.feeds import kinds
from families.feeds.catalogue import FactOf, Feed, FeedKind, Refusal
from families.feeds.columns import Column, where, who
from families.feeds.kinds import Code, Coded
from families.feeds.periods import FromTo, OnDay
from families.feeds.rules import OnlyWith

TENANCY_TYPE = kinds.one_of(
    "secure",
    "assured",
    "assured_shorthold",
    "licence",
    Code("introductory", first=date(1997, 2, 12)),
    Code("demoted", first=date(2004, 6, 30)),
    Code("family_intervention", first=date(2009, 1, 1)),
    Code("flexible", first=date(2012, 4, 1)),
)
UNDER_WAY = ("notice", "claim_issued", "suspended_order", "outright_order", "warrant", "evicted")
SPARE_BEDROOMS = Coded(
    name="spare_bedrooms", codes=(Code("0"), Code("1"), Code("2")), means={"0": 0, "1": 1, "2": 2}, number=True
)
"""How the rules on size count: none, one, two or more."""

# Each line tells of its own day. What stood on it stays told when the next line comes: so arrears have a history.
ON_THE_DAY = OnDay("as_of")

FEED = Feed(
    name="tenancies",
    title="Tenancies, arrears and possession",
    kind=FeedKind.STATES,
    description="Every tenancy that ran on any of the days covered, a line a tenant, as it stood on one day of them.",
    key=("tenancy_ref", "tenant_no", "as_of"),
    columns=(
        Column("tenancy_ref", kinds.REFERENCE, "Your reference of the tenancy", "TN-0001234", True),
        Column("tenant_no", kinds.COUNT, "Which of the tenants who hold it together", "1", True),
        Column("as_of", kinds.DAY, "The day as of which the line is true", "2017-03-31", True),
        *who(required=False, forename="Sam", surname="Example", born="1982-07-30", sex="female"),
        *where("12 Sample Street", "ZZ99 1AA", "999000000001"),
        Column("tenancy_type", TENANCY_TYPE, "What kind of tenancy it was on that day", "secure", True, "", "as_of"),
        Column("started_on", kinds.DAY, "First day of the tenancy", "2011-05-02", True),
        Column("ended_on", kinds.DAY, "Last day of the tenancy; empty while it runs"),
        Column("weekly_rent", kinds.AMOUNT, "Rent and charges for a week, in pounds", "96.40", True),
        Column("arrears", kinds.AMOUNT, "What the tenancy owes, in pounds; 0 when it is in credit", "412.50", True),
        Column("possession_stage", kinds.one_of("none", *UNDER_WAY), "How far possession has gone", "notice", True),
        Column("possession_stage_on", kinds.DAY, "Since when it has stood there; empty with none", "2017-02-20"),
        Column("spare_bedrooms", SPARE_BEDROOMS, "More bedrooms than needed, by your own count; 2 for more", "1"),
    ),
    facts=(
        FactOf("tenancy.spell", FromTo("started_on", "ended_on", as_of="as_of"), 1),
        FactOf("tenancy.type", ON_THE_DAY, "tenancy_type"),
        FactOf("rent.weekly", ON_THE_DAY, "weekly_rent", "pence"),
        FactOf("rent.arrears", ON_THE_DAY, "arrears", "pence"),
        FactOf("possession.stage", ON_THE_DAY, "possession_stage"),
        FactOf("possession.spell", FromTo("possession_stage_on", as_of="as_of"), "possession_stage"),
        FactOf("occupation.spare_bedrooms", ON_THE_DAY, "spare_bedrooms"),
    ),
    rules=(OnlyWith("possession_stage_on", "possession_stage", UNDER_WAY),),
    examples=(
        {"arrears": "0", "possession_stage": "none", "possession_stage_on": "", "spare_bedrooms": ""},
        {"tenancy_type": "flexible", "started_on": "2012-04-01", "ended_on": "2017-02-28"},
    ),
    refusals=(
        Refusal({"possession_stage_on": ""}, "possession_stage_on", "needed_here"),
        Refusal({"possession_stage": "none"}, "possession_stage_on", "needless_here"),
        Refusal({"ended_on": "2011-05-01"}, "ended_on", "ends_before_start"),
        Refusal({"started_on": "2017-04-01"}, "started_on", "after_as_of"),
        Refusal({"as_of": "2018-09-01"}, "as_of", "after_coverage"),
        Refusal(
            {
                "tenancy_type": "flexible",
                "as_of": "2012-03-31",
                "possession_stage": "none",
                "possession_stage_on": "",
            },
            "tenancy_type",
            "code_not_yet_in_use",
        ),
    ),
)
