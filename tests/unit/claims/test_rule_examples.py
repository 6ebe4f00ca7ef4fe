"""Each kind of rule by the examples that stand beside it, and a new kind that is one file."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from textwrap import dedent
from typing import Any, cast
from uuid import UUID

import pytest

from claims.frameworks import catalogue
from claims.frameworks.catalogue import find_plan
from claims.rules import kinds, registry
from claims.rules.calendar import Days
from claims.rules.case import Case
from claims.rules.evaluate import Evaluation
from claims.rules.example import Line, NeedExample, ProgressExample
from claims.rules.facts import FOREVER, Coverage, FamilyFacts, Member, Record, SupportDates
from claims.rules.kind import Criterion, NeedKind, ProgressKind, Raised
from claims.rules.plan import OutcomesPlan, read_plan

PLAN = cast(OutcomesPlan, find_plan("outcomes-plan-2015", 2))
EVERYBODY = frozenset({"child", "adult", "non_resident_parent"})
FEED, CATEGORY, SERVICE = "the-feed", "the-category", "the-service"
PEOPLE = {"kim": UUID(int=1), "sam": UUID(int=2)}

KINDS = registry.list_kinds().values()
NEEDS = [(kind, e) for kind in KINDS for e in kind.examples if isinstance(e, NeedExample)]
PROGRESS = [(kind, e) for kind in KINDS for e in kind.examples if isinstance(e, ProgressExample)]


def day(text: str) -> date:
    return date.fromisoformat(text)


def facts(roles: dict[str, str], lines: tuple[Line, ...], covered: tuple[tuple[str, str], ...]) -> FamilyFacts:
    members = tuple(Member(PEOPLE[name], role, day("2010-01-01")) for name, role in roles.items())
    records = tuple(
        Record(
            UUID(int=100 + number),
            PEOPLE[line.of],
            CATEGORY,
            SERVICE,
            day(line.begins),
            day(line.to) if line.to else FOREVER,
            line.values,
        )
        for number, line in enumerate(lines)
    )
    spans = Days([(day(begins), day(ends)) for begins, ends in covered])
    coverage = Coverage({FEED: spans}, {FEED: (SERVICE,)}, spans.last)
    return FamilyFacts(UUID(int=9), members, records, SupportDates(), coverage)


def criterion_of(need: NeedKind, progress: ProgressKind) -> Criterion:
    return Criterion("the-criterion", CATEGORY, FEED, EVERYBODY, EVERYBODY, need, progress)


@pytest.mark.parametrize(("kind", "example"), NEEDS, ids=[f"{kind.name}: {e.says}" for kind, e in NEEDS])
def test_a_need_shows_as_its_examples_say(kind: registry.RuleKind, example: NeedExample) -> None:
    rule = cast(type[NeedKind], kind.rule).read(example.rule)
    case = Case(PLAN.roles, PLAN.terms, facts({"kim": example.role}, example.lines, example.covered))
    shown = rule.show(case, criterion_of(rule, cast(ProgressKind, None)), PEOPLE["kim"], day(example.on))
    assert (shown.verdict.value, shown.reason) == (example.verdict, example.reason)
    if example.turning_days is not None:
        after, until = day(example.attached_on), day(example.until)
        found = rule.list_turning_days(case, PEOPLE["kim"], after, until)
        assert [each.isoformat() for each in sorted(found) if after < each <= until] == list(example.turning_days)


@pytest.mark.parametrize(("kind", "example"), PROGRESS, ids=[f"{kind.name}: {e.says}" for kind, e in PROGRESS])
def test_progress_is_judged_as_its_examples_say(kind: registry.RuleKind, example: ProgressExample) -> None:
    need = registry.read_need(example.need)
    rule = cast(type[ProgressKind], kind.rule).read(example.rule, need)
    criterion = criterion_of(need, rule)
    case = Case(PLAN.roles, PLAN.terms, facts(dict(example.roles), example.lines, example.covered))
    after, until = day(example.attached_on), day(example.until)
    begun = day(example.raised_on or example.attached_on)
    raised = [Raised(begun, criterion.name, PEOPLE[name], case.at_home(PEOPLE[name], begun)) for name in example.raised]
    finding = rule.judge(case, criterion, raised, after, day(example.on))
    assert (finding.verdict.value, finding.reason) == (example.verdict, example.reason)
    if example.contrary is not None:
        contrary = rule.list_contraries(case, criterion, raised, until)
        found = sorted(each.day.isoformat() for each in contrary if after < each.day <= until)
        assert found == list(example.contrary)
    if example.turning_days is not None:
        days = rule.list_turning_days(case, criterion, after, until)
        assert [each.isoformat() for each in sorted(days) if after < each <= until] == list(example.turning_days)
    earned = rule.earn(case, criterion, PEOPLE["kim"], after)
    assert (earned.day.isoformat() if earned else None) == example.earns


# --- a new kind is one file

SICK_DAYS = '''
    """A need: somebody was in hospital for so many days in all. Progress: so many months without a stay."""

    from claims.rules.calendar import DAY, first_day_clear_of, months_before
    from claims.rules.example import Line, ProgressExample
    from claims.rules.facts import Use
    from claims.rules.kind import Contrary, NeedKind, ProgressKind, Shown
    from claims.rules.verdicts import Finding, Verdict
    from dataclasses import dataclass


    @dataclass(frozen=True)
    class MonthsWell(ProgressKind):
        months: int

        @classmethod
        def read(cls, data, need):
            return MonthsWell(int(data["months"]))

        def _stays(self, case):
            return case.select_records(self, lambda record: "hospital.stay" in record.values)

        def judge(self, case, criterion, raisers, attached_on, day):
            begins = months_before(day, self.months)
            sick = [r.person for r in raisers
                    if any(s.ends > begins and s.begins <= day for s in self._stays(case).get(r.person, ()))]
            if sick or begins < attached_on:
                return Finding(criterion.name, Verdict.NOT_MET, "ill", tuple(sick))
            uses = tuple(Use(r.person, criterion.category, "hospital") for r in raisers)
            return Finding(criterion.name, Verdict.MET, "well", tuple(r.person for r in raisers), uses=uses)

        def list_contraries(self, case, criterion, raised, until):
            return [Contrary(s.begins, ()) for stays in self._stays(case).values() for s in stays]

        def list_turning_days(self, case, criterion, attached_on, until):
            ends = {s.ends for stays in self._stays(case).values() for s in stays if s.ends < until}
            return {first_day_clear_of(day, self.months) for day in {attached_on, *ends}}

        def earn(self, case, criterion, person, attached_on):
            return None


    KIND = MonthsWell
    EXAMPLES = ()
'''


@contextmanager
def added(folder: Path, name: str, text: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """One file more among the kinds."""
    (folder / f"{name}.py").write_text(dedent(text))
    monkeypatch.setattr(kinds, "__path__", [*kinds.__path__, str(folder)])
    registry.list_kinds.cache_clear()
    try:
        yield
    finally:
        monkeypatch.undo()
        registry.list_kinds.cache_clear()


def plan_with(progress: dict[str, Any]) -> OutcomesPlan:
    """The first plan, with one criterion more: an illness of anybody in the family."""
    [data] = [d for d in catalogue.documents()[1] if d["plan"] == "outcomes-plan-2015" and d["version"] == 2]
    illness = {
        "criterion": "illness",
        "category": "health",
        "feed": "hospital",
        "tested": sorted(EVERYBODY),
        "raised_later_by": ["child"],
        "need": {"kind": "active_spell", "measure": "hospital.stay", "values": ["ward"], "except": []},
        "progress": progress,
    }
    return read_plan(data | {"criteria": [*data["criteria"], illness]})


def test_a_new_kind_is_one_file_and_a_plans_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with added(tmp_path, "months_well", SICK_DAYS, monkeypatch):
        plan = plan_with({"kind": "months_well", "months": 6})
        boy, since = UUID(int=1), date(2010, 1, 1)
        stay = Record(UUID(int=2), boy, "health", "hospital", date(2017, 9, 20), date(2017, 10, 9),
                      {"hospital.stay": "ward"})  # fmt: skip
        night = Record(UUID(int=3), boy, "anti_social_behaviour", "police", date(2017, 7, 1), date(2017, 7, 1),
                       {"asb.role": "suspect", "asb.action": "warning"})  # fmt: skip
        covered = Days([(date(2016, 1, 1), date(2018, 12, 31))])
        feeds = {"hospital": covered, "anti_social_behaviour": covered}
        coverage = Coverage(feeds, {"anti_social_behaviour": ("police",)}, covered.last)
        attached = SupportDates(dict.fromkeys(plan.gate, date(2017, 10, 1)))
        family = FamilyFacts(UUID(int=9), (Member(boy, "child", since),), (stay, night), attached, coverage)
        evaluation = Evaluation(plan, family)
        assert [f.criterion for f in evaluation.eligibility(date(2017, 10, 1)).met] == ["crime_asb", "illness"]
        assert evaluation.attachment().on == date(2017, 10, 1)
        result = evaluation.result()
        # Half a year without an incident since attachment was over on 1 April; without a stay, on 9 April.
        assert result is not None and (result.on, result.type) == (date(2018, 4, 9), plan.progress_type)
        assert {need.criterion: need.reason for need in result.needs} == {"crime_asb": "no_event", "illness": "well"}
        again = replace(stay, id=UUID(int=4), begins=date(2018, 12, 1), ends=FOREVER)
        assert Evaluation(plan, replace(family, records=(stay, night, again))).result() is None


def test_a_kind_that_nobody_wrote_is_refused_with_the_list_of_kinds() -> None:
    with pytest.raises(ValueError, match=r"no kind of rule 'months_well'; there are absence_with_coverage, "):
        plan_with({"kind": "months_well", "months": 6})
    with pytest.raises(ValueError, match="active_spell is no kind of progress"):
        plan_with({"kind": "active_spell", "measure": "x", "values": [], "except": []})
    with pytest.raises(ValueError, match="answers an active spell"):
        registry.read_progress(
            {"kind": "sustained_spell"}, registry.read_need({"kind": "count_in_window", "where": {}, "unless": {},
                                                              "at_least": 1, "months": 1}))  # fmt: skip
