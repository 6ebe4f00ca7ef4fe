"""The problems of every program, so that one public address serves the page of each.

Two programs may call different things by one name: `second-person-needed` is a lowered flag in one and an answer about
money in another. Such a page says what each of them means by it.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from chassis.problems import Unavailable
from gateway.first_page.programs import Programs
from vocabulary.programs import SERVICES


class ToldProblem(BaseModel):
    """A problem as a program lists it. What a newer one tells besides is left aside."""

    type: str
    title: str
    status: int
    explanation: list[str]


_LIST = TypeAdapter(list[ToldProblem])


@dataclass
class ProblemsElsewhere:
    """What a program told counts until it tells anew."""

    programs: Programs
    _told: dict[str, dict[str, ToldProblem]] = field(default_factory=dict)

    async def explain_further(self, slug: str, own: dict[str, Any] | None) -> dict[str, Any] | None:
        """What all programs mean by a problem; None where none of them has it.

        Shape: as `own`, which is what this program means by it; `program` where it is another's. Errors: Unavailable,
        when nobody has it of those who told, and some have not told.
        """
        await self._ask()
        found = own
        for program, problems in self._told.items():
            if slug in problems:
                found = _join(found, program, problems[slug])
        if found is None and len(self._told) < len(SERVICES):
            raise Unavailable()
        return found

    async def _ask(self) -> None:
        answers = await asyncio.gather(*(self.programs.get(name, "/problems", brief=True) for name in SERVICES))
        for name, answer in zip(SERVICES, answers, strict=True):
            try:
                listed = _LIST.validate_python(answer["items"] if isinstance(answer, dict) else None)
            except (ValidationError, KeyError):
                continue
            self._told[name] = {problem.type: problem for problem in listed}


def _join(found: dict[str, Any] | None, program: str, told: ToldProblem) -> dict[str, Any]:
    if found is None:
        return {"program": program, **told.model_dump()}
    new = [part for part in told.explanation if part not in found["explanation"]]
    return found | {"explanation": [*found["explanation"], *(f"Of {program}: {part}" for part in new)]}
