"""What can be set on this program (`CONSENT_…`)."""

from typing import ClassVar

from pydantic import Field

from chassis.settings import ServiceSettings
from vocabulary.programs import PROGRAMS, address
from vocabulary.safeguarding import EMERGENCY_ADVICE


class ConsentSettings(ServiceSettings):
    name: ClassVar[str] = "consent"
    usual_port: ClassVar[int] = PROGRAMS["consent"].port
    issuer: str = address("identity")
    unavailable_advice: str = EMERGENCY_ADVICE
    identity_url: str = address("identity")
    families_url: str = address("families")

    body_limit: int = Field(default=4 << 20, description="Two thousand people, each with the ids merged into theirs")
    ask_service: str = Field(default="programme", description="Whom to ask about what a purpose does not cover")
    ask_email: str | None = Field(default=None, description="Where to reach them")
    review_notice_days: int = Field(default=60, description="How long before its day the review of an agreement is due")
    standing_patience: float = Field(
        default=1.0, description="How long families may take to say how a caller has to do with people"
    )
