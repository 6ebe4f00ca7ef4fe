"""Settings of identity (`IDENTITY_*`). Units: seconds."""

from pathlib import Path
from typing import ClassVar, Self

from limits import parse
from pydantic import AliasChoices, Field, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from chassis.settings import ServiceSettings
from vocabulary.programs import PROGRAMS, address
from vocabulary.safeguarding import EMERGENCY_ADVICE

LIMITS = (
    "sign_in_source", "sign_in_client", "sign_in_agency", "token_source", "token_client", "token_agency",
    "guess_client", "guess_source",
)  # fmt: skip
"""What is allowed in a while: each is a setting, and a limit of that name."""


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
    refresh_repeat_seconds: int = Field(
        default=10, description="How long a confidential client may ask again for the answer to a refresh; 0: never"
    )
    session_seconds: int = Field(default=12 * 3600, description="A session ends after a working day in any case")

    wrapping_key_file: Path | None = Field(
        default=None,
        description="Wraps private keys; empty: `identity.wrapping-key` among the secrets",
        # The second is what it was called up to release 0.1: unread, it would let a new key lock all signing keys.
        validation_alias=AliasChoices("IDENTITY_WRAPPING_KEY_FILE", "IDENTITY_SEAL_FILE"),
    )
    keys_cached: float = Field(default=30, description="How long this process relies on the keys that it has read")
    origins_cached: float = Field(
        default=5, description="How long this process relies on the origins of public clients that it has read"
    )
    key_notice: int = Field(default=900, description="How long a new key stands in the JWKS before it signs")

    approvals_lapse: int = Field(
        default=7 * 86_400, description="What waits for a second administrator for so long has lapsed"
    )

    failures_free: int = Field(
        default=5, description="Failed sign-ins in a row at one address, from one source or device, before it waits"
    )
    failures_wait: int = Field(default=30, description="The first wait; each further failure doubles it")
    failures_wait_most: int = 900
    failures_free_anywhere: int = Field(
        default=20, description="Failed sign-ins in a row at one address from wherever, known devices left out"
    )
    failures_wait_anywhere: int = Field(
        default=1, description="The first wait behind those; it stays short, since it meets the right person as well"
    )
    failures_wait_anywhere_most: int = 30
    failures_kept: int = Field(default=86_400, description="Failures in a row are forgotten after so long")

    argon2_passes: int = 3
    argon2_memory: int = Field(default=65_536, description="KiB a password check takes; RFC 9106's second choice")
    argon2_at_once: int = Field(default=2, description="Password checks at once: each takes a core and its memory")
    passwords_waiting: int = Field(
        default=20, description="Password checks that may wait; as many again from devices that are known"
    )
    sign_ins_at_once: int = Field(default=100, description="Requests to the sign-in page in hand; others answer 503")
    device_known: int = Field(
        default=180 * 86_400, description="How long a device is known after somebody has signed in with it"
    )

    # Each replica counts for itself, in memory. As the library `limits` writes them.
    sign_in_source: str = Field(default="120/minute", description="Sign-ins tried from one source")
    sign_in_client: str = Field(default="600/minute", description="… through one client, known devices left out")
    sign_in_agency: str = Field(default="900/minute", description="… through the clients of one agency")
    token_source: str = Field(default="3000/minute", description="Requests at the doors for clients from one source")
    token_client: str = Field(default="600/minute", description="… of one client that has proved itself")
    token_agency: str = Field(default="1800/minute", description="… of the clients of one agency")
    guess_client: str = Field(default="10/minute", description="Wrong proofs for one client from one source")
    guess_source: str = Field(default="60/minute", description="Wrong proofs for whichever clients from one source")

    @field_validator(*LIMITS)
    @classmethod
    def _known_limit(cls, text: str) -> str:
        try:
            parse(text)
        except ValueError:
            raise ValueError("should be like 60/minute") from None
        return text

    @model_validator(mode="after")
    def _live_no_longer_than_believed(self) -> Self:
        if self.access_token_seconds > self.longest_token_life:
            raise ValueError("access_token_seconds should be at most longest_token_life, of every program")
        return self

    @property
    def wrapping_key_path(self) -> Path:
        return self.wrapping_key_file or self.secrets_folder / "identity.wrapping-key"
