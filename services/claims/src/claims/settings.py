"""What can be set on this program (`CLAIMS_…`)."""

from typing import ClassVar

from pydantic import Field

from chassis.settings import ServiceSettings
from vocabulary.programs import PROGRAMS, address
from vocabulary.safeguarding import EMERGENCY_ADVICE


class ClaimsSettings(ServiceSettings):
    name: ClassVar[str] = "claims"
    usual_port: ClassVar[int] = PROGRAMS["claims"].port
    issuer: str = address("identity")
    unavailable_advice: str = EMERGENCY_ADVICE
    identity_url: str = address("identity")
    consent_url: str = address("consent")
    families_url: str = address("families")

    framework: str = Field(default="2015", description="The framework under which families are evaluated")
    families_at_once: int = Field(default=200, ge=1, le=500, description="How many families one step evaluates")
    settle: float = Field(default=0.3, description="Seconds without news after which families are evaluated")
    visit_days_at_most: int = Field(
        default=31, ge=1, le=366, description="How many days an assurance visit may last [S]; no source says"
    )
    settle_at_most: float = Field(
        default=120.0,
        description="Seconds after which they are evaluated all the same, though a push still streams",
    )
