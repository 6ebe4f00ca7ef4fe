"""Anti-social behaviour, a line a person in an incident. Source: docs/sources/feeds.md#anti-social-behaviour."""

from families.feeds import kinds
from families.feeds.catalogue import FactOf, Feed, FeedKind, Refusal
from families.feeds.columns import Column, where, who
from families.feeds.periods import OnDay

ROLE = kinds.one_of("suspect", "victim", "witness")
ACTION = kinds.one_of("none", "warning", "contract", "notice", "injunction")

FEED = Feed(
    name="anti_social_behaviour",
    title="Anti-social behaviour and crime",
    kind=FeedKind.EVENTS,
    description="Incidents, a line a person in them. A push says of its days that nothing else happened.",
    key=("incident_ref", "person_no"),
    columns=(
        Column("incident_ref", kinds.REFERENCE, "Your reference of the incident", "INC-2016-000123", True),
        Column("person_no", kinds.COUNT, "Which person of the incident", "1", True),
        Column("occurred_on", kinds.DAY, "The day of the incident", "2016-11-05", True),
        Column("kind", kinds.SLUG, "What happened, in lower snake case", "criminal_damage", True),
        Column("role", ROLE, "The person's part in it", "suspect", True),
        Column("action", ACTION, "What was done about it", "warning", True),
        *who(required=False, forename="Robin", surname="Example", born="2001-03-14", sex="male"),
        *where("12 Sample Street", "ZZ99 1AA", "999000000001"),
    ),
    facts=(
        FactOf("asb.role", OnDay("occurred_on"), "role"),
        FactOf("asb.action", OnDay("occurred_on"), "action"),
    ),
    age_measured=True,
    refusals=(Refusal({"occurred_on": "2018-09-01"}, "occurred_on", "after_coverage"),),
)
