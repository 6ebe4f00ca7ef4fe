"""The rules of sharing, in order. The first that speaks decides; when none does, the answer is no.

What a rule says, its place in the order and how far it reaches is data (`data/rules.json`); what it asks is here.
Nothing here reads a clock or a store.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from typing import Literal, Self
from uuid import UUID

from pydantic import model_validator

from chassis.schemas import Schema
from consent.agreements.states import AgreementState
from vocabulary.categories import CATEGORIES_VERSION, categories_seen
from vocabulary.grounds import GROUNDS
from vocabulary.origins import ORIGINS
from vocabulary.purposes import ON_GROUND
from vocabulary.roles import ROLES

Operation = Literal["read", "use", "supply"]
VerdictKind = Literal["permit", "deny", "needs_decision"]


class Rule(Schema):
    """Shape: `name` is the reason code, `sentence` what a data-protection officer reads."""

    name: str
    verdict: VerdictKind
    sentence: str


class Reach(Schema):
    """How far the rules that forbid reach (docs/sources/sharing.md#reach): only the protection binds all."""

    protected_categories: frozenset[str]
    shown_by: frozenset[str]
    lapse_spares: frozenset[str]
    stop_spares: frozenset[str]
    objection_spares: frozenset[str]
    restriction_spares: frozenset[str]
    notice_for: frozenset[str]


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, for what. `sector` is what the directory says of the service, None where it knows nothing of it.

    `ground` is what the request rests on, when it is not the caller's everyday role.

    Somebody without any role is either a machine, or a person who may see nothing.
    """

    service: str
    roles: frozenset[str]
    purpose: str
    operation: Operation
    is_person: bool
    ground: str | None = None
    sector: str | None = None
    agency: str = ""


@dataclass(frozen=True, slots=True)
class AgreementStanding:
    """What the agreements say of one source and category, for one recipient and purpose.

    `informs` is the agency that gives the recipient's notice for it, where the agreement says so.
    """

    agreement: UUID
    basis: str
    state: AgreementState
    informs: str | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """What is known of a person under all their ids, for one recipient and purpose.

    `restricted`: the categories; `informed`: the agencies that gave them a notice; `answered`: the categories and
    sources that the answer on which the request rests lets go to whoever asks.
    """

    protected: bool = False
    restricted: frozenset[str] = frozenset()
    consented: frozenset[str] = frozenset()
    objected: bool = False
    informed: frozenset[str] = frozenset()
    answered: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Case:
    """One question: may this category of this source about this person go there now?

    Shape: `source_sector` as the directory says; None where it does not know the source.
    """

    asked: Asked
    category: str
    source: str
    standing: AgreementStanding | None
    subject: Subject
    source_sector: str | None = None


class RuleBook(Schema):
    """A version of the rules. Errors on loading: ValueError when a rule is named that the code does not know."""

    version: str
    sources: list[str]
    rules: list[Rule]
    otherwise: Rule
    supply: list[Rule]
    reach: Reach

    @model_validator(mode="after")
    def _names_are_known(self) -> Self:
        if sorted(rule.name for rule in self.rules) != sorted(SPEAKS):
            raise ValueError("The book must hold each rule that the code knows, once")
        if [rule.name for rule in self.supply] != ["supply_agreed", "supply_not_agreed"]:
            raise ValueError("The book must say when a service may supply")
        if self.otherwise.verdict != "deny":
            raise ValueError("What no rule permits is denied")
        return self

    @property
    def decided_by(self) -> str:
        """What a decision is kept with: the rules' version, and that of who sees which category.

        Example: `2026-11-2/2026-11-2`. Either may change without the other, and each changes who is shown what.
        """
        return f"{self.version}/{CATEGORIES_VERSION}"

    @cached_property
    def ordered(self) -> list[tuple[Rule, Callable[["RuleBook", Case], bool]]]:
        return [(rule, SPEAKS[rule.name]) for rule in self.rules]

    @cached_property
    def _seen(self) -> dict[str, dict[str, frozenset[str]]]:
        """Role → purpose → categories."""
        return {role: categories_seen(role) for role in ROLES}

    def decide(self, case: Case) -> Rule:
        """The rule that decides a case."""
        for rule, speaks in self.ordered:
            if speaks(self, case):
                return rule
        return self.otherwise

    def decide_supply(self, service: str, source: str, agreed: bool) -> Rule:
        """The rule that decides whether a service may supply a category at all; only its own, and never another's."""
        may, may_not = self.supply
        return may if agreed and source == service else may_not

    def binds(self, state: AgreementState, purpose: str) -> bool:
        """Whether an agreement of this standing carries the purpose: in force, or lapsed where lapsing spares it.

        One that is under review carries what a lapsed one does. What is only stated with a ground none carries.
        """
        if purpose in ON_GROUND:
            return False
        return state == "in_force" or (state in ("lapsed", "under_review") and purpose in self.reach.lapse_spares)

    def forbidden_by_origin(self, source: str | None, recipient: str | None, purpose: str) -> bool:
        """Whether the law keeps data of this origin from this recipient or purpose. Shape: sectors.

        A service of which the directory knows nothing may be of any sector: as a source it is bound by every origin,
        and as a recipient it is none of those that an origin names.
        """
        return any(
            (source is None or source in origin.sources)
            and not (recipient in origin.recipients and purpose in origin.purposes)
            for origin in ORIGINS.values()
        )

    def sees(self, asked: Asked, category: str) -> bool:
        """Whether one of the roles sees the category for the purpose. A machine has no roles: it does."""
        by_role = any(category in self._seen.get(role, {}).get(asked.purpose, ()) for role in asked.roles)
        return by_role or self._is_machine(asked)

    def sees_cases(self, asked: Asked) -> bool:
        """Whether one of the roles sees anything of cases, for some purpose."""
        return any(self._seen.get(role) for role in asked.roles) or self._is_machine(asked)

    @staticmethod
    def _is_machine(asked: Asked) -> bool:
        return not asked.is_person and not asked.roles


def _protected(book: RuleBook, case: Case) -> bool:
    return case.subject.protected and case.category in book.reach.protected_categories


def _no_case_content(book: RuleBook, case: Case) -> bool:
    return case.asked.operation in book.reach.shown_by and not book.sees_cases(case.asked)


def _restricted(book: RuleBook, case: Case) -> bool:
    return case.category in case.subject.restricted and case.asked.purpose not in book.reach.restriction_spares


def _own_record(_: RuleBook, case: Case) -> bool:
    return case.source == case.asked.service


def _origin(book: RuleBook, case: Case) -> bool:
    return book.forbidden_by_origin(case.source_sector, case.asked.sector, case.asked.purpose)


def _carried_by(code: str) -> Callable[[RuleBook, Case], bool]:
    """Whether the request rests on this ground, which carries a sharing to somebody whose role sees the category.

    A ground that is answered carries what the answer names and nothing else.
    """
    ground = GROUNDS[code]

    def speaks(book: RuleBook, case: Case) -> bool:
        asked = case.asked
        stated = asked.ground == code and asked.purpose in ground.purposes
        within = not ground.answered or (case.category, case.source) in case.subject.answered
        return stated and within and bool(asked.roles) and book.sees(asked, case.category)

    return speaks


CARRYING: dict[str, Callable[[RuleBook, Case], bool]] = {
    code: _carried_by(code) for code, ground in GROUNDS.items() if ground.basis is not None
}
"""Each ground that carries a sharing has a rule of its name, so that decisions and the log tell which it was."""


def _agreement_stopped(book: RuleBook, case: Case) -> bool:
    stopped = case.standing is not None and case.standing.state in ("suspended", "ended")
    return stopped and case.asked.purpose in book.reach.stop_spares


def _no_agreement(book: RuleBook, case: Case) -> bool:
    return case.standing is None or not book.binds(case.standing.state, case.asked.purpose)


def _role(book: RuleBook, case: Case) -> bool:
    shown = case.asked.operation in book.reach.shown_by
    return shown and not book.sees(case.asked, case.category)


def _rests_on_consent(case: Case) -> bool:
    return case.standing is not None and case.standing.basis == "consent"


def _no_consent(_: RuleBook, case: Case) -> bool:
    return _rests_on_consent(case) and case.category not in case.subject.consented


def _objected(book: RuleBook, case: Case) -> bool:
    reached = case.asked.purpose not in book.reach.objection_spares
    return case.subject.objected and reached and not _rests_on_consent(case)


def _notice_due(book: RuleBook, case: Case) -> bool:
    due = case.asked.operation in book.reach.shown_by and case.asked.purpose in book.reach.notice_for
    return due and not _is_informed(case) and not _rests_on_consent(case)


def _is_informed(case: Case) -> bool:
    """Whether the controller who obtains the data told the person, or somebody for it, as the agreement says (Art 14).

    A supplier's own notice excuses nobody else: the police's letter tells nobody what the council does with the data.
    """
    given_for = case.standing.informs if case.standing is not None else None
    return case.asked.agency in case.subject.informed or given_for in case.subject.informed


def _agreed(book: RuleBook, case: Case) -> bool:
    return not _no_agreement(book, case)


SPEAKS: dict[str, Callable[[RuleBook, Case], bool]] = {
    "protected": _protected,
    "no_case_content": _no_case_content,
    "restricted": _restricted,
    "own_record": _own_record,
    "origin": _origin,
    **CARRYING,
    "agreement_stopped": _agreement_stopped,
    "no_agreement": _no_agreement,
    "role": _role,
    "no_consent": _no_consent,
    "objected": _objected,
    "notice_due": _notice_due,
    "agreed": _agreed,
}

BOOK = RuleBook.model_validate_json(files(__package__).joinpath("data/rules.json").read_bytes())
