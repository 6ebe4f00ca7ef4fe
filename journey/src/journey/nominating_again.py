"""A school nominates a family that the programme already supports: asked about, and paid for once.

It comes late, when all results of the borough are paid, so that a second payment would show in every total.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from journey.api import Api, Who
from journey.diary import Diary
from journey.money import Money
from journey.platform import Watch
from journey.register import Register
from journey.seeding import Cast, iso
from sandbox.borough import Borough
from sandbox.model import ADULT, CHILD

NOMINATED = "nominated again"
"""The diary's word for the second family, which is nobody's in the truth of the borough."""


@dataclass(frozen=True)
class NominatedAgain:
    """What came of it.

    Shape: `asked` is how many questions name both families. `refused` is what the coordinator who nominated it was
    answered with when she said that it is another family. `claims` are those of the second family.
    Units: pence, of results and of attachment fees, paid for it.
    """

    asked: int
    refused: int
    claims: int
    results_pence: int
    fees_pence: int


def find_supported_family(borough: Borough) -> str | None:
    """A family whose result is paid and whose year has places left, so that another could be paid. None without."""
    last = max((fee.year for fee in borough.truth.totals.fees), default="")
    for due in borough.truth.families.values():
        members = borough.families[due.family].members
        if (
            due.pence
            and due.story == 0
            and due.attached_on
            and due.attached_on >= date(int(last[:4]), 4, 1)
            and {m.role for m in members if m.until is None} == {ADULT, CHILD}
        ):
            return due.family
    return None


def nominate_again(
    api: Api, cast: Cast, diary: Diary, watch: Watch, register: Register, money: Money, family: str, on: date
) -> NominatedAgain:
    """Nominate the family's people once more, do all that attaches a family, and let a claims officer answer."""
    clare, cora = cast["clare"], cast["cora"]
    before = diary.do_once("paid before the nomination", lambda: money.read_ledger()["totals"])
    second = diary.do_once(NOMINATED, lambda: _nominate(api, cast, register, family))
    watch.wait_until_idle()
    fees = {"framework": money.find_framework(), "year": fee_year(register, family), "date": iso(on)}
    diary.do_once("fees after the nomination", lambda: _try_to_settle(api, cast["finn"], fees))
    asked = [
        question
        for question in api.pages(clare, "claims", "/v1/questions", kind="same_people")
        if second in question["families"] and register.families[family] in question["families"]
    ]
    refused = 0
    for question in asked:
        path, told = f"/v1/questions/{question['id']}/answers", {"date": iso(on)}
        other = {**told, "answer": "different_family", "reason": "Another household"}
        key = {"Idempotency-Key": api.key_of_act("nominated again: answered by who nominated")}
        refused = api.send(cora, "POST", "claims", path, json=other, headers=key, allow=(403,)).status_code
        same = {**told, "answer": "same_family", "reason": "The same people at the same address"}
        diary.do_once("answered: the same family", lambda: api.post(clare, "claims", path, same, act="same family"))  # noqa: B023
    watch.wait_until_idle()
    after = money.read_ledger()["totals"]
    return NominatedAgain(
        asked=len(asked),
        refused=refused,
        claims=sum(1 for _ in api.pages(clare, "claims", "/v1/claims", family=second)),
        results_pence=after["results"]["pence"] - before["results"]["pence"],
        fees_pence=after["fees"]["pence"] - before["fees"]["pence"],
    )


def fee_year(register: Register, family: str) -> str:
    """The programme's year in which a family of the sandbox was attached. Example: `2018/19`."""
    attached = register.borough.truth.families[family].attached_on
    assert attached
    first = attached.year if attached.month >= 4 else attached.year - 1
    return f"{first}/{(first + 1) % 100:02}"


def _nominate(api: Api, cast: Cast, register: Register, family: str) -> str:
    """The second family, with the same people, and the four parts of the gate; its id."""
    cora, due = cast["cora"], register.borough.truth.families[family]
    day = iso(due.attached_on)
    body = {"area": "thornbury", "reason": "The school knows them", "date": day}
    second = str(api.post(cora, "families", "/v1/families", body, act=NOMINATED)["id"])
    path = f"/v1/families/{second}"

    def send(what: str, body: dict[str, object], act: str) -> str:
        return str(api.post(cora, "families", f"{path}/{what}", body, act=f"{NOMINATED}: {act}").get("id"))

    for member in register.borough.families[family].members:
        who = register.person_id(member.person)
        if who and member.until is None:
            send("members", {"person": who, "role": member.role, "from": day}, f"member {who}")
    needs = list(due.needs_when_attached)
    send("agreement-to-be-supported", {"date": day, "agreed": True}, "agreed")
    send("lead-professional", {"date": day, "user": cast.ids["leo"], "service": "programme"}, "lead")
    assessment = send("assessments", {"date": day, "kind": "early_help", "needs": needs, "note": ""}, "assessed")
    goals = [{"need": need, "goal": "Better"} for need in needs]
    send("plans", {"date": day, "assessment": assessment, "goals": goals}, "planned")
    return second


def _try_to_settle(api: Api, finn: Who, fees: Mapping[str, object]) -> int:
    """Settle the year's fees once more, as if the second family were one more."""
    key = {"Idempotency-Key": api.key_of_act("fees after the nomination")}
    return api.send(finn, "POST", "claims", "/v1/fees", json=fees, headers=key, allow=(409, 422)).status_code
