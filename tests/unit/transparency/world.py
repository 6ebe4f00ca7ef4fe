"""A consent program whose log is worked on as a test says."""

from random import Random
from typing import Any

from chassis.clock import now
from consent.log import LOG
from transparency.sequencer import Sequencer
from unit.consent.world import FAMILIES, World, caller, people


def sign_heads(world: World) -> None:
    """Have everything that waits sequenced and signed."""
    sequencer, runtime = Sequencer(LOG), world.running.runtime
    runtime.state["head_every"] = 0.0
    while sequencer.step(runtime):
        pass


def decide_some(world: World, dice: Random, number: int) -> None:
    """Decisions about one to three people each, one of whom may have been another before; half of them are sent."""
    for number_of in range(number):
        everybody: list[Any] = people(dice.randrange(1, 4))
        everybody[0] = (everybody[0], people(dice.randrange(2)))
        items = dice.sample([("identity", "education"), ("attendance", "education"), ("benefits", "jobcentre")], 2)
        answer = world.decide(everybody, items, purpose="identify", share=True, asker=caller(roles=["analyst"]))
        assert answer.status_code == 200, answer.text
        if number_of % 2:
            mark = {"decision": answer.json()["decision"], "at": now().isoformat()}
            assert world.post("/v1/sent-marks", {"items": [mark]}, FAMILIES).json() == {"marked": 1}
