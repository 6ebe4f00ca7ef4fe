"""What people do with families, each act by who may do it: notices, consents, support, protections."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from journey.api import Api, Who, chunked
from journey.diary import Diary
from journey.register import Register
from journey.seeding import Cast, iso
from journey.stopping import WentWrong
from sandbox.actors import PROTECTING, USERS
from sandbox.calendar import DAY, STORY_BEGINS
from sandbox.feeds import Wave
from sandbox.model import NON_RESIDENT_PARENT, Act
from sandbox.supplying import AREA

NOTICE = (
    "How we share information to support families: who we are, what we share with whom and why, how long we keep it, "
    "and what you can ask of us."
)
PARTNERS = ("housing", "school-nursing")
"""Services that join the team of a family whose carer consented to it."""


@dataclass
class Acts:
    """Does the sandbox's acts. Each is done once, whatever happens to the journey in between."""

    api: Api
    cast: Cast
    register: Register
    diary: Diary

    def publish_notice(self) -> str:
        """The privacy notice, published once; its id."""
        body = {"code": "think-family", "version": "2016-04", "language": "en", "text": NOTICE}
        iris = self.cast["iris"]
        return str(
            self.diary.do_once("notice", lambda: self.api.post(iris, "consent", "/v1/notices", body, act="notice"))[
                "id"
            ]
        )

    def do_act(self, number: int, act: Act) -> Any:
        """Do one act; `number` is its position among the borough's acts, which tells acts of one day apart."""
        name = f"act {number} {act.kind} {act.family}"
        return self.diary.do_once(name, lambda: DOING[act.kind](self, act, name))

    def _family(self, act: Act) -> str:
        found = self.register.family_id(act.family)
        if found is None:
            raise WentWrong(
                f"family {act.family} of the sandbox is nowhere on the platform, so {act.kind} cannot be done"
            )
        return found

    def _who(self, act: Act) -> Who:
        """Who does it: the sandbox's person, but for a family at a refuge the one who looks after protected families.

        A coordinator does not meet those: that a family is in her area says where it is.
        """
        return self.cast[PROTECTING if act.user == "cora" and self._is_hidden(act) else act.user]

    def _is_hidden(self, act: Act) -> bool:
        people = (self.register.borough.people[who] for who in self.register.borough.families[act.family].people())
        return any(person.premises_on(act.on).kind == "refuge" for person in people)

    def _support(self, act: Act, what: str, body: dict[str, Any], name: str) -> Any:
        path = f"/v1/families/{self._family(act)}/{what}"
        return self.api.post(self._who(act), "families", path, {"date": iso(act.on), **body}, act=name)

    def member_stated(self, act: Act, name: str) -> Any:
        """The coordinator adds a parent who lives elsewhere, once some feed names that person."""
        cora, path = self.cast["cora"], f"/v1/families/{self._family(act)}/members"
        held = self.api.get(cora, "families", path)["items"]
        for who in self.register.known_ids(act.people):
            if any(member["person"] == who and member["role"] == act.detail for member in held):
                continue  # the analyst's decision on the school's record said so already
            body = {"person": who, "role": act.detail, "from": iso(STORY_BEGINS)}
            self.api.post(cora, "families", path, body, act=f"{name} {who}")

    def notice_delivered(self, act: Act, name: str) -> Any:
        """Deliver the notice, to a parent who lives elsewhere too: data about him is used for the family.

        A coordinator has to do with people who belong to a family of her area today. Whoever else it is for gets it
        from the one who looks after the programme's data, whoever that is about.
        """
        elsewhere = [
            m.person for m in self.register.borough.families[act.family].members if m.role == NON_RESIDENT_PARENT
        ]
        people = self.register.known_ids(dict.fromkeys([*act.people, *elsewhere]))
        body = {"date": iso(act.on), "channel": "in_person", "persons": people}
        path = f"/v1/notices/{self.publish_notice()}/deliveries"
        return self.api.post(self.cast[PROTECTING], "consent", path, body, act=name) if people else None

    def notify_families(self, families: list[str], wave: Wave) -> int:
        """Deliver the notice to every member of these families who has none yet. Returns how many there were."""
        pia = self.cast[PROTECTING]  # who meets every family, those at protected addresses too
        held = self.api.lookup(pia, "families", "/v1/families/lookup", families)
        members = sorted({member["person"] for family in held for member in family["members"]})
        given = self.api.lookup(pia, "consent", "/v1/notices/lookup", members)
        waiting = sorted(set(members) - {row["person"] for row in given if row["notices"]})
        for number, some in enumerate(chunked(waiting)):
            body = {"date": iso(wave.pushed_on), "channel": "letter", "persons": some}
            path = f"/v1/notices/{self.publish_notice()}/deliveries"
            self.api.post(pia, "consent", path, body, act=f"newcomers {wave.number} {number}")
        return len(waiting)

    def agreement_to_be_supported(self, act: Act, name: str) -> Any:
        by = self.register.known_ids(act.people)
        body = {"agreed": True, "by": by[0] if by else None}
        return self._support(act, "agreement-to-be-supported", body, name)

    def declined(self, act: Act, name: str) -> Any:
        by = self.register.known_ids(act.people)
        body = {"agreed": False, "by": by[0] if by else None}
        return self._support(act, "agreement-to-be-supported", body, name)

    def lead_professional_named(self, act: Act, name: str) -> Any:
        service = next(user.service for user in USERS if user.username == act.detail)
        body = {"user": self.cast.ids[act.detail], "service": service}
        return self._support(act, "lead-professional", body, name)

    def assessment_completed(self, act: Act, name: str) -> Any:
        needs = self.register.borough.truth.families[act.family].needs_when_attached
        body = {"kind": "early_help", "needs": list(needs), "note": ""}
        done = self._support(act, "assessments", body, name)
        self.diary.do_once(f"assessment {act.family}", lambda: done["id"])
        return done

    def plan_agreed(self, act: Act, name: str) -> Any:
        """Agree the plan. Housing and the school nurse join the team where the carer consented to it."""
        needs = self.register.borough.truth.families[act.family].needs_when_attached
        body = {
            "assessment": self.diary.do_once(f"assessment {act.family}", lambda: None),
            "goals": [{"need": need, "goal": f"Better in {need.replace('_', ' ')}"} for need in needs],
        }
        done = self._support(act, "plans", body, name)
        consents = self.register.borough.families[act.family].consents
        if any(consent.recipient == "housing" for consent in consents):
            for service in PARTNERS:
                path, joining = f"/v1/families/{self._family(act)}/team", {"service": service, "from": iso(act.on)}
                self.api.post(self.cast[act.user], "families", path, joining, act=f"{name} {service}")
        return done

    def consent_given(self, act: Act, name: str) -> Any:
        consent = next(each for each in self.register.borough.families[act.family].consents if each.id == act.detail)
        child, carer = self.register.person_id(consent.person), self.register.person_id(consent.given_by)
        if child is None:
            return None
        body = {
            "person": child,
            # A carer whom no feed names is unknown to the platform; the consent is then recorded as the child's own.
            "given_by": "representative" if carer else "person",
            "representative": carer,
            "date": iso(act.on),
            "purposes": [consent.purpose],
            "categories": [consent.category],
            "recipients": [consent.recipient],
            "notice": self.publish_notice(),
            "channel": "in_person",
        }
        done = self.api.post(self.cast[act.user], "consent", "/v1/consents", body, act=name)
        self.diary.do_once(f"consent {act.detail}", lambda: done["id"])
        return done

    def consent_withdrawn(self, act: Act, name: str) -> Any:
        """The coordinator records the withdrawal: an information governance officer may only read consents."""
        consent = self.diary.do_once(f"consent {act.detail}", lambda: None)
        path = f"/v1/consents/{consent}/withdrawal"
        who = self.cast[PROTECTING if self._is_hidden(act) else "cora"]
        return self.api.post(who, "consent", path, {"date": iso(act.on)})

    def separated(self, act: Act, name: str) -> Any:
        """Some members leave the family and become one of their own, of which only the area is said."""
        cora, since = self.cast["cora"], self.register.borough.families[act.detail].members[0].since
        body = {"area": AREA, "reason": "The parents live apart", "date": iso(act.on)}
        new = str(self.api.post(cora, "families", "/v1/families", body, act=name)["id"])
        # Joined before they leave: whoever has left her families is not hers to place any longer.
        for who in act.people:
            if person := self.register.person_id(who):
                role = self.register.borough.truth.members(act.detail, since)[who]
                body = {"person": person, "role": role, "from": iso(since)}
                self.api.post(cora, "families", f"/v1/families/{new}/members", body, act=f"{name} {who}")
        gone = set(self.register.known_ids(act.people))
        path = f"/v1/families/{self._family(act)}/members"
        for member in self.api.get(cora, "families", path)["items"]:
            if member["person"] in gone and member["to"] is None:
                version = {"If-Match": member["etag"]}
                last = {"to": iso(since - DAY)}
                self.api.send(cora, "PATCH", "families", f"{path}/{member['id']}", json=last, headers=version)
        return {"family": act.detail, "id": new}

    def protection_set(self, act: Act, name: str) -> Any:
        done = []
        for person in self.register.known_ids(act.people):
            body = {"person": person, "kind": "location", "date": iso(act.on), "reason": "StopAsked for by the police"}
            done.append(self.api.post(self.cast[act.user], "consent", "/v1/protections", body, act=f"{name} {person}"))
        return done

    def wrong_merge(self, act: Act, name: str) -> Any:
        """The analyst merges twins wrongly: by the open review if there is one, else directly."""
        one, other = self.register.known_ids(act.people)
        ana = self.cast[act.user]
        for review in self.api.pages(ana, "families", "/v1/match-reviews", status="open", kind="same_person"):
            if {review["left"]["person"], review["right"]["person"]} == {one, other}:
                decision = {"verdict": "same", "reason": "One child, entered twice"}
                return self.api.post(ana, "families", f"/v1/match-reviews/{review['id']}/decision", decision, act=name)
        body = {"other": other, "reason": "One child, entered twice"}
        return self.api.post(ana, "families", f"/v1/people/{one}/merge", body, act=name)

    def unmerge(self, act: Act, name: str) -> Any:
        """The analyst undoes the merge; the platform lists what was shared meanwhile."""
        one, other = (next(iter(self.register.persons[who])) for who in act.people)
        if one != other:
            raise WentWrong(f"the twins of {act.family} are not one person, so nothing can be split")
        twin = next(who for who in act.people if one not in self.register.first_given(who))
        leaf = min(self.register.first_given(twin))
        body = {"person": leaf, "reason": "Two children, born on one day"}
        undone = self.api.post(self.cast[act.user], "families", f"/v1/people/{one}/unmerge", body, act=name)
        if undone["shared_meanwhile"] is None:
            raise WentWrong(f"what was shared of the twins of {act.family} while they were one cannot be told")
        return undone


DOING: dict[str, Callable[[Acts, Act, str], Any]] = {
    kind: getattr(Acts, kind)
    for kind in (
        "member_stated",
        "notice_delivered",
        "agreement_to_be_supported",
        "declined",
        "lead_professional_named",
        "assessment_completed",
        "plan_agreed",
        "consent_given",
        "consent_withdrawn",
        "separated",
        "protection_set",
        "wrong_merge",
        "unmerge",
    )
}
