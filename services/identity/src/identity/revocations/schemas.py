from pydantic import Field

from chassis.schemas import Schema


class RevocationView(Schema):
    mark: str = Field(description="A digest of what a token carries: its `jti`, `sid`, client or `kid`")
    before: int = Field(description="Tokens with this mark that were issued before are over. Seconds since 1970")
    until: int = Field(description="From then on there is no such token any more. Seconds since 1970")


class RevocationPageView(Schema):
    """What was ended before its time. It names nobody: who does not hold such a token learns nothing of whose it is."""

    cursor: str = Field(description="Where to go on: `after` at the next asking")
    items: list[RevocationView]
    age: float = Field(description="How many seconds old this answer is")
    more: bool = Field(description="There are more behind the cursor: ask again at once")
