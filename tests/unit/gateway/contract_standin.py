"""A program behind the gateway, made of its contract: it takes what its OpenAPI says and answers examples of it."""

import json
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from unit.gateway.openapi import Maker, Schema, answer_of, component, faults_of, find_operation, name_of

OWN_ID = ("person", "family", "id")
"""By which member a row that was looked up says whose it is; the first that it has."""


@dataclass
class ContractStandIn:
    """Shape: `whole` answers fill every member; `faults` are all that the gateway sent and the contract forbids."""

    document: Schema
    whole: bool = True
    faults: list[str] = field(default_factory=list)
    called: set[str] = field(default_factory=set)

    @property
    def app(self) -> Starlette:
        return Starlette(routes=[Route("/{path:path}", self.answer, methods=["GET", "POST", "PUT"])])

    async def answer(self, request: Request) -> Response:
        method, path = request.method, request.url.path
        operation = find_operation(self.document, method, path)
        if operation is None:
            self.faults.append(f"{method} {path}: there is no such operation")
            return JSONResponse({}, 404)
        name, found = operation
        self.called.add(f"{method} {name}")
        sent = json.loads(await request.body() or "null")
        self.faults += [f"{method} {name}: {fault}" for fault in self._faults(found, request, sent)]
        return self._answer(found, sent)

    def _faults(self, operation: Schema, request: Request, sent: Any) -> list[str]:
        stated = {one["name"]: one for one in operation.get("parameters", []) if one["in"] == "query"}
        wrong = [f"`{name}` is no parameter" for name in request.query_params if name not in stated]
        wrong += [
            f"`{name}` is lacking"
            for name, one in stated.items()
            if one["required"] and name not in request.query_params
        ]
        if body := operation.get("requestBody"):
            wrong += faults_of(self.document, body["content"]["application/json"]["schema"], sent)
        elif sent is not None:
            wrong.append("takes no body")
        return wrong

    def _answer(self, operation: Schema, sent: Any) -> Response:
        status, schema = answer_of(operation)
        body = Maker(self.document, self.whole).make(schema)
        if isinstance(sent, dict) and "ids" in sent:
            body = body | {"items": [self._row(schema, id) for id in sent["ids"]]}
        return JSONResponse(body, status)

    def _row(self, schema: Schema, id: str) -> Any:
        items = component(self.document, name_of(schema) or "")["properties"]["items"]["items"]
        row = Maker(self.document, self.whole).make(items)
        own = [name for name in OWN_ID if name in row][:1]
        return row | dict.fromkeys(own, id)
