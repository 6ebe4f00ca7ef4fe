"""Claims from draft to payment, and attachment fees: each step is done by the person whose part it is."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any
from urllib.parse import quote

from journey.api import Api
from journey.console import Step
from journey.diary import Diary
from journey.platform import Watch
from journey.seeding import Cast, iso
from journey.stopping import WentWrong
from sandbox.truth import WindowTotal


@dataclass
class Money:
    api: Api
    cast: Cast
    diary: Diary
    watch: Watch

    def find_framework(self) -> str:
        """The framework in force; there is one."""
        held = self.api.get(self.cast["clare"], "claims", "/v1/frameworks")
        return str(held["items"][0]["framework"])

    def claim_window(self, window: WindowTotal, step: Step) -> list[Any]:
        """One claim window: the auditor commits to a nonce, the officer checks and freezes, the auditor draws the
        sample that follows from both, Finn submits, and Faye records the payment.

        Returns the claims that it paid.
        """
        day, number = iso(window.claims_on), window.window
        batch = self.diary.do_once(f"batch {number}", lambda: self._batch(step, day, number))
        if batch is None:
            return []
        sample = self.diary.do_once(f"sample {number}", lambda: self._examine(batch, day, number))
        clare, finn = self.cast["clare"], self.cast["finn"]
        step.add_figure(f"{len(sample)} of {len(batch['claims'])} in the auditor's sample, all upheld in the end")
        if self._tells_of_failure(number):
            step.add_figure("one had failed: the batch was held, the sample extended, the finding corrected")

        def submit() -> Any:
            return self.api.post(
                finn, "claims", f"/v1/batches/{batch['id']}/submit", {"date": day}, act=f"submit {number}"
            )

        self.diary.do_once(f"submit {number}", submit)
        pence = sum(claim["pence"] for claim in batch["claims"])

        def pay() -> Any:
            body = {"batch": batch["id"], "date": day, "pence": pence, "reference": f"TF-{day}"}
            return self.api.post(self.cast["faye"], "claims", "/v1/payments", body, act=f"payment {number}")

        self.diary.do_once(f"payment {number}", pay)
        self.watch.wait_until_idle(step.show_left)
        return [self.api.get(clare, "claims", f"/v1/claims/{claim['id']}") for claim in batch["claims"]]

    def _batch(self, step: Step, day: str | None, number: int) -> Any:
        """Check what is drafted and freeze it. Shape: {id, claims}; None when nothing is drafted."""
        clare = self.cast["clare"]
        agreed = {
            "verdict": "agreed",
            "reason": "Every need is met on one date, and the evidence bears it",
            "date": day,
        }

        def check(claim: Any) -> Any:
            return self.api.post(clare, "claims", f"/v1/claims/{claim['id']}/check", agreed, act=f"check {claim['id']}")

        step.run_each(list(self.api.pages(clare, "claims", "/v1/claims", status="drafted")), check)
        self.watch.wait_until_idle(step.show_left)
        committed = {"framework": self.find_framework(), "hash": hashlib.sha256(self._nonce(number)).hexdigest()}
        self.api.post(self.cast["otto"], "claims", "/v1/sample-commitments", committed, act=f"commitment {number}")
        body = {"framework": self.find_framework(), "date": day}
        headers = {"Idempotency-Key": self.api.key_of_act(f"batch {number}")}
        made = self.api.send(clare, "POST", "claims", "/v1/batches", json=body, headers=headers, allow=(409, 422))
        if made.status_code >= 400:
            return None
        self.watch.wait_until_idle(step.show_left)
        batch = str(made.json()["id"])
        kept = ("id", "family", "pence")
        claims = list(self.api.pages(clare, "claims", "/v1/claims", batch=batch))
        return {"id": batch, "claims": [{name: claim[name] for name in kept} for claim in claims]}

    def _nonce(self, number: int) -> bytes:
        """What the auditor alone knows until a window's batch is frozen; noted, so that a stopped journey goes on."""
        return bytes.fromhex(self.diary.do_once(f"nonce {number}", lambda: secrets.token_hex(32)))

    def _examine(self, batch: Any, day: str | None, number: int) -> list[str]:
        """The auditor draws the sample, opens each claim's frozen evidence and says what was found.

        In the first window whose sample leaves something to extend it by, one claim fails.
        """
        otto, path = self.cast["otto"], f"/v1/batches/{batch['id']}"
        nonce = {"nonce": self._nonce(number).hex()}
        drawn = self.api.post(otto, "claims", f"{path}/sample", nonce, act=f"sample {number}")
        sample = [str(claim) for claim in drawn["drawn"]]
        if len(sample) < len(batch["claims"]):
            self.diary.do_once("failed sample", lambda: number)
        fails = self._tells_of_failure(number)
        self.watch.wait_until_idle()  # the bundles open to the auditor once families has heard of the sample
        for claim in sample:
            self._find(path, claim, "failed" if fails and claim == sample[0] else "upheld", day)
        return sample + (self._mend(path, sample[0], day, number) if fails else [])

    def _tells_of_failure(self, number: int) -> bool:
        return self.diary.has_done("failed sample") and self.diary.do_once("failed sample", lambda: 0) == number

    def _find(self, path: str, claim: str, verdict: str, day: str | None) -> None:
        otto = self.cast["otto"]
        held = self.api.get(otto, "claims", f"/v1/claims/{claim}")
        bundle = (held.get("evidence") or {}).get("bundle")
        if bundle:
            self.api.get(otto, "families", f"/v1/evidence-bundles/{bundle}")
        reason = "The evidence bears the claim" if verdict == "upheld" else "No plan in the family's file"
        finding = {"claim": claim, "verdict": verdict, "reason": reason, "date": day}
        self.api.post(otto, "claims", f"{path}/findings", finding, act=f"finding {claim}")

    def _mend(self, path: str, failed: str, day: str | None, number: int) -> list[str]:
        """The batch is held: the sample is extended, and another auditor corrects it. Shape: what was added."""
        otto, olga, finn = self.cast["otto"], self.cast["olga"], self.cast["finn"]
        if self.api.get(otto, "claims", path)["status"] == "held":
            key = {"Idempotency-Key": self.api.key_of_act(f"early submit {number}")}
            refused = self.api.send(
                finn, "POST", "claims", f"{path}/submit", json={"date": day}, headers=key, allow=(409,)
            )
            if refused.status_code != 409:
                raise WentWrong("a batch went out though a claim of its sample had failed")
        more = self.api.post(otto, "claims", f"{path}/sample", {}, act=f"sample {number} extended")
        self.watch.wait_until_idle()
        drawn = [str(claim) for claim in more["drawn"]]
        for claim in drawn:
            self._find(path, claim, "upheld", day)
        found = self.api.pages(olga, "claims", f"{path}/findings")
        corrected = next(each["id"] for each in found if each["claim"] == failed and each["verdict"] == "failed")
        body = {
            "claim": failed,
            "verdict": "upheld",
            "reason": "The plan was in the file of the service that wrote it",
            "date": day,
            "corrects": corrected,
        }
        self.api.post(olga, "claims", f"{path}/findings", body, act=f"correction {failed}")
        return drawn

    def settle_fees(self, targets: dict[str, int], on: date) -> int:
        """Set each year's target, settle its attachment fees; the fees in all."""
        framework = self.find_framework()
        before = 0
        for year, cumulative in targets.items():
            self.diary.do_once(
                f"target {year}", partial(self._set_target, framework, year, cumulative - before, cumulative)
            )
            self.diary.do_once(f"fees {year}", partial(self._settle, framework, year, on))
            before = cumulative
        return int(self.read_ledger()["totals"]["fees"]["pence"])

    def _set_target(self, framework: str, year: str, families: int, cumulative: int) -> Any:
        path = f"/v1/targets/{framework}/{quote(year, safe='')}"
        body = {"families": families, "cumulative": cumulative}
        return self.api.change(self.cast["finn"], "PUT", "claims", path, body)

    def _settle(self, framework: str, year: str, on: date) -> Any:
        body = {"framework": framework, "year": year, "date": iso(on)}
        return self.api.post(self.cast["finn"], "claims", "/v1/fees", body, act=f"fees {year}")

    def read_ledger(self) -> Any:
        return self.api.get(self.cast["finn"], "claims", "/v1/ledger", framework=self.find_framework())
