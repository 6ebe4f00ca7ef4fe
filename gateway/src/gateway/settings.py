"""What an operator may set (`GATEWAY_*`). Every limit has a default from the first day."""

from typing import ClassVar

from pydantic import Field

from chassis.settings import ServiceSettings
from vocabulary.programs import PROGRAMS, address
from vocabulary.safeguarding import EMERGENCY_ADVICE


class GatewaySettings(ServiceSettings):
    """Units: sizes in bytes, times in seconds."""

    name: ClassVar[str] = "gateway"
    owns_data: ClassVar[bool] = False
    usual_port: ClassVar[int] = PROGRAMS["gateway"].port
    issuer: str = address("identity")
    unavailable_advice: str = EMERGENCY_ADVICE
    identity_url: str = address("identity")
    consent_url: str = address("consent")
    families_url: str = address("families")
    claims_url: str = address("claims")

    body_limit: int = Field(default=32_000, description="The largest request")
    longest_query: int = Field(default=8_000, description="The longest query in an address")
    max_document: int = Field(default=10_000, description="Characters of one document")
    max_tokens: int = Field(default=1_000, description="Words and brackets in one document")
    max_depth: int = Field(default=10, description="How far fields may nest")
    max_aliases: int = Field(default=15, description="Renamed fields in one document, fragments counted where used")
    max_directives: int = Field(default=10, description="`@include` and `@skip` in one document")
    max_definitions: int = Field(default=20, description="Operations and fragments in one document")
    max_repeats: int = Field(default=30, description="Fields that are selected again where they are already")
    max_values: int = Field(default=200, description="Words of values and variables that stand in one document")
    max_cost: int = Field(default=20_000, description="See limits.py; a page multiplies what is in it by `first`")
    max_first: int = Field(default=100, description="The longest page")
    list_size: int = Field(default=10, description="How long a list without `first` is taken to be, for its cost")
    call_cost: int = Field(default=500, description="What a field costs that needs a request of its own")
    words_a_second: int = Field(
        default=2_000,
        description="Words and brackets of documents that are not kept yet, a caller; refused with 429",
    )
    words_at_once: int = Field(default=20_000, description="As many of them may come at once after a pause")
    operations_a_caller: int = Field(default=64, description="Operations of one caller at a time; refused with 429")
    operations: int = Field(default=256, description="Operations at a time; refused with 503")
    cors_origins: list[str] = Field(default=[], description="Pages of which origins may ask from a browser; none else")
    introspection_roles: list[str] = Field(
        default=["platform_administrator"], description="Who may ask for the schema; in development everybody"
    )
    token_command: str = Field(
        default="", description="On a laptop: the command that prints a token of somebody; shown at /first-query"
    )
    cached_documents: int = Field(default=200, description="Parsed and checked documents that are kept")
    connect_timeout: float = Field(default=2.0, description="How long reaching another program may take")
    operation_timeout: float = Field(default=3.0, description="How long a whole operation may take")
    answer_limit: int = Field(default=16_000_000, description="The largest answer of a program that is read")
    answer_rows: int = Field(default=20_000, description="How many rows one answer of a program may hold")
    connections: int = Field(default=100, description="Open connections to one program")
