"""Builds the gateway: its schema, its endpoint, and a client for each program behind it."""

import httpx
from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from chassis.http import trusted
from chassis.program import Program
from chassis.runtime import Runtime
from gateway import endpoint
from gateway.admission import Admission
from gateway.first_page import routes as first_page_routes
from gateway.first_page.problems import ProblemsElsewhere
from gateway.first_page.programs import Programs
from gateway.limits import Documents
from gateway.schema import make_schema
from gateway.settings import GatewaySettings
from vocabulary.programs import PROGRAMS

CLIENT_HEADERS = ["Authorization", "Content-Type", "Ground", "Purpose", "X-Request-Id", "traceparent"]
"""What a page's client may send beside what each browser sends."""


def set_up(app: FastAPI, runtime: Runtime) -> None:
    """The schema, and the ways to the programs behind. None carries credentials of ours."""
    settings: GatewaySettings = runtime.settings
    schema = make_schema()
    app.state.schema = schema
    app.state.documents = Documents(schema._schema, settings)
    app.state.admission = Admission(settings)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["GET", "POST"],
            allow_headers=CLIENT_HEADERS,
            expose_headers=["Retry-After", "X-Request-Id"],
        )
    app.state.programs = {
        name: httpx.AsyncClient(
            base_url=getattr(settings, f"{name}_url"),
            timeout=httpx.Timeout(settings.timeout, connect=settings.connect_timeout),
            limits=httpx.Limits(max_connections=settings.connections, max_keepalive_connections=settings.connections),
            trust_env=False,
            verify=trusted(),
        )
        for name in PROGRAMS["gateway"].calls
    }
    app.state.first_page = Programs(app.state.programs, settings.own_url)
    app.state.explain_further = ProblemsElsewhere(app.state.first_page).explain_further


program = Program(
    name="gateway",
    title="Gateway",
    settings=GatewaySettings,
    base=None,
    routers=[endpoint.router, first_page_routes.router],
    open_routes=first_page_routes.OPEN,
    setup=set_up,
    dialect=endpoint.DIALECT,
)
