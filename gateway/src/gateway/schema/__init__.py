"""The GraphQL schema, made of a part for each program."""

import inspect
from typing import Any

import structlog
from graphql import FieldNode, GraphQLError, GraphQLSchema
from strawberry import Schema
from strawberry import type as strawberry_type
from strawberry.types import ExecutionContext

from chassis.telemetry import described
from gateway.limits import PreparedExtension
from gateway.problems import UpstreamAnswerNotValid, log_upstream_fault
from gateway.schema.access_reports import AccessReportsMutation, AccessReportsQuery
from gateway.schema.claims import ClaimsMutation, ClaimsQuery
from gateway.schema.common import CONFIG
from gateway.schema.consent import ConsentMutation, ConsentQuery
from gateway.schema.deputies import DeputiesMutation, DeputiesQuery
from gateway.schema.families import FamiliesMutation, FamiliesQuery
from gateway.schema.identity import IdentityQuery
from gateway.schema.premises import PremisesMutation, PremisesQuery
from gateway.schema.questions import QuestionsMutation, QuestionsQuery
from gateway.schema.restrictions import RestrictionsMutation, RestrictionsQuery
from gateway.schema.safeguarding import SafeguardingMutation, SafeguardingQuery
from gateway.schema.visits import VisitsMutation, VisitsQuery
from gateway.schema.welfare import WelfareMutation, WelfareQuery

log = structlog.get_logger()

DESCRIPTION = """The platform's families, agreements and claims, for portals.

What is sent (filters and inputs) names its choices as enums. What is answered (a status, a verdict, a kind, a role) is
text: a program that is newer may answer a value that is not in this schema. Show such a value as it is.
"""


@strawberry_type
class Query(
    IdentityQuery,
    FamiliesQuery,
    PremisesQuery,
    ConsentQuery,
    AccessReportsQuery,
    ClaimsQuery,
    QuestionsQuery,
    SafeguardingQuery,
    WelfareQuery,
    RestrictionsQuery,
    VisitsQuery,
    DeputiesQuery,
):
    """What people of the programme look at. `purpose` says for what; each program decides what that covers."""


@strawberry_type
class Mutation(
    FamiliesMutation,
    PremisesMutation,
    ConsentMutation,
    AccessReportsMutation,
    ClaimsMutation,
    QuestionsMutation,
    SafeguardingMutation,
    WelfareMutation,
    RestrictionsMutation,
    VisitsMutation,
    DeputiesMutation,
):
    """What people of the programme do. A repeated `idempotencyKey` does nothing twice."""


class QuietSchema(Schema):
    """Strawberry's schema, whose log lines name an error's type and places and never its text."""

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        for error in errors:
            if error.original_error is not None and error.path is not None:
                log.warning("field not answered", field=_field(error), **described(error.original_error))
                if isinstance(error.original_error, UpstreamAnswerNotValid):
                    log_upstream_fault(error.original_error)


def _field(error: GraphQLError) -> str:
    """The field by the schema's name: the path has the client's own for it, which may be somebody's."""
    node = error.nodes[0] if error.nodes else None
    return node.name.value if isinstance(node, FieldNode) else "-"


def make_schema() -> Schema:
    schema = QuietSchema(Query, Mutation, config=CONFIG, extensions=[PreparedExtension])
    schema._schema.description = DESCRIPTION
    describe_types(schema._schema)
    return schema


def describe_types(schema: GraphQLSchema) -> None:
    """Docstrings become descriptions, so that each thing is said once."""
    for kind in schema.type_map.values():
        definition: Any = (kind.extensions or {}).get("strawberry-definition")
        origin = getattr(definition, "origin", None) or getattr(definition, "wrapped_cls", None)
        if origin is not None and not kind.description:
            kind.description = _docstring_of(origin)
        for field in getattr(kind, "fields", {}).values():
            resolver = getattr((field.extensions or {}).get("strawberry-definition"), "base_resolver", None)
            if resolver is not None and not field.description:
                field.description = _docstring_of(resolver.wrapped_func)


def _docstring_of(thing: Any) -> str | None:
    text = inspect.cleandoc(thing.__doc__ or "")
    return None if not text or text.startswith(f"{thing.__name__}(") else text
