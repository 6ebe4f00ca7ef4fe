"""Settings of identity (`IDENTITY_*`). Units: seconds."""

from pathlib import Path
from typing import ClassVar, Self

from pydantic import AliasChoices, Field, model_validator
from pydantic_settings import SettingsConfigDict

from chassis.settings import ServiceSettings
from vocabulary.programs import PROGRAMS, address
from vocabulary.safeguarding import EMERGENCY_ADVICE


class IdentitySettings(ServiceSettings):
    model_config = SettingsConfigDict(populate_by_name=True)
    name: ClassVar[str] = "identity"
    usual_port: ClassVar[int] = PROGRAMS["identity"].port
    issuer: str = address("identity")
    unavailable_advice: str = EMERGENCY_ADVICE
    identity_url: str = address("identity")

    access_token_seconds: int = 300
    code_seconds: int = Field(default=60, description="How long an authorization code may be exchanged")
    refresh_seconds: int = Field(default=8 * 3600, description="A session that is not refreshed for so long ends")
    session_seconds: int = Field(default=12 * 3600, description="A session ends after a working day in any case")

    wrapping_key_file: Path | None = Field(
        default=None,
        description="Wraps private keys; empty: `identity.wrapping-key` among the secrets",
        # The second is what it was called up to release 0.1: unread, it would let a new key lock all signing keys.
        validation_alias=AliasChoices("IDENTITY_WRAPPING_KEY_FILE", "IDENTITY_SEAL_FILE"),
    )
    keys_cached: float = Field(default=30, description="How long this process relies on the keys that it has read")
    key_notice: int = Field(default=900, description="How long a new key stands in the JWKS before it signs")

    failures_free: int = Field(default=5, description="Failed sign-ins in a row before an account has to wait")
    failures_wait: int = Field(default=30, description="The first wait; each further failure doubles it")
    failures_wait_most: int = 900
    failures_kept: int = Field(default=86_400, description="Failures in a row are forgotten after so long")

    argon2_passes: int = 3
    argon2_memory: int = Field(default=65_536, description="KiB a password check takes; RFC 9106's second choice")
    argon2_at_once: int = Field(default=2, description="Password checks at once: each takes a core and its memory")

    @model_validator(mode="after")
    def _live_no_longer_than_believed(self) -> Self:
        if self.access_token_seconds > self.longest_token_life:
            raise ValueError("access_token_seconds should be at most longest_token_life, of every program")
        return self

    @property
    def wrapping_key_path(self) -> Path:
        return self.wrapping_key_file or self.secrets_folder / "identity.wrapping-key"
