"""What a withdrawal stops: everybody who is entitled asks before and after it, through REST and GraphQL.

In the sandbox the use of school attendance for claims rests on consent; for identification it rests on public task and
goes on. So after a withdrawal no answer for the purpose `claim` may tell anything about attendance of that family.
"""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from journey.api import Api, Person, chunked
from journey.register import Register
from journey.seeding import Cast
from sandbox.model import SCHOOL_ATTENDANCE, Act

ASKERS = ("ana", "clare", "otto", "finn")
"""Whose roles have the purpose `claim` and may read claims."""
BLANK = (None, "withheld")
FAMILY = """
query ($family: UUID!) {
  family(id: $family, purpose: "claim") {
    members { person { id facts(first: 100) { items { measure from to value } } } }
    eligibility { eligible criteria { criterion verdict reason } attachedOn }
    progress { needs { criterion verdict reason } resultDate route }
    claims { items { status type resultDate evidence { bundle ruleTrace } } }
  }
}
"""
CLAIMS = """
query ($family: UUID!) {
  claims(filter: { family: $family }, purpose: "claim") {
    items { status type resultDate evidence { bundle ruleTrace }
      family { eligibility { criteria { criterion verdict } } } }
  }
}
"""


@dataclass
class Withdrawals:
    """Counts what was asked, and which answers still held what rested on consent."""

    api: Api
    cast: Cast
    register: Register
    checked: int = 0
    leaks: int = 0
    held: int = 0
    asked: int = 0
    resumed: bool = True
    leaking: set[str] = field(default_factory=set)
    stopped: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def ask_before(self, act: Act) -> None:
        """Ask as the analyst while the consent stands, to know that something is shown which can be stopped."""
        answers = [holds_attendance(answer) for _, answer in self.ask_every_door(act, ASKERS[:1])]
        with self._lock:
            self.resumed = False
            self.held += sum(answers)

    def ask_after(self, act: Act) -> None:
        """Ask after the withdrawal was acknowledged, through every door; each withdrawal is another person's turn."""
        with self._lock:
            self.asked += 1
            asker = ASKERS[self.asked % len(ASKERS)]
        for door, answer in self.ask_every_door(act, (asker,)):
            self._note(door, holds_attendance(answer))
        if not self.public_task_goes_on(act):
            with self._lock:
                self.stopped.add(act.family)

    def ask_all_again(self, acts: list[Act]) -> None:
        """Everybody asks once more about all of them together, when all later records are in."""
        families = sorted({family for act in acts if (family := self.register.family_id(act.family))})
        children = sorted({child for act in acts if (child := self.register.person_id(act.people[0]))})
        for name in ASKERS:
            who = self.cast.people[name]
            for program, path, ids in (
                ("claims", "/v1/eligibility/lookup", families),
                ("claims", "/v1/progress/lookup", families),
                ("claims", "/v1/claims/lookup", families),
                ("families", "/v1/facts/lookup", children),
            ):
                for some in chunked(ids):
                    body = {"ids": some}
                    said = self.api.send(who, "POST", program, path, json=body, purpose="claim", allow=REFUSALS)
                    answer = said.json()
                    for row in answer.get("items", [answer]):
                        self._note(f"{name} {path}", holds_attendance(row))
        self.check_cohort(acts)

    def check_cohort(self, acts: list[Act]) -> None:
        """Nobody finds these families in the list of how families stand: that rests on attendance too."""
        families = {self.register.family_id(act.family) for act in acts}
        for name in ASKERS:
            rows = self.api.pages(self.cast[name], "claims", "/v1/cohort", purpose="claim")
            listed = {row["family"] for row in rows}
            for family in families:
                self._note(f"{name} cohort", family in listed)

    def _note(self, door: str, leak: bool) -> None:
        with self._lock:
            self.checked += 1
            self.leaks += leak
            if leak:
                self.leaking.add(door)

    def ask_every_door(self, act: Act, askers: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
        """Every entitled person's answer through every door that could tell of the family's attendance."""
        family, child = self.register.family_id(act.family), self.register.person_id(act.people[0])
        for name in askers:
            who = self.cast.people[name]
            for door, ask in self._doors(who, str(family), str(child)).items():
                yield f"{name} {door}", ask()

    def _doors(self, who: Person, family: str, child: str) -> dict[str, Callable[[], Any]]:
        api = self.api

        def get(program: str, path: str, **params: Any) -> Callable[[], Any]:
            return lambda: json_of(api.send(who, "GET", program, path, params=params, purpose="claim", allow=REFUSALS))

        def post(program: str, path: str, body: dict[str, Any]) -> Callable[[], Any]:
            return lambda: json_of(api.send(who, "POST", program, path, json=body, purpose="claim", allow=REFUSALS))

        def query(text: str) -> Callable[[], Any]:
            return lambda: without_others(api.graphql(who, text, {"family": family}, purpose="claim"), child)

        doors: dict[str, Callable[[], Any]] = {
            "eligibility": get("claims", f"/v1/families/{family}/eligibility"),
            "progress": get("claims", f"/v1/families/{family}/progress"),
            "claims": get("claims", "/v1/claims", family=family),
            "eligibility lookup": post("claims", "/v1/eligibility/lookup", {"ids": [family]}),
            "progress lookup": post("claims", "/v1/progress/lookup", {"ids": [family]}),
            "claims lookup": post("claims", "/v1/claims/lookup", {"ids": [family]}),
            "facts": get("families", f"/v1/people/{child}/facts"),
            "facts lookup": post("families", "/v1/facts/lookup", {"ids": [child]}),
            "family": get("families", f"/v1/families/{family}"),
            "timeline": get("families", f"/v1/families/{family}/timeline"),
            "graphql family": query(FAMILY),
            "graphql claims": query(CLAIMS),
        }
        listed = json_of(
            api.send(who, "GET", "claims", "/v1/claims", params={"family": family}, purpose="claim", allow=REFUSALS)
        )
        for number, claim in enumerate(listed.get("items", [])):
            doors[f"claim {number}"] = get("claims", f"/v1/claims/{claim['id']}")
            if bundle := (claim.get("evidence") or {}).get("bundle"):
                doors[f"bundle {number}"] = get("families", f"/v1/evidence-bundles/{bundle}")
        return doors

    def public_task_goes_on(self, act: Act) -> bool:
        """The analyst still sees, for identification, what the school sends on its own task."""
        path = f"/v1/families/{self.register.family_id(act.family)}/eligibility"
        return holds_attendance(self.api.get(self.cast["ana"], "claims", path, purpose="identify"))


REFUSALS = (403, 404)


def json_of(answer: Any) -> Any:
    return answer.json()


def without_others(answer: dict[str, Any], child: str) -> dict[str, Any]:
    """An answer without the facts of the family's other members, for whom another consent may still stand."""
    family = (answer.get("data") or {}).get("family")
    if family:
        members = family["members"] or []
        family["members"] = [member for member in members if (member["person"] or {}).get("id") == child]
    return answer


def holds_attendance(answer: Any) -> bool:
    """Whether anything in an answer tells of attendance: a verdict, a fact, a list of criteria."""
    if isinstance(answer, list):
        return any(holds_attendance(item) for item in answer)
    if not isinstance(answer, dict):
        return False
    if answer.get("criterion") == "attendance" and answer.get("verdict") not in BLANK:
        return True
    if str(answer.get("measure", "")).startswith("sessions."):
        return True
    if answer.get("category") == "attendance" or answer.get("feed") == SCHOOL_ATTENDANCE:
        return True
    named = answer.get("criteria")
    if isinstance(named, list) and "attendance" in named:
        return True
    return any(holds_attendance(value) for value in answer.values())
