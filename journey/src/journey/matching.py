"""Decides every match review from the truth, as the analyst, until none is open."""

from collections import Counter
from typing import Any

from journey.console import Step
from journey.platform import Watch
from journey.register import Register, natural_key
from journey.stopping import WentWrong
from sandbox.model import NON_RESIDENT_PARENT

ROUNDS = 12
"""Deciding may open further reviews; each round leaves fewer people apart, so this is never reached."""


def decide_reviews(register: Register, watch: Watch, step: Step, kept_open: frozenset[str]) -> Counter[str]:
    """Decide what is open, again and again until nothing is; how often each verdict was given.

    `kept_open` are people of the sandbox whom the analyst leaves alone for now: the twins of story 10.
    """
    api, ana = register.api, register.cast["ana"]
    given: Counter[str] = Counter()
    for _ in range(ROUNDS):
        reviews = [
            (review, verdict)
            for review in api.pages(ana, "families", "/v1/match-reviews", status="open")
            if (verdict := find_verdict(register, review, kept_open))
        ]
        if not reviews:
            return given

        def decide(one: tuple[Any, str]) -> str:
            review, verdict = one
            body = {"verdict": verdict, "reason": REASONS[verdict]}
            path = f"/v1/match-reviews/{review['id']}/decision"
            # Two decisions may settle a third review, which then is no longer open to the other verdict.
            api.send(
                ana,
                "POST",
                "families",
                path,
                json=body,
                headers={"Idempotency-Key": api.key_of_act(path)},
                allow=(409,),
            )
            return verdict

        given.update(step.run_each(reviews, decide))
        watch.wait_until_idle(step.show_left)
        same = [review["left"]["person"] for review, verdict in reviews if verdict == "same"]
        register.note_merged(step.run_each(same, lambda person: api.get(ana, "families", f"/v1/people/{person}")))
    raise WentWrong(f"after {ROUNDS} rounds of decisions there are reviews still")


REASONS = {
    "same": "The same person in both agencies' files",
    "different": "Two people",
    "yes": "A parent who lives elsewhere",
    "no": "No parent of this child",
}


def find_verdict(register: Register, review: Any, kept_open: frozenset[str]) -> str | None:
    """The verdict that the truth gives; None for a review that is left open."""
    left, right = (person_of_side(register, review[side]) for side in ("left", "right"))
    if left in kept_open and right in kept_open:
        return None
    if review["kind"] == "same_person":
        return "same" if left == right else "different"
    return "yes" if is_absent_parent(register, child=left, parent=right) else "no"


def person_of_side(register: Register, side: Any) -> str:
    """The truth person of one side, by its records."""
    truth = register.borough.truth
    counts = Counter(truth.record_person(record["feed"], natural_key(record["key"])) for record in side["records"])
    return counts.most_common(1)[0][0]


def is_absent_parent(register: Register, *, child: str, parent: str) -> bool:
    return any(
        child in family.people()
        and any(member.person == parent and member.role == NON_RESIDENT_PARENT for member in family.members)
        for family in register.borough.families.values()
    )
