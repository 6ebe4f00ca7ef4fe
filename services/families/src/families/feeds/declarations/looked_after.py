"""Children looked after, a line an episode: one legal status in one placement. No line says where the placement is.

Source: docs/sources/feeds.md#looked-after-children.
"""

from families.feeds import kinds
from families.feeds.catalogue import FactOf, Feed, FeedKind, Refusal
from families.feeds.columns import IDENTITY, Column, who
from families.feeds.kinds import Fold
from families.feeds.periods import FromTo, OnDay
from families.feeds.rules import OnlyWithDay

BEGAN_BY = kinds.one_of("S", "P", "L", "T", "B", "U", fold=(Fold.UPPER,))
STATUS = kinds.one_of("C1", "C2", "D1", "E1", "J1", "J2", "J3", "L1", "L2", "L3", "V2", "V3", "V4", fold=(Fold.UPPER,))
NEED = kinds.one_of(*(f"N{number}" for number in range(1, 9)), fold=(Fold.UPPER,))
PLACEMENT = kinds.one_of(
    "A3", "A4", "A5", "A6", "H5", "K1", "K2", "P1", "P2", "P3", "R1", "R2", "R3", "R5", "S1", "T0", "T1", "T2", "T3",
    "T4", "U1", "U2", "U3", "U4", "U5", "U6", "Z1", fold=(Fold.UPPER,),
)  # fmt: skip
ENDED_BY = kinds.one_of(
    "X1", "E2", "E3", "E4A", "E4B", "E5", "E6", "E7", "E8", "E9", "E11", "E12", "E13", "E14", "E15", "E16", "E17",
    "E41", "E45", "E46", "E47", "E48", fold=(Fold.UPPER,),
)  # fmt: skip
RUNS = FromTo("started_on", "ended_on")

FEED = Feed(
    name="looked_after",
    title="Children looked after",
    kind=FeedKind.SPELLS,
    description="Episodes of care that ran on any of the days covered, a line an episode.",
    key=("child_ref", "started_on"),
    identifiers=("upn",),
    columns=(
        Column("child_ref", kinds.REFERENCE, "Your reference of the child", "CH-000123", True),
        Column("started_on", kinds.DAY, "First day of the episode", "2017-02-06", True),
        Column("upn", kinds.UPN_OR_REASON, "Unique pupil number, or UN1 to UN7", "T000100009001", category=IDENTITY),
        *who(required=True, forename="Robin", surname="Example", born="2009-03-14", sex="female"),
        Column("began_by", BEGAN_BY, "Why the episode began; S: looked after for the first time", "S", True),
        Column("legal_status", STATUS, "Under which status", "V2", True),
        Column("need", NEED, "The need that weighed most", "N1", True),
        Column("placement", PLACEMENT, "What kind of placement", "U6", True),
        Column("ended_on", kinds.DAY, "Last day of the episode; empty while it runs", "2017-03-24"),
        Column("ended_by", ENDED_BY, "Why it ended; X1: another episode follows", "E4A"),
    ),
    facts=(
        FactOf("care.spell", RUNS, 1),
        FactOf("care.began_by", RUNS, "began_by"),
        FactOf("care.legal_status", RUNS, "legal_status"),
        FactOf("care.need", RUNS, "need"),
        FactOf("care.placement", RUNS, "placement"),
        FactOf("care.ended_by", OnDay("ended_on"), "ended_by"),
    ),
    rules=(OnlyWithDay("ended_by", "ended_on"),),
    examples=({"ended_on": "", "ended_by": "", "upn": "UN4"},),
    refusals=(
        Refusal({"ended_on": ""}, "ended_by", "needless_here"),
        Refusal({"ended_by": ""}, "ended_by", "needed_here"),
        Refusal({"ended_on": "2017-02-05"}, "ended_on", "ends_before_start"),
        Refusal({"ended_on": "2018-09-01"}, "ended_on", "after_coverage"),
    ),
)
