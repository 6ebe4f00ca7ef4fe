"""Anti-social behaviour and crime, a line a person in an incident."""

from collections.abc import Iterable
from datetime import date

from families.feeds import kinds
from families.feeds.catalogue import Column, Covers, Feed, LineFault, Statement, Values
from families.feeds.person_columns import where, who

ASB = "anti_social_behaviour"
ROLES = ("suspect", "victim", "witness")
ACTIONS = ("none", "warning", "contract", "notice", "injunction")


def check(values: Values, covers: Covers) -> Iterable[LineFault]:
    if values["occurred_on"] > covers.last:
        yield LineFault("occurred_on", "after_coverage")


def facts(values: Values) -> tuple[Statement, ...]:
    on = values["occurred_on"]
    return (Statement("asb.role", on, on, values["role"]), Statement("asb.action", on, on, values["action"]))


def stated_on(values: Values, covers: Covers) -> date:
    occurred: date = values["occurred_on"]
    return occurred


FEED = Feed(
    name="anti_social_behaviour",
    title="Anti-social behaviour and crime",
    supplier="neighbourhood-policing",
    category=ASB,
    description="Incidents, a line a person in them. A push says of its days that nothing else happened.",
    key=("incident_ref", "person_no"),
    columns=(
        Column("incident_ref", kinds.reference, ASB, "Your reference of the incident", "INC-2016-000123", True),
        Column("person_no", kinds.count, ASB, "Which person of the incident", "1", True),
        Column("occurred_on", kinds.past_day, ASB, "The day of the incident", "2016-11-05", True),
        Column("kind", kinds.slug, ASB, "What happened, in lower snake case", "criminal_damage", True),
        Column("role", kinds.one_of(*ROLES), ASB, "The person's part in it", "suspect", True, ROLES),
        Column("action", kinds.one_of(*ACTIONS), ASB, "What was done about it", "warning", True, ACTIONS),
        *who(required=False, forename="Robin", surname="Example", born="2001-03-14", sex="male"),
        *where("12 Sample Street", "ZZ99 1AA", "999000000001"),
    ),
    check=check,
    facts=facts,
    stated_on=stated_on,
    snapshot=False,
    age_measured=True,
)
