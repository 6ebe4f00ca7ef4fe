from pydantic import Field

from chassis.schemas import Id, Written


class MayWait(Written):
    """The answer to a write that may want a second administrator: with `status` waiting, nothing of it is true yet."""

    approval: Id | None = Field(
        default=None, description="What another administrator approves, where it waits for that"
    )
