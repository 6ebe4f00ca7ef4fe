"""What agencies push, wave by wave: rows as their clerks wrote them, made when asked for and not kept."""

from dataclasses import dataclass
from datetime import date
from importlib import import_module
from pkgutil import iter_modules

from sandbox import suppliers
from sandbox.calendar import WAVES, WavePlan
from sandbox.model import Story
from sandbox.supplying import PushFile, Supply


def _find_supplies() -> dict[str, Supply]:
    found: list[Supply] = []
    for module in iter_modules(suppliers.__path__):
        supply: Supply = import_module(f"{suppliers.__name__}.{module.name}").SUPPLY
        found.append(supply)
    return {supply.feed: supply for supply in sorted(found, key=lambda supply: (supply.order, supply.feed))}


SUPPLIES = _find_supplies()
"""By feed, in the order in which their pushes of one wave are sent."""


@dataclass(frozen=True, slots=True)
class Wave:
    """One round of pushes, in the order in which they are sent."""

    plan: WavePlan
    pushes: tuple[PushFile, ...]

    @property
    def number(self) -> int:
        return self.plan.number

    @property
    def covers_to(self) -> date:
        return self.plan.covers_to

    @property
    def pushed_on(self) -> date:
        return self.plan.pushed_on

    @property
    def claims_on(self) -> date | None:
        return self.plan.claims_on


def make_waves(story: Story) -> list[Wave]:
    return [
        Wave(
            plan,
            tuple(
                PushFile(story, supply, plan.number, span.first, span.last, term=span.term)
                for supply in SUPPLIES.values()
                for span in supply.spans(plan)
            ),
        )
        for plan in WAVES
    ]
