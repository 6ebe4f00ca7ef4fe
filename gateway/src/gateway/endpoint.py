"""GraphQL over HTTP: one operation a request, by POST with JSON, or a query by GET.

A refusal has the form that clients of GraphQL read, `errors`, whatever it was that refused: the document, the token,
the size of the body. Written against the GraphQL-over-HTTP draft and its audits (npm graphql-http 1.23.1, 61 of 61).
Strawberry's own router is not used: it hands the answer's headers through a member that all requests share, takes
bodies of nearly any type, and says what went wrong as plain text.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Coroutine, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import orjson
from fastapi import APIRouter, FastAPI, Request, Response
from strawberry import Schema
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import CannotGetOperationTypeError
from strawberry.types.graphql import OperationType

from chassis.app import Dialect
from chassis.auth import Caller, check_ground
from chassis.problems import MethodNotAllowed, Problem, RequestNotReadable, TooLarge, WrongContentType
from chassis.telemetry import request_id, trace_parent
from gateway.access import SignedIn
from gateway.admission import Admission
from gateway.context import Context
from gateway.errors import Body, error_of, format_error
from gateway.limits import Documents
from gateway.outline import Outline, WrongWord, locate_word
from gateway.problems import DocumentNotValid, OperationNotValid, PersistedQueryNotSupported
from gateway.settings import GatewaySettings
from vocabulary.purposes import ON_GROUND

ADVISED = frozenset({"safeguarding", *ON_GROUND})
"""Purposes for which each answer says whom to turn to."""
GONE = 499
"""The status of an answer that nobody waits for; it stands in the log alone."""
GRAPHQL_JSON, JSON = "application/graphql-response+json", "application/json"
HEADERS = {"Cache-Control": "no-store", "Vary": "Accept, Authorization, Ground, Purpose"}
WORD: dict[str, Any] = {"type": ["string", "null"]}
OBJECT: dict[str, Any] = {"type": ["object", "null"]}
MEMBERS = {"query": {"type": "string"}, "variables": OBJECT, "operationName": WORD, "extensions": OBJECT}
BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {JSON: {"schema": {"type": "object", "required": ["query"], "properties": MEMBERS}}},
    }
}
QUERY: dict[str, Any] = {
    "parameters": [{"name": name, "in": "query", "required": False, "schema": {"type": "string"}} for name in MEMBERS]
}
"""FastAPI cannot know what is read by hand."""


@asynccontextmanager
async def close_clients_at_end(app: FastAPI) -> AsyncGenerator[None]:
    yield
    for program in app.state.programs.values():
        await program.aclose()


router = APIRouter(tags=["graphql"], lifespan=close_clients_at_end)


@dataclass(frozen=True)
class Operation:
    """What a client asks to run. `reading`: only a query may run, since the request came by GET."""

    document: str
    variables: dict[str, Any]
    name: str | None
    reading: bool


@router.get("/graphql", openapi_extra=QUERY)
async def run_query(request: Request, caller: SignedIn) -> Response:
    """Run a GraphQL query, given as `query`, `variables` and `operationName` in the address."""
    admission: Admission = request.app.state.admission
    with admission.begin_operation(caller):
        longest = request.app.state.runtime.settings.longest_query
        if len(request.url.query) > longest:
            raise TooLarge(limit=longest)
        stated: dict[str, Any] = dict(request.query_params)
        for name in ("variables", "extensions"):
            stated[name] = _json(stated[name]) if stated.get(name) else None
        return await _answer(request, caller, _operation(stated, reading=True))


@router.post("/graphql", openapi_extra=BODY)
async def run_change(request: Request, caller: SignedIn) -> Response:
    """Run a GraphQL operation, given as `query`, `variables` and `operationName` in a JSON object."""
    kind, _, parameters = request.headers.get("content-type", "").lower().partition(";")
    # A form in another site's page can send text/plain, but not this type without asking us first.
    if kind.strip() != JSON or ("charset" in parameters and "utf-8" not in parameters):
        raise WrongContentType(accepts=[JSON])
    admission: Admission = request.app.state.admission
    with admission.begin_operation(caller):
        return await _answer(request, caller, _operation(_json(await request.body()), reading=False))


def _json(text: str | bytes) -> Any:
    try:
        return orjson.loads(text)
    except ValueError:
        raise RequestNotReadable() from None


def _operation(stated: Any, *, reading: bool) -> Operation:
    """Errors: OperationNotValid, for a list of operations too: what is batched, our loaders batch;
    PersistedQueryNotSupported.
    """
    if not isinstance(stated, dict):
        raise OperationNotValid("One operation a request, as a JSON object.")
    document, variables = stated.get("query"), stated.get("variables")
    name, extensions = stated.get("operationName"), stated.get("extensions")
    if document is None and isinstance(extensions, dict) and "persistedQuery" in extensions:
        raise PersistedQueryNotSupported()
    if not isinstance(document, str) or not document.strip():
        raise OperationNotValid("`query` should hold a GraphQL document.")
    if not isinstance(variables, dict | None):
        raise OperationNotValid("`variables` should be a JSON object.")
    if not isinstance(extensions, dict | None):
        raise OperationNotValid("`extensions` should be a JSON object.")
    if not isinstance(name, str | None):
        raise OperationNotValid("`operationName` should be a string.")
    return Operation(document, variables or {}, name or None, reading)


async def _answer(request: Request, caller: Caller, operation: Operation) -> Response:
    state = request.app.state
    settings: GatewaySettings = state.runtime.settings
    forwarded = {"X-Request-Id": request_id(), **({"traceparent": trace} if (trace := trace_parent()) else {})}
    if (ground := request.headers.get("ground")) is not None:
        # On what the whole operation rests; that it holds, and for whom, the programs know.
        forwarded["Ground"] = check_ground(ground)
    context = Context(caller, state.programs, settings, request.headers.get("purpose"), forwarded)
    documents: Documents = state.documents
    answer = await _unless_gone(request, run(state.schema, documents, state.admission, operation, context, settings))
    if answer is None:
        return Response(status_code=GONE)
    if not ADVISED.isdisjoint(context.stated) and settings.unavailable_advice:
        # Of what is not there GraphQL says null, so this stands beside each answer, whatever it shows.
        answer["extensions"] = {"advice": settings.unavailable_advice}
    return _render(request, answer)


async def _unless_gone(request: Request, work: Coroutine[Any, Any, Body]) -> Body | None:
    """The answer; None when the client has hung up meanwhile. Then the work ends, and all that it waits for."""
    working, going = asyncio.create_task(work), asyncio.create_task(_wait_until_gone(request))
    try:
        await asyncio.wait({working, going}, return_when=asyncio.FIRST_COMPLETED)
        return await working if working.done() else None
    finally:
        for task in (working, going):
            task.cancel()
        with suppress(asyncio.CancelledError):
            await working


async def _wait_until_gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def run(
    schema: Schema,
    documents: Documents,
    admission: Admission,
    operation: Operation,
    context: Context,
    settings: GatewaySettings,
) -> Body:
    """The answer to one operation. Errors: TooManyRequests; OperationNotValid; MethodNotAllowed."""
    introspects = settings.development or not context.caller.roles.isdisjoint(settings.introspection_roles)
    try:
        prepared = documents.read(operation.document)
        _check_operation(prepared.outline, operation)
        documents.measure(prepared, operation.variables, may_introspect=introspects)
    except WrongWord as wrong:
        found = error_of(wrong.problem, settings.problems_base)
        return {"errors": [found | {"locations": [locate_word(operation.document, wrong.at)]}], "data": None}
    except DocumentNotValid as refused:
        return {"errors": [error_of(refused, settings.problems_base)], "data": None}
    if prepared.node is None:
        admission.pay_words(context.caller, prepared.outline.words)
        documents.check(operation.document, prepared)
    if prepared.wrong:
        admission.pay_for_wrong(context.caller, prepared.outline.words)
        errors = [format_error(error, settings.problems_base, schema._schema) for error in prepared.wrong]
        return {"errors": errors, "data": None}
    context.prepared = prepared
    return await _execute(schema, operation, context, settings)


def _check_operation(outline: Outline, operation: Operation) -> None:
    """Errors: OperationNotValid; MethodNotAllowed."""
    named = [one for one in outline.operations if operation.name in (None, one.name)]
    if not named:
        raise OperationNotValid("The document holds no operation of this name.")
    # Strawberry would run the first of several.
    if operation.name is None and len(named) > 1:
        raise OperationNotValid("Of several operations, `operationName` says which is to run.")
    if operation.reading and named[0].kind == "mutation":
        raise MethodNotAllowed("Changes are sent by POST.", headers={"Allow": "POST"})


async def _execute(schema: Schema, operation: Operation, context: Context, settings: GatewaySettings) -> Body:
    try:
        # No limit to the whole: each call behind it ends with the operation's time, and what is there by then is shown.
        result = await schema.execute(
            operation.document,
            variable_values=operation.variables,
            context_value=context,
            operation_name=operation.name,
            allowed_operation_types={OperationType.QUERY, OperationType.MUTATION},
        )
    except (CannotGetOperationTypeError, MissingQueryError):
        raise OperationNotValid("The document holds no single operation of this name.") from None
    answer: Body = {"data": result.data}
    if result.errors:
        answer["errors"] = [format_error(error, settings.problems_base, schema._schema) for error in result.errors]
    return answer


def _render(request: Request, answer: Body) -> Response:
    nothing_ran = answer["data"] is None and "errors" in answer
    if _wants_graphql_json(request.headers):
        # Of this type the status counts: an operation that was refused as a whole is not answered with 200.
        body = {name: value for name, value in answer.items() if name != "data"} if nothing_ran else answer
        status = _status(answer) if nothing_ran else 200
        return _response(body, status, GRAPHQL_JSON)
    return _response(answer, 200, JSON)


def _status(answer: Body) -> int:
    statuses = [error["extensions"]["problem"]["status"] for error in answer["errors"]]
    return max(statuses) if all("path" not in error for error in answer["errors"]) else 200


def _wants_graphql_json(headers: Mapping[str, str]) -> bool:
    return GRAPHQL_JSON in headers.get("accept", "")


def _response(body: Body, status: int, media_type: str) -> Response:
    return Response(orjson.dumps(body), status, dict(HEADERS), media_type=f"{media_type}; charset=utf-8")


def render_refusal(problem: Problem, base: str, accept: str, current: str) -> Response:
    """A refusal of the whole request, in the form of an answer of GraphQL.

    Shape: the problem stands in `extensions.problem` of the only error, with the request id.
    """
    body = {"errors": [error_of(problem, base, current)]}
    media_type = GRAPHQL_JSON if GRAPHQL_JSON in accept else JSON
    answer = _response(body, problem.status, media_type)
    answer.headers.update(problem.headers)
    return answer


DIALECT = Dialect(re.compile("/graphql"), render_refusal, line_breaks=True)
