"""Two readings of one page: the evaluator's and the sandbox's, which share no code, on the sandbox's whole story."""

from collections.abc import Mapping
from datetime import date
from uuid import NAMESPACE_OID, UUID, uuid5

import pytest

from claims.frameworks.catalogue import plan_in_force
from claims.rules.calendar import Days
from claims.rules.evaluate import Evaluation
from claims.rules.facts import FOREVER, Coverage, FamilyFacts, Member, Record, SupportDates, Use
from claims.rules.verdicts import Result
from sandbox.borough import Borough
from sandbox.calendar import IDENTIFIED_ON, TERMS, WAVES, WINDOWS
from sandbox.model import Family

PLAN = plan_in_force("2015", date(2017, 9, 1))
SOURCES = {"attendance": "education", "anti_social_behaviour": "police", "benefits": "jobcentre"}


def id_of(text: str) -> UUID:
    return uuid5(NAMESPACE_OID, text)


class Told:
    """The borough's truth, cut off where a wave ends, in the evaluator's shapes."""

    def __init__(self, borough: Borough, wave: int) -> None:
        self.borough, plans = borough, WAVES[: wave + 1]
        self.last = plans[-1].covers_to
        self.terms = {term for plan in plans for term in plan.terms}
        self.police = Days([span for plan in plans for span in plan.anti_social_behaviour])
        covered = Days([(plans[0].covers_from, self.last)])
        self.coverage = Coverage(
            {"anti_social_behaviour": self.police, "benefits": covered},
            {"anti_social_behaviour": ("police",), "benefits": ("jobcentre",)},
            self.last,
        )
        self.records: dict[str, list[Record]] = {}
        for child, schooling in borough.schooling.items():
            for term in TERMS:
                if term.number in self.terms:
                    possible, authorised, unauthorised = schooling.sessions[term.number]
                    values = {
                        "sessions.possible": possible,
                        "sessions.authorised": authorised,
                        "sessions.unauthorised": unauthorised,
                    }
                    self.add(child, f"{child}/{term.number}", "attendance", term.begins, term.ends, values)
        for incident in borough.incidents:
            for number, each in enumerate(incident.involved):
                if self.police.hold(incident.occurred_on, incident.occurred_on):
                    act = {"asb.role": each.role, "asb.action": each.action}
                    day = incident.occurred_on
                    self.add(each.person, f"{incident.ref}/{number}", "anti_social_behaviour", day, day, act)
        for claim in borough.claims:
            if claim.started_on <= self.last:
                benefit = {"benefit.claim": claim.benefit, "benefit.regime": claim.regime}
                self.add(claim.person, claim.ref, "benefits", claim.started_on, self.seen(claim.ended_on), benefit)
                if claim.work_started_on and claim.work_started_on <= self.last:
                    ends = self.seen(claim.work_ended_on)
                    self.add(claim.person, claim.ref, "benefits", claim.work_started_on, ends, {"work.spell": 1})

    def seen(self, day: date | None) -> date:
        return day if day is not None and day <= self.last else FOREVER

    def add(self, who: str, ref: str, category: str, begins: date, ends: date, values: Mapping[str, str | int]) -> None:
        record = Record(id_of(ref), id_of(who), category, SOURCES[category], begins, ends, values)
        self.records.setdefault(who, []).append(record)

    def known(self, family: Family) -> FamilyFacts:
        members = tuple(
            Member(id_of(m.person), m.role, m.since, m.until or FOREVER, self.born(m.person)) for m in family.members
        )
        people = dict.fromkeys(m.person for m in family.members)
        records = tuple(record for person in people for record in self.records.get(person, ()))
        support = SupportDates()
        if family.support:
            parts = {
                "agreement_to_be_supported": family.support.agreement_on,
                "lead_professional": family.support.lead_professional_on,
                "assessment": family.support.assessment_on,
                "plan": family.support.plan_on,
            }
            support = SupportDates({k: v for k, v in parts.items() if v}, family.support.declined_on)
        return FamilyFacts(id_of(family.id), members, records, support, self.coverage)

    def born(self, person: str) -> tuple[int, int]:
        day = self.borough.people[person].date_of_birth
        return day.year, day.month

    def denied(self, family: Family, on: date) -> frozenset[Use]:
        live = {
            c.person
            for c in family.consents
            if c.live(on) and (c.category, c.purpose, c.recipient) == ("attendance", "claim", "programme")
        }
        return frozenset(
            Use(id_of(m.person), "attendance", "education") for m in family.members if m.person not in live
        )


@pytest.mark.parametrize("seed", [2016, 7])
def test_both_readings_find_attach_and_pay_the_same_families(seed: int) -> None:
    borough = Borough.generate(300, seed)
    truth = borough.truth
    first = Told(borough, 0)
    by_window = {plan.number: Told(borough, plan.number) for plan in WINDOWS}
    attached = by_window[WINDOWS[0].number]
    compared = 0
    for family in borough.families.values():
        owed = truth.families[family.id]
        found = Evaluation(PLAN, first.known(family)).eligibility(IDENTIFIED_ON)
        assert found.eligible == owed.identified, family.id
        assert tuple(sorted(f.criterion for f in found.met)) == owed.needs_when_identified, family.id
        assert Evaluation(PLAN, attached.known(family)).attachment().on == owed.attached_on, family.id
        for plan in WINDOWS:
            assert plan.claims_on
            denied = by_window[plan.number].denied(family, plan.claims_on)
            result = Evaluation(PLAN, by_window[plan.number].known(family), denied).result()
            expected = (
                truth.known(family.id, plan.number).result(owed.attached_on, plan.claims_on)
                if owed.attached_on
                else None
            )
            assert _plain(result) == ((expected.on, expected.type) if expected else None), (family.id, plan.number)
            compared += result is not None
    assert compared > 50


def _plain(result: Result | None) -> tuple[date, str] | None:
    return (result.on, result.type) if result else None
