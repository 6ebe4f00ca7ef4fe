"""A father objects, and an enquiry opens: what is routine stops, and the safeguarding hub is served all the same.

It comes last, and concerns a family that nobody supports, so that nothing that is claimed depends on it.
"""

from dataclasses import dataclass
from datetime import date

from journey.api import Api, Who
from journey.diary import Diary
from journey.register import Register
from journey.seeding import Cast, iso
from sandbox.borough import Borough
from sandbox.model import ADULT, CHILD

OBJECTED_TO = ["identify", "support", "claim"]
NEVER_SHOWN = frozenset({"jobcentre"})
"""Whose data the law binds: no enquiry shows it."""


@dataclass(frozen=True)
class ServedEnquiry:
    """How many facts of the father the analyst saw before and after he objected, and the hub by the enquiry.

    Shape: `without_ground` is what the hub's request without the enquiry was answered with.
    """

    routine_before: int
    routine_after: int
    shown_by_enquiry: int
    shown_although_bound: int
    without_ground: int
    after_closing: int


def find_objecting_father(borough: Borough, register: Register) -> tuple[str, str] | None:
    """A father of whom the police told, in a family that nobody supports, and a child of his. None if there is none."""
    involved = {each.person for incident in borough.incidents for each in incident.involved}
    for family in borough.families.values():
        if family.story or family.support or borough.truth.families[family.id].attached_on:
            continue
        fathers = [m.person for m in family.members if m.role == ADULT and borough.people[m.person].sex == "male"]
        children = [m.person for m in family.members if m.role == CHILD and m.until is None]
        for father in sorted(involved & set(fathers)):
            if register.person_id(father) and any(register.person_id(child) for child in children):
                return father, next(child for child in children if register.person_id(child))
    return None


def serve_enquiry(api: Api, cast: Cast, diary: Diary, father: str, child: str, on: date) -> ServedEnquiry:
    """Let the father object and social care open an enquiry about his child, and count who is then shown what."""
    hub, analyst = cast["max"], cast["ana"]
    facts = f"/v1/people/{father}/facts"

    def seen_as_routine() -> int:
        return len(api.get(analyst, "families", facts, purpose="identify")["items"])

    before = diary.do_once("facts before the objection", seen_as_routine)
    objection = {"person": father, "date": iso(on), "purposes": OBJECTED_TO}
    diary.do_once("objection", lambda: api.post(cast["iris"], "consent", "/v1/objections", objection, act="objection"))
    enquiry = diary.do_once("enquiry", lambda: open_enquiry(api, cast["sade"], [child, father], on))
    by_enquiry = {"Ground": f"enquiry {enquiry}"}

    def ask(headers: dict[str, str]) -> tuple[int, list[str]]:
        answer = api.send(hub, "GET", "families", facts, headers=headers, allow=(404,))
        return answer.status_code, [fact["source"] for fact in answer.json().get("items", [])]

    shown = diary.do_once("facts by the enquiry", lambda: ask(by_enquiry)[1])
    closed = {"date": iso(on), "reason": "No further action"}
    path = f"/v1/enquiries/{enquiry}/close"
    diary.do_once("enquiry closed", lambda: api.post(cast["sade"], "families", path, closed))
    return ServedEnquiry(
        routine_before=before,
        routine_after=seen_as_routine(),
        shown_by_enquiry=len(shown),
        shown_although_bound=sum(1 for source in shown if source in NEVER_SHOWN),
        without_ground=ask({})[0],
        after_closing=ask(by_enquiry)[0],
    )


def open_enquiry(api: Api, social_worker: Who, people: list[str], on: date) -> str:
    """Open an enquiry about a child and his father, as a social worker does; its id."""
    body = {"reference": "CSC-2018-1", "kind": "s47", "begun": iso(on), "subjects": [{"person": one} for one in people]}
    return str(api.post(social_worker, "families", "/v1/enquiries", body, act="enquiry")["id"])
