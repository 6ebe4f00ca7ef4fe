"""What is true and what is owed: the borough's answer book."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from sandbox.calendar import IDENTIFIED_ON, TERMS, WINDOWS, financial_year
from sandbox.feeds import SUPPLIES
from sandbox.model import SCHOOL_ATTENDANCE, Family, Story
from sandbox.rules import Facts, KnownThen, Suspected

RESULT_PENCE = 80_000
FEE_PENCE = 100_000


@dataclass(frozen=True, slots=True)
class FamilyTruth:
    """What is owed for one family. `window` is the number of the wave after which its claim is paid."""

    family: str
    story: int
    variant: str
    identified: bool
    needs_when_identified: tuple[str, ...]
    attached_on: date | None
    needs_when_attached: tuple[str, ...]
    result_on: date | None
    type: str | None
    window: int | None
    pence: int


@dataclass(frozen=True, slots=True)
class WindowTotal:
    window: int
    claims_on: date
    claims: int
    pence: int
    by_type: dict[str, int]


@dataclass(frozen=True, slots=True)
class Fee:
    """A year's attachment fees; attached and target count from the first year on."""

    year: str
    attached_so_far: int
    target_so_far: int
    funded_places: int
    pence: int


@dataclass(frozen=True, slots=True)
class Totals:
    families: int
    identified: int
    attached: int
    paid: int
    pence: int
    by_window: tuple[WindowTotal, ...]
    fees: tuple[Fee, ...]

    @property
    def fee_pence(self) -> int:
        return sum(fee.pence for fee in self.fees)


class Truth:
    """Computed from the story: every family's due, the totals, and whom each record is about."""

    def __init__(self, borough: Story) -> None:
        self._borough = borough
        self._facts = Facts(borough.people, borough.schooling, borough.claims)
        for incident in borough.incidents:
            for involved in incident.involved:
                if involved.role == "suspect":
                    fact = Suspected(incident.occurred_on, involved.action)
                    self._facts.suspected.setdefault(involved.person, []).append(fact)
        self._by_key = {feed: supply.people(borough) for feed, supply in SUPPLIES.items()}
        self.families = {family.id: self._family(family) for family in borough.families.values()}
        self.targets = self._targets()
        self.totals = self._totals()

    def known(self, family: str, wave: int) -> KnownThen:
        """A family as a perfect matcher would know it after a wave; ask it for needs on any day."""
        return KnownThen(self._facts, self._borough.families[family], wave)

    def record_person(self, feed: str, natural_key: tuple[str, ...]) -> str:
        """The truth person whom a record is about. Errors: KeyError for a key that was never pushed."""
        return self._by_key[feed][natural_key[: SUPPLIES[feed].person_key_length]]

    def record_carer(self, natural_key: tuple[str, ...]) -> str:
        """The truth person whom a school record names as carer."""
        schooling = self._borough.schooling[self.record_person(SCHOOL_ATTENDANCE, natural_key)]
        numbers = {(t.academic_year, t.name): t.number for t in TERMS}
        return schooling.carer_on_record(numbers[natural_key[1], natural_key[2]]).person

    def members(self, family: str, on: date, *, known_only: bool = False) -> dict[str, str]:
        """Role by person on a day; `known_only` leaves out whoever is in no feed, as infants are."""
        return {
            member.person: member.role
            for member in self._borough.families[family].members
            if member.in_scope(on) and not (known_only and member.person not in self._borough.people_in_feeds)
        }

    def _family(self, family: Family) -> FamilyTruth:
        identification = self.known(family.id, 0)
        identified = identification.eligible(IDENTIFIED_ON)
        first_needs = identification.needs(IDENTIFIED_ON).criteria
        gate = family.support.gate_passed_on if family.support else None
        attached: date | None = None
        at_attachment: tuple[str, ...] = ()
        if gate is not None and (last := self.known(family.id, WINDOWS[0].number)).eligible(gate):
            attached, at_attachment = gate, last.needs(gate).criteria
        result, window = None, None
        if attached is not None:
            for plan in WINDOWS:
                assert plan.claims_on
                if family.held and family.held[0] <= plan.claims_on < family.held[1]:
                    continue
                if result := self.known(family.id, plan.number).result(attached, plan.claims_on):
                    window = plan.number
                    break
        return FamilyTruth(
            family.id,
            family.story,
            family.variant,
            identified,
            first_needs,
            attached,
            at_attachment,
            result.on if result else None,
            result.type if result else None,
            window,
            RESULT_PENCE if result else 0,
        )

    def _attached_by_year(self) -> dict[str, int]:
        years = Counter(financial_year(t.attached_on) for t in self.families.values() if t.attached_on)
        return dict(sorted(years.items()))

    def _targets(self) -> dict[str, int]:
        """Cumulative: the first year's lies just below what was attached, so that it is capped; the last is ample."""
        attached = self._attached_by_year()
        so_far, targets = 0, {}
        for number, (year, count) in enumerate(attached.items()):
            so_far += count
            targets[year] = so_far * 19 // 20 if number == 0 else so_far + 5
        return targets

    def _totals(self) -> Totals:
        paid = [truth for truth in self.families.values() if truth.window is not None]
        windows = []
        for plan in WINDOWS:
            assert plan.claims_on
            here = [truth for truth in paid if truth.window == plan.number]
            types = Counter(truth.type for truth in here if truth.type)
            windows.append(
                WindowTotal(
                    plan.number, plan.claims_on, len(here), sum(t.pence for t in here), dict(sorted(types.items()))
                )
            )
        fees: list[Fee] = []
        so_far = funded_so_far = 0
        for year, count in self._attached_by_year().items():
            so_far += count
            funded = max(0, min(so_far, self.targets[year]) - funded_so_far)
            funded_so_far += funded
            fees.append(Fee(year, so_far, self.targets[year], funded, funded * FEE_PENCE))
        return Totals(
            families=len(self.families),
            identified=sum(truth.identified for truth in self.families.values()),
            attached=so_far,
            paid=len(paid),
            pence=sum(truth.pence for truth in paid),
            by_window=tuple(windows),
            fees=tuple(fees),
        )
