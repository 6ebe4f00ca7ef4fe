"""The context of one request: its caller, and its clients for the programs behind. Nothing of it is kept."""

import math
import re
import time
from collections.abc import Mapping
from datetime import date
from typing import TypeAlias

import httpx
import strawberry

from chassis.auth import Caller
from chassis.problems import Fault, RequestNotValid
from chassis.time_budget import current_time_budget
from gateway.clients import Upstream
from gateway.clients.claims import ClaimsClient
from gateway.clients.consent import ConsentClient
from gateway.clients.families import FamiliesClient
from gateway.clients.identity import IdentityClient
from gateway.limits import Prepared
from gateway.loaders import Loaders, Services
from gateway.outline import Outline
from gateway.settings import GatewaySettings
from vocabulary.purposes import ON_GROUND

PURPOSE = re.compile(r"[a-z][a-z_]{0,39}")


def _left_of_request() -> float:
    budget = current_time_budget()
    return math.inf if budget is None else budget.left


class Context:
    """One request of one caller. Everything behind is asked with the caller's own token, never with ours.

    Units: `patience` in seconds, what the whole operation may take.
    Shape: `stated` holds the purposes for which anything of it is asked; `prepared` the document that runs.
    """

    def __init__(
        self,
        caller: Caller,
        programs: Mapping[str, httpx.AsyncClient],
        settings: GatewaySettings,
        purpose: str | None = None,
        forwarded: Mapping[str, str] | None = None,
    ) -> None:
        self._programs, self.settings, self._purpose = programs, settings, purpose
        self.caller, self.prepared = caller, Prepared(Outline([], 0, quotes=False))
        self.patience = min(settings.operation_timeout, _left_of_request())
        self._ends = time.monotonic() + self.patience
        usual = [one for one in caller.purposes if one not in ON_GROUND]
        self.stated = {purpose or (usual[0] if len(usual) == 1 else "")}
        self._headers = {
            "Authorization": f"Bearer {caller.token}",
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            **(forwarded or {}),
        }
        self._loaders: dict[tuple[str | None, date | None], Loaders] = {}

    def loaders_for(self, purpose: str | None = None, as_at: date | None = None) -> Loaders:
        """The loaders for one purpose and date; fields that share them share their requests.

        Errors: RequestNotValid for a purpose that no header can carry; which purposes the caller may have, the
        programs know.
        """
        stated = purpose if purpose is not None else self._purpose
        self.stated.add(stated or "")
        if (stated, as_at) not in self._loaders:
            self._loaders[stated, as_at] = self._make_loaders(stated, as_at)
        return self._loaders[stated, as_at]

    def fresh_loaders(self, purpose: str | None = None) -> Loaders:
        """Loaders that remember nothing of before: for a change, and for what is shown after it."""
        self.stated.add(purpose or "")
        return self._make_loaders(purpose if purpose is not None else self._purpose, None)

    def _make_loaders(self, purpose: str | None, as_at: date | None) -> Loaders:
        if purpose is not None and not PURPOSE.fullmatch(purpose):
            raise RequestNotValid(
                errors=[
                    Fault(
                        pointer="/purpose",
                        code="not_a_purpose",
                        detail="A purpose is a short word such as `support`.",
                        fix="Take one of the purposes that `me` lists.",
                    )
                ]
            )
        headers = self._headers if purpose is None else {**self._headers, "Purpose": purpose}
        services = Services(
            identity=IdentityClient(self._upstream("identity", headers)),
            families=FamiliesClient(self._upstream("families", headers)),
            consent=ConsentClient(self._upstream("consent", headers)),
            claims=ClaimsClient(self._upstream("claims", headers)),
        )
        return Loaders(services, as_at, self.settings.answer_rows)

    def _upstream(self, program: str, headers: Mapping[str, str]) -> Upstream:
        limits = self.settings
        return Upstream(program, self._programs[program], headers, self._ends, limits.answer_limit, limits.answer_rows)


Info: TypeAlias = strawberry.Info[Context, None]
