"""The gateway as tests meet it: started, before a stand-in for the programs behind it."""

from typing import Any

import httpx

from chassis.auth import Caller
from fixtures.stack import Programs
from fixtures.tokens import as_, token
from gateway.app import program
from unit.gateway.standin import StandIn
from vocabulary.programs import SERVICES

ANA = as_(token("ana", roles=["analyst"], areas=["thornbury"], scopes=["families:read"]))


def caller(subject: str) -> Caller:
    nothing: frozenset[str] = frozenset()
    return Caller(subject, "portal", "council", "programme", nothing, nothing, nothing, (), is_person=True, token="")


class Gateway:
    """The gateway under test, before a stand-in for the programs behind it."""

    def __init__(self, programs: Programs, **settings: Any) -> None:
        self.behind = StandIn()
        url = programs.serve(self.behind.app)
        urls = {f"{name}_url": url for name in SERVICES}
        self.running = programs.start(program, **(urls | settings))
        self.http = self.running.client

    def post(self, query: str, variables: dict[str, Any] | None = None, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.post("/graphql", json={"query": query, "variables": variables}, headers={**ANA, **named})

    def ask(self, query: str, variables: dict[str, Any] | None = None, **headers: str) -> Any:
        """The data of an answer that has no errors."""
        answer = self.post(query, variables, **headers).json()
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    def refused(self, query: str, variables: dict[str, Any] | None = None, **headers: str) -> Any:
        """The problem of an answer's only error."""
        errors = self.post(query, variables, **headers).json()["errors"]
        assert len(errors) == 1
        return errors[0]["extensions"]["problem"]
