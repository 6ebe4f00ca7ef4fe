"""This program's settings: `FAMILIES_CHUNK_LINES` and so on."""

from typing import ClassVar

from pydantic import Field

from chassis.settings import ServiceSettings
from vocabulary.programs import PROGRAMS, address
from vocabulary.safeguarding import EMERGENCY_ADVICE


class FamiliesSettings(ServiceSettings):
    name: ClassVar[str] = "families"
    usual_port: ClassVar[int] = PROGRAMS["families"].port
    issuer: str = address("identity")
    unavailable_advice: str = EMERGENCY_ADVICE
    identity_url: str = address("identity")
    consent_url: str = address("consent")

    chunk_lines: int = Field(default=500, description="Lines of a push worked on in one transaction")
    line_limit: int = Field(default=65_536, description="Bytes of one line; more means a quote that was never closed")
    pause_refused_share: float = Field(default=0.2, description="A push pauses when more of its lines are refused …")
    pause_refused_lines: int = Field(default=50, description="… and at least so many lines were worked on")
    pause_rows_share: float = Field(default=0.25, description="A push pauses with fewer rows than this share of …")
    pause_rows_expected: int = Field(default=100, description="… what the last one lets expect, if at least so many")
    block_limit: int = Field(default=200, description="A trait shared by more people than this finds nobody")
    standing_patience: float = Field(
        default=1.0, description="Seconds within which consent is told how somebody has to do with a person"
    )
    late_after_days: int | None = Field(
        default=None,
        ge=0,
        description="Days after which an act of support counts as recorded late, instead of the vocabulary's by kind",
    )
