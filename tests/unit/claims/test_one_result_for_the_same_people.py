"""Random histories of families against the oracle: who is paid, what goes back, and which fees are due."""

from dataclasses import dataclass, field
from datetime import date
from itertools import combinations
from random import Random
from uuid import UUID

import pytest

from unit.claims.oracle import Ledger
from unit.claims.test_drafts import pay, target
from unit.claims.test_payments import repay, results
from unit.claims.test_same_people import DORA, agree, answer, funded, questions
from unit.claims.world import TERMS, A, World, pushes_until_attachment

EARNED, ATTACHED = date(2018, 5, 31), date.fromisoformat(A)


@dataclass
class Histories:
    """What happens to families, told to claims and to the oracle alike."""

    world: World
    rng: Random
    oracle: Ledger = field(default_factory=Ledger)
    mothers: list[UUID] = field(default_factory=list)
    sons: list[UUID] = field(default_factory=list)
    merges: list[tuple[UUID, UUID]] = field(default_factory=list)

    def begin(self) -> None:
        s = self.world.story
        pushes_until_attachment(s)
        s.push("benefits", "2018-01-01", "2018-12-31")
        for _ in range(3):
            mother, son = s.person("1985-03"), s.person("2007-05")
            for term in ("autumn16", "spring17", "summer17"):
                s.term(son, *TERMS[term], 120, 30)
            s.benefit(mother, "jsa", "2017-01-10", "2017-11-30", work=("2017-12-01", None))
            self.mothers.append(mother)
            self.sons.append(son)
            self.compose(mother, son)

    def compose(self, mother: UUID, *children: UUID) -> None:
        s = self.world.story
        family = s.family()
        s.join(family, mother, "adult")
        for child in children:
            s.join(family, child, "child")
        s.attach(family, A)
        self.oracle.children[str(family)] = {str(child) for child in children}
        self.oracle.attached[str(family)], self.oracle.result[str(family)] = ATTACHED, EARNED

    def nominate(self) -> None:
        """The same people again, or a mixture of two families, and a cousin now and then."""
        cousin = [self.world.story.person("2010-01")] if self.rng.random() < 0.5 else []
        self.compose(self.rng.choice(self.mothers), self.rng.choice(self.sons), *cousin)

    def move_in(self) -> None:
        """A child comes to belong to another family as well."""
        family, child = self.rng.choice(sorted(self.oracle.children)), self.rng.choice(self.sons)
        self.world.story.join(UUID(family), child, "child", "2018-12-01")
        self.oracle.children[family].add(str(child))

    def merge(self) -> None:
        left = [son for son in self.sons if str(son) not in self.oracle.merged]
        if len(left) > 1:
            loser, winner = self.rng.sample(left, 2)
            self.world.story.merge(loser, winner)
            self.oracle.merged[str(loser)] = str(winner)
            self.merges.append((loser, winner))

    def unmerge(self) -> None:
        if self.merges:
            loser, winner = self.merges.pop()
            self.world.story.unmerge(loser, winner)
            del self.oracle.merged[str(loser)]

    def answer(self) -> None:
        asked = [q for q in questions(self.world, kind="same_people", limit=200) if q["status"] != "closed"]
        if not asked:
            return
        question, pair = (found := self.rng.choice(asked)), frozenset(found["families"])
        said = self.rng.choice(["same_family", "same_family", "different_family", "joined_later"])
        if said == "same_family":
            assert answer(self.world, question["id"], said).status_code == 201
        joined = self.rng.choice(["2018-01-01", "2019-01-01"]) if said == "joined_later" else None
        if said != "same_family":
            agree(self.world, question["id"], said, **({"joined_on": joined} if joined else {}))
        self.oracle.answers[pair] = (said, date.fromisoformat(joined) if joined else None)

    def settle(self) -> None:
        """Pay what may be paid, give back what has to go back."""
        self.world.settle()
        for claim in self.world.claims(status="to_repay", limit=200):
            assert repay(self.world, claim["id"]).status_code == 201
        self.world.settle()
        if self.world.claims(status="drafted"):
            pay(self.world, DORA)
        self.world.settle()

    def standing(self) -> set[str]:
        return {claim["family"] for claim in self.world.claims(status="paid", limit=200)}


@pytest.mark.parametrize("seed", [1, 2])
def test_money_in_is_what_the_oracle_says_and_nobody_is_paid_for_twice_unasked(world: World, seed: int) -> None:
    histories = Histories(world, rng := Random(seed))
    histories.begin()
    acts = [histories.nominate, histories.move_in, histories.merge, histories.unmerge]
    for number in range(14):
        histories.settle()
        expected = histories.oracle.settle()
        assert (number, histories.standing()) == (number, set(histories.oracle.paid))
        assert results(world) == 80_000 * expected
        for one, other in combinations(sorted(histories.standing()), 2):
            said, _ = histories.oracle.answers.get(frozenset((one, other)), ("", None))
            asked = [q for q in questions(world, kind="same_people", limit=200) if set(q["families"]) == {one, other}]
            if histories.oracle.share(one, other) and said not in ("different_family", "joined_later"):
                # Both were paid before they turned out to share somebody: a person is asked.
                assert [q["status"] for q in asked] == ["open"]
        (histories.answer if rng.random() < 0.5 else rng.choice(acts))()
    histories.settle()
    target(world, "2017/18", 99)
    assert funded(world) == histories.oracle.funded()
