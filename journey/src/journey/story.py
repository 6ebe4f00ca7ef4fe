"""The journey: three partners' pushes, matching, support, later pushes, claims, payment, a withdrawal, recomputation.

Things happen in the order of their dates: what people do before a wave of pushes, the pushes, the analyst's decisions,
and on some days a claim window. Only public APIs are used, each by who may use it.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import httpx

from chassis.http import trusted
from journey import seeding
from journey.acts import Acts
from journey.api import Api
from journey.console import Console, Step, counted, pounds
from journey.diary import Diary, hold_seeding_lock
from journey.figures import Figures
from journey.matching import decide_reviews
from journey.money import Money
from journey.nominating_again import NOMINATED, find_supported_family, nominate_again
from journey.platform import Addresses, Watch, is_ready
from journey.profile import Profile
from journey.register import Register
from journey.safeguarding import find_objecting_father, serve_enquiry
from journey.seeding import Cast, iso
from journey.stopping import CannotGoOn, WentWrong
from journey.withdrawal import Withdrawals
from sandbox import Borough
from sandbox.calendar import IDENTIFIED_ON
from sandbox.feeds import Wave
from sandbox.model import Act
from sandbox.supplying import PushFile
from sandbox.truth import WindowTotal
from vocabulary.programs import PROGRAMS

LAST_DAY = date(2020, 2, 1)
FLAGGING = {"reason": "On the word of who runs it.", "date": "2016-09-01"}
"""What is said beside the kind, whenever premises are flagged."""
CONFIRMING = {"verdict": "confirmed", **FLAGGING}


@dataclass
class Outcome:
    """A journey that is over, for whoever looks back on it."""

    figures: Figures
    api: Api
    cast: Cast
    borough: Borough
    register: Register


def seed_platform(addresses: Addresses, var: Path, console: Console) -> Cast:
    """The sandbox's agencies, people and agreements on a running platform."""
    api = Api(addresses)
    check_answers(addresses)
    with hold_seeding_lock(var):
        return seeding.seed_borough(api, Diary(var), var, console, Watch(addresses))


def check_answers(addresses: Addresses) -> None:
    """Errors: CannotGoOn when a program of the platform does not answer."""
    with httpx.Client(timeout=10, verify=trusted()) as http:
        for program in PROGRAMS:
            if not is_ready(http, addresses.url(program)):
                raise CannotGoOn(
                    f"nothing answers for {program} at {addresses.url(program)}; start a platform with `make up`"
                )


def carry_borough(
    addresses: Addresses, var: Path, *, families: int, seed: int, console: Console, profile: Profile = "embedded"
) -> Outcome:
    """Carry a borough through a running platform. Errors: CannotGoOn, WentWrong; figures that differ are collected."""
    journey = Journey(addresses, var, families, seed, console, profile)
    return journey.carry_borough()


class Journey:
    def __init__(
        self, addresses: Addresses, var: Path, families: int, seed: int, console: Console, profile: Profile
    ) -> None:
        check_answers(addresses)
        self.console = console
        with hold_seeding_lock(var):
            self.diary = Diary(var)
            self.diary.refuse_other_borough({"families": families, "seed": seed})
            self.api = Api(addresses)
            self.watch = Watch(addresses)
            self.figures = Figures(console, profile=profile, families=families, seed=seed)
            self.cast = seeding.seed_borough(self.api, self.diary, var, console, self.watch)
        with console.step("sandbox", "the borough and its truth") as step:
            self.borough = Borough.generate(families=families, seed=seed)
            totals = self.borough.truth.totals
            step.add_figure(counted(len(self.borough.people), "person", "people"))
            step.add_figure(
                f"{totals.identified} families eligible, {totals.attached} attached, {totals.paid} paid in the end"
            )
        self.register = Register(self.api, self.cast, self.borough)
        self.acts = Acts(self.api, self.cast, self.register, self.diary)
        self.money = Money(self.api, self.cast, self.diary, self.watch)
        self.withdrawals = Withdrawals(self.api, self.cast, self.register)
        self.numbered = list(enumerate(self.borough.acts))
        self.apart = frozenset(who for act in self.borough.acts if act.kind == "wrong_merge" for who in act.people)

    def carry_borough(self) -> Outcome:
        self.watch.wait_until_idle()  # a push is refused until families has heard of its area
        self.flag_premises()
        windows = {total.window: total for total in self.borough.truth.totals.by_window}
        for wave in self.borough.waves:
            self.act_until(wave.pushed_on)
            self.push_wave(wave)
            self.match_wave(wave)
            self.notify_newcomers(wave)
            if wave.claims_on:
                self.act_until(wave.claims_on)
                self.claim_window(windows[wave.number])
        self.act_until(date.max)
        self.ask_again_after_withdrawals()
        self.settle_fees()
        self.recompute_claims()
        self.compare_families()
        self.compare_matching()
        self.nominate_again()
        self.serve_enquiry()
        return Outcome(self.figures, self.api, self.cast, self.borough, self.register)

    def flag_premises(self) -> None:
        """The officer says which addresses are refuges and shared houses before any record comes from there."""
        with self.console.step("premises", "refuges and shared houses flagged") as step:
            kinds: Counter[str] = Counter()
            for premises in self.borough.communal_premises:
                path = f"/v1/premises/{premises.uprn}"
                self.diary.do_once(
                    f"premises {premises.uprn}",
                    lambda path=path, kind=premises.kind: self.api.change(  # type: ignore[misc]
                        self.cast["iris"], "PUT", "families", path, {"kind": kind, **FLAGGING}
                    ),
                )
                kinds[premises.kind] += 1
            for kind, number in sorted(kinds.items()):
                step.add_figure(f"{number} {kind}")
            refused = self.diary.do_once("one person's lowering of a refuge", self.try_to_lower_a_refuge)
            self.figures.expect_figure("refuges that one person could lower", {}, refused)

    def try_to_lower_a_refuge(self) -> dict[str, int]:
        """What one person's attempts to take a refuge's flag away were answered with, other than refusals.

        The council's officer says another kind, asks that the flag be taken away, and confirms it alone; the police's
        officer asks as well. Nothing of it changes anything, and in the end the officer takes the request back.
        """
        refuge = next(premises for premises in self.borough.communal_premises if premises.kind == "refuge")
        path, iris = f"/v1/premises/{refuge.uprn}", self.cast["iris"]
        lower = {"kind": "ordinary", **FLAGGING}
        before = self.api.get(iris, "families", path)["flags"]
        asked = self.api.post(iris, "families", f"{path}/lowerings", lower, act=f"lower {refuge.uprn}")["id"]
        decision = f"{path}/lowerings/{asked}/decision"
        attempts = {
            "said otherwise": ("PUT", iris, path, {"kind": "hmo", **FLAGGING}, 409),
            "confirmed alone": ("POST", iris, decision, CONFIRMING, 409),
            "asked by the police": ("POST", self.cast["petra"], f"{path}/lowerings", lower, 404),
            "confirmed by the police": (
                "POST",
                self.cast["petra"],
                decision,
                {"verdict": "confirmed", **FLAGGING},
                404,
            ),
        }
        answers = {
            name: self.api.send(
                who, method, "families", where, json=body, headers={"Idempotency-Key": self.api.key_of_act(name)},
                allow=(expected,),
            ).status_code
            for name, (method, who, where, body, expected) in attempts.items()
        }  # fmt: skip
        self.api.post(iris, "families", decision, {"verdict": "refused", **FLAGGING})
        wrong = {name: answers[name] for name, (*_, expected) in attempts.items() if answers[name] != expected}
        after = self.api.get(iris, "families", path)["flags"]
        return wrong | ({} if after == before else {"flags afterwards": len(after)})

    # What partners push

    def push_wave(self, wave: Wave) -> None:
        with self.console.step("pushes", f"pushes of wave {wave.number}, to {wave.covers_to}") as step:
            reports = [self.send_push(push, step) for push in wave.pushes]
            self.watch.wait_until_idle(step.show_left)
            counts: Counter[str] = Counter()
            for push, report in zip(wave.pushes, [self.finish_push(*each) for each in reports], strict=True):
                counts.update({name: number for name, number in report["counts"].items() if number})
                lines = sum(1 for _ in push.lines())
                self.figures.expect_figure(f"lines of {push.name}", lines, report["lines"])
            step.add_figure(counted(len(wave.pushes), "push", "pushes"))
            for name, number in counts.items():
                step.add_figure(f"{number:,} {name}")
            self.figures.expect_figure(
                f"lines refused or held in wave {wave.number}", 0, counts["refused"] + counts["held"]
            )

    def send_push(self, push: PushFile, step: Step) -> tuple[PushFile, str]:
        """Send a file with its supplier's own client; the push's id."""

        def post() -> str:
            answer = self.api.send(
                self.cast.sender(push.feed),
                "POST",
                "families",
                f"/v1/feeds/{push.feed}/pushes",
                params={"covers_from": iso(push.covers_from), "covers_to": iso(push.covers_to), "area": push.area},
                content=push.csv,
                headers={"Content-Type": "text/csv", "Idempotency-Key": self.api.key_of_act(push.name)},
            )
            return str(answer.json()["id"])

        return push, self.diary.do_once(f"push {push.name}", post)

    def finish_push(self, push: PushFile, push_id: str) -> Any:
        """The push's report. The partner confirms an unusual push, which the platform has paused."""
        sender, path = self.cast.sender(push.feed), f"/v1/pushes/{push_id}"
        report = self.api.get(sender, "families", path)
        if report["status"] == "paused":
            self.api.post(sender, "families", f"{path}/resume", {})
            self.watch.wait_until_idle()
            report = self.api.get(sender, "families", path)
        if report["status"] != "finished":
            raise WentWrong(f"push {push.name} is {report['status']}: {report.get('paused_because')}")
        return report

    # Who is who

    def match_wave(self, wave: Wave) -> None:
        """Measure what the platform linked by itself, then decide what it left open."""
        name = f"matched {wave.number}"
        if self.diary.has_done(name):
            return
        with self.console.step("matching", f"matching after wave {wave.number}") as step:
            self.register.read_links()
            # Deliberately wrong are only the twins of story 10, from the analyst's own decision on.
            alone = self.register.measure_matching(but=self.apart)
            self.diary.do_once(f"automatic {wave.number}", lambda: vars(alone) | rates(alone))
            given = decide_reviews(self.register, self.watch, step, self.apart)
            found = self.register.measure_matching(but=self.apart)
            step.add_figure(f"{found.records:,} records of {found.people:,} people")
            step.add_figure(f"alone {alone.wrong_links} wrong, recall {alone.recall:.4f}")
            step.add_figure(
                ", ".join(f"{number} {verdict}" for verdict, number in sorted(given.items())) or "no reviews"
            )
            step.add_figure(f"then recall {found.recall:.4f}")
            self.diary.do_once(name, lambda: vars(found) | rates(found))
        if wave.number == 0:
            self.find_eligible()

    def find_eligible(self) -> None:
        """Whom the platform finds eligible once the first records are in, against the truth."""
        with self.console.step("identify", f"families eligible as at {IDENTIFIED_ON}") as step:
            self.watch.wait_until_idle(step.show_left)
            truth = self.borough.truth.families
            self.register.find_families(truth, IDENTIFIED_ON)
            names = {found: family for family, found in self.register.families.items()}
            rows = self.api.lookup(
                self.cast["ana"],
                "claims",
                "/v1/eligibility/lookup",
                list(names),
                as_at=iso(IDENTIFIED_ON),
            )
            eligible = {names[row["family"]] for row in rows if row["eligible"]}
            expected = {family for family, due in truth.items() if due.identified}
            step.add_figure(f"{len(eligible)} of {counted(len(names), 'family', 'families')}")
            self.figures.set_figure("eligible.families", len(eligible))
            self.figures.expect_figure("eligible.families", sorted(expected), sorted(eligible))

    # What people do

    def act_until(self, day: date) -> None:
        """Every act up to a day, those of one family in order, several families at a time."""
        due: dict[str, list[tuple[int, Act]]] = defaultdict(list)
        while self.numbered and self.numbered[0][1].on <= day:
            number, act = self.numbered.pop(0)
            due[act.family].append((number, act))
        wanted = {family: acts for family, acts in due.items() if not self.are_all_done(acts)}
        if not wanted:
            return
        days = [act.on for acts in wanted.values() for _, act in acts]
        with self.console.step("acts", f"what people did from {min(days)} to {max(days)}") as step:
            self.read_people_once()
            for family, acts in wanted.items():
                self.register.find_families([family], acts[0][1].on)
            self.acts.publish_notice()
            done: Counter[str] = Counter()

            def each(acts: list[tuple[int, Act]]) -> Counter[str]:
                kinds: Counter[str] = Counter()
                for number, act in acts:
                    self.do_act(number, act)
                    kinds[act.kind] += 1
                return kinds

            for kinds in step.run_each(wanted.values(), each):
                done.update(kinds)
            self.watch.wait_until_idle(step.show_left)
            for kind, number in sorted(done.items()):
                step.add_figure(f"{number} {kind.replace('_', ' ')}")
            if done["unmerge"] or done["wrong_merge"]:
                self.register.read_links(anew=True)

    def notify_newcomers(self, wave: Wave) -> None:
        """Give notice to people whom this wave shows in a supported family, before anything of theirs is shown."""
        informed = {
            act.family for act in self.borough.acts if act.kind == "notice_delivered" and act.on <= wave.pushed_on
        }
        if wave.number == 0 or self.diary.has_done(f"newcomers {wave.number}"):
            return
        with self.console.step("acts", f"notices to whom wave {wave.number} showed") as step:
            families = [found for family in sorted(informed) if (found := self.register.family_id(family))]
            number = self.diary.do_once(f"newcomers {wave.number}", lambda: self.acts.notify_families(families, wave))
            step.add_figure(counted(number, "person", "people"))

    def read_people_once(self) -> None:
        """Read the links, and families that parted, when this journey continues a stopped one."""
        if self.register.persons:
            return
        if self.diary.has_done("objection"):
            self.register.objected = frozenset(self.find_objecting()[:1])
        self.register.read_links()
        for number, act in enumerate(self.borough.acts):
            if act.kind == "separated" and self.are_all_done([(number, act)]):
                answer = self.acts.do_act(number, act)
                self.register.families[answer["family"]] = answer["id"]

    def do_act(self, number: int, act: Act) -> None:
        if act.kind == "consent_withdrawn":
            self.withdrawals.ask_before(act)
        answer = self.acts.do_act(number, act)
        if act.kind == "consent_withdrawn":
            self.withdrawals.ask_after(act)
        if act.kind == "separated":
            self.register.families[answer["family"]] = answer["id"]

    def are_all_done(self, acts: list[tuple[int, Act]]) -> bool:
        return all(self.diary.has_done(f"act {number} {act.kind} {act.family}") for number, act in acts)

    # What it earns

    def claim_window(self, window: WindowTotal) -> None:
        with self.console.step("claims", f"claim window of {window.claims_on}") as step:
            self.watch.wait_until_idle(step.show_left)
            paid = self.diary.do_once(f"paid {window.window}", lambda: self.money.claim_window(window, step))
            pence = sum(claim["pence"] for claim in paid)
            types = Counter(claim["type"] or "withheld" for claim in paid)
            step.add_figure(f"{counted(len(paid), 'claim')} paid, {pounds(pence)}")
            self.figures.expect_figure(f"claims paid on {window.claims_on}", window.claims, len(paid))
            self.figures.expect_figure(f"pence paid on {window.claims_on}", window.pence, pence)
            self.figures.expect_figure(
                f"types of claims on {window.claims_on}", window.by_type, dict(sorted(types.items()))
            )

    def settle_fees(self) -> None:
        with self.console.step("fees", "attachment fees, apart from results") as step:
            truth = self.borough.truth
            fees = self.money.settle_fees(truth.targets, LAST_DAY)
            step.add_figure(pounds(fees))
            self.figures.set_figure("fees.pence", fees)
            self.figures.set_figure("fees.truth_pence", truth.totals.fee_pence)
            self.figures.expect_figure("fees.pence", truth.totals.fee_pence, fees)
            results = self.money.read_ledger()["totals"]["results"]["pence"]
            self.figures.set_figure("claims.paid_pence", results)
            self.figures.set_figure("claims.truth_pence", truth.totals.pence)
            self.figures.expect_figure("claims.paid_pence", truth.totals.pence, results)

    def recompute_claims(self) -> None:
        with self.console.step("recomputation", "every claim recomputed as known then") as step:
            asked = {"all": True, "as": "known_then"}
            rows = self.api.post(self.cast["clare"], "claims", "/v1/recomputations", asked)["items"]
            equal = sum(1 for row in rows if row["equal"])
            step.add_figure(f"{equal} of {len(rows)} equal")
            self.figures.set_figure("recomputation.claims", len(rows))
            self.figures.set_figure("recomputation.equal", equal)
            self.figures.expect_figure("recomputation.equal", len(rows), equal)

    def ask_again_after_withdrawals(self) -> None:
        """At the end, everybody asks once more about each family that withdrew."""
        with self.console.step("withdrawal", "asked again for what rested on withdrawn consents") as step:
            self.read_people_once()
            asked, withdrawals = self.withdrawals, [act for act in self.borough.acts if act.kind == "consent_withdrawn"]
            self.register.find_families({act.family for act in withdrawals}, IDENTIFIED_ON)
            if withdrawals:
                asked.ask_all_again(withdrawals)
            step.add_figure(f"{counted(asked.checked, 'answer')} checked, {asked.leaks} leaked")
            self.figures.set_figure("withdrawal.answers_checked", asked.checked)
            self.figures.set_figure("withdrawal.leaks", asked.leaks)
            self.figures.set_figure("withdrawal.leaked_through", sorted(asked.leaking))
            self.figures.expect_figure("withdrawal.leaks", 0, asked.leaks)
            self.figures.expect_figure("withdrawal.public_task_stopped", [], sorted(asked.stopped))
            if not asked.resumed:  # a journey that goes on from a stopped one has not seen what was shown before
                self.figures.set_figure("withdrawal.held_before", asked.held)
                self.figures.expect_figure("withdrawal.anything_to_stop", True, asked.held > 0 or not withdrawals)

    # Safeguarding

    def find_objecting(self) -> list[str]:
        """The ids of the father who objects and of his child, as they were found the first time; empty without any."""

        def find() -> list[str]:
            found = find_objecting_father(self.borough, self.register)
            return [self.register.person_id(who) or "" for who in found] if found else []

        ids: list[str] = self.diary.do_once("who objects", find)
        return ids

    def serve_enquiry(self) -> None:
        """At the very end, a father objects and an enquiry opens: routine sharing stops, the hub is served."""
        with self.console.step("safeguarding", "a father objects, an enquiry opens") as step:
            self.read_people_once()
            found = self.find_objecting()
            if not found:
                step.add_figure("no family of the borough has such a father")
                return
            father, child = found
            served = serve_enquiry(self.api, self.cast, self.diary, father, child, LAST_DAY)
            step.add_figure(f"{counted(served.shown_by_enquiry, 'fact')} shown by the enquiry")
            self.figures.expect_figure("safeguarding.objection_stopped", 0, served.routine_after)
            self.figures.expect_figure("safeguarding.anything_to_stop", True, served.routine_before > 0)
            self.figures.expect_figure("safeguarding.served", True, served.shown_by_enquiry > 0)
            self.figures.expect_figure("safeguarding.bound_data_shown", 0, served.shown_although_bound)
            self.figures.expect_figure("safeguarding.without_ground", 404, served.without_ground)
            self.figures.expect_figure("safeguarding.after_closing", 404, served.after_closing)

    # One result for the same people

    def nominate_again(self) -> None:
        """A family that was paid for is nominated once more: a person is asked, and nothing more is paid."""
        with self.console.step("nomination", "a family nominated a second time") as step:
            family = find_supported_family(self.borough)
            if family is None:
                step.add_figure("no family of the borough could be paid twice")
                return
            self.read_people_once()
            self.register.find_families([family], IDENTIFIED_ON)
            came = nominate_again(
                self.api, self.cast, self.diary, self.watch, self.register, self.money, family, LAST_DAY
            )
            step.add_figure(f"{counted(came.asked, 'question')}, nothing paid twice")
            self.figures.set_figure("nomination.questions", came.asked)
            self.figures.expect_figure("nomination.questions", 1, came.asked)
            self.figures.expect_figure("nomination.answered_by_who_nominated", 403, came.refused)
            self.figures.expect_figure("nomination.claims", 0, came.claims)
            self.figures.expect_figure("nomination.results_pence", 0, came.results_pence)
            self.figures.expect_figure("nomination.fees_pence", 0, came.fees_pence)

    # Comparing with the truth

    def compare_families(self) -> None:
        """Family by family: what was claimed, of which type, with which result date, and when it was attached."""
        with self.console.step("compare", "every family against the truth") as step:
            truth = self.borough.truth.families
            self.read_people_once()
            self.register.find_families((f for f, due in truth.items() if due.attached_on), IDENTIFIED_ON)
            names = {found: family for family, found in self.register.families.items()}
            paid = self.list_paid(names)
            owed = {family: (due.type, iso(due.result_on)) for family, due in truth.items() if due.pence}
            self.expect_same("claim", owed, paid)
            second = self.diary.do_once(NOMINATED, str) if self.diary.has_done(NOMINATED) else None
            attached = {
                names.get(row["family"], row["family"]): row["attached_on"]
                for row in self.api.pages(self.cast["ana"], "claims", "/v1/cohort", state="attached")
                if row["family"] != second
            }
            due_then = {family: iso(due.attached_on) for family, due in truth.items() if due.attached_on}
            self.expect_same("attachment", due_then, attached)
            self.figures.set_figure("attached.families", len(attached))
            step.add_figure(f"{len(attached)} attached, {len(paid)} paid")

    def list_paid(self, names: dict[str, str]) -> dict[str, Any]:
        """Type and result date of each family's paid claim: as shown on the day of payment, or now.

        A claim is withheld once a consent beneath it is withdrawn; that it is paid is not.
        """
        then = {
            claim["family"]: (claim["type"], claim["result_date"])
            for window in self.borough.truth.totals.by_window
            for claim in self.diary.do_once(f"paid {window.window}", list[Any])
        }
        return {
            names.get(claim["family"], claim["family"]): then.get(claim["family"])
            for claim in self.api.pages(self.cast["clare"], "claims", "/v1/claims", status="paid")
        }

    def expect_same(self, what: str, expected: dict[str, Any], got: dict[str, Any]) -> None:
        for family in sorted({*expected, *got}):
            if expected.get(family) != got.get(family):
                due = self.borough.truth.families.get(family)
                story = f" (story {due.story} {due.variant})" if due else ""
                self.figures.expect_figure(f"{what} of family {family}{story}", expected.get(family), got.get(family))

    def compare_matching(self) -> None:
        with self.console.step("compare", "every record against the truth") as step:
            self.register.read_links(anew=True)
            step.add_figure(f"{self.register.measure_matching().records:,} records")
        last = self.register.measure_matching()
        alone: list[dict[str, Any]] = [
            self.diary.do_once(f"automatic {wave.number}", dict[str, Any]) for wave in self.borough.waves
        ]
        automatic = alone[0]
        # Also counted by the person whom each record was first given to, which no later decision changes.
        wrong = max(
            self.register.measure_matching(self.register.people_first_given()).wrong_links,
            *(each["wrong_links"] for each in alone),
        )
        self.figures.set_figure("matching.records", last.records)
        self.figures.set_figure("matching.wrong_links", wrong)
        self.figures.set_figure("matching.precision", automatic["precision"])
        self.figures.set_figure("matching.recall", automatic["recall"])
        self.figures.set_figure("matching.recall_after_review", last.recall)
        self.figures.set_figure("matching.wrong_after_review", last.wrong_links)
        self.figures.expect_figure("matching.wrong_links", 0, wrong)
        self.figures.expect_figure("matching.wrong_after_review", 0, last.wrong_links)
        self.figures.expect_figure("matching.recall_after_review", 1.0, last.recall)


def rates(found: Any) -> dict[str, float]:
    return {"precision": found.precision, "recall": found.recall}
