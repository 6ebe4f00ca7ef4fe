"""Benefit claims and the work that ended or joined them, a line a claim."""

from collections.abc import Iterable
from datetime import date

from families.feeds import kinds
from families.feeds.catalogue import Column, Covers, Feed, LineFault, Statement, Values
from families.feeds.person_columns import IDENTITY, where, who

BENEFITS = "benefits"
KINDS = ("jsa", "esa", "is", "ca", "uc")
REGIMES = ("intensive", "work_preparation", "work_focused", "no_requirements", "light_touch", "working_enough")


def check(values: Values, covers: Covers) -> Iterable[LineFault]:
    if values["benefit"] == "uc" and values["regime"] is None:
        yield LineFault("regime", "regime_missing")
    if values["benefit"] != "uc" and values["regime"] is not None:
        yield LineFault("regime", "regime_without_uc")
    if values["ended_on"] and values["ended_on"] < values["started_on"]:
        yield LineFault("ended_on", "ends_before_start")
    if values["work_ended_on"] and not values["work_started_on"]:
        yield LineFault("work_started_on", "end_without_start")
    elif values["work_ended_on"] and values["work_ended_on"] < values["work_started_on"]:
        yield LineFault("work_ended_on", "ends_before_start")


def facts(values: Values) -> tuple[Statement, ...]:
    first, last = values["started_on"], values["ended_on"]
    stated = [Statement("benefit.claim", first, last, values["benefit"])]
    if values["regime"]:
        stated.append(Statement("benefit.regime", first, last, values["regime"]))
    if values["work_started_on"]:
        stated.append(Statement("work.spell", values["work_started_on"], values["work_ended_on"], 1))
    return tuple(stated)


def stated_on(values: Values, covers: Covers) -> date:
    """A claim that ended says nothing of where its claimant lived later."""
    return min(covers.last, values["ended_on"] or covers.last)


FEED = Feed(
    name="benefits",
    title="Benefits and work",
    supplier="jobcentre",
    category=BENEFITS,
    description="Claims that ran on any of the days covered, a line a claim, with the work that followed.",
    key=("claim_ref",),
    identifiers=("nino",),
    columns=(
        Column("claim_ref", kinds.reference, BENEFITS, "Your reference of the claim", "CL-000123", True),
        Column("nino", kinds.nino, IDENTITY, "National Insurance number", "MW000123A"),
        *who(required=True, forename="Sam", surname="Example", born="1982-07-30", sex="female"),
        *where("12 Sample Street", "ZZ99 1AA", "999000000001"),
        Column("partner_claim_ref", kinds.reference, BENEFITS, "The partner's claim, if there is one", "CL-000124"),
        Column("benefit", kinds.one_of(*KINDS), BENEFITS, "Which benefit", "uc", True, KINDS),
        Column("regime", kinds.one_of(*REGIMES), BENEFITS, "With uc: its regime", "intensive", codes=REGIMES),
        Column("started_on", kinds.past_day, BENEFITS, "First day of the claim", "2016-04-01", True),
        Column("ended_on", kinds.past_day, BENEFITS, "Last day of the claim; empty while it runs", ""),
        Column("work_started_on", kinds.past_day, BENEFITS, "First day in work", "2018-01-15"),
        Column("work_ended_on", kinds.past_day, BENEFITS, "Last day in work; empty while it lasts", ""),
    ),
    check=check,
    facts=facts,
    stated_on=stated_on,
)
