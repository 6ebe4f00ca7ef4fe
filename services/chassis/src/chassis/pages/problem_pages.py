"""What each problem means and how to mend it: a page of its own, to which the `type` of a problem leads."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from chassis.pages.html import Pages, wants_page
from chassis.problems import NotFound, Problem, Unavailable, known_problems
from chassis.schemas import Word

Explained = dict[str, Any]
ExplainFurther = Callable[[str, Explained | None], Awaitable[Explained | None]]
"""Adds to a problem's page what other programs say, for a program that serves theirs: `app.state.explain_further`."""

pages = Pages(Path(__file__).with_name("templates"))


def add_routes(app: FastAPI, advice: str) -> None:
    """Add the routes. Shape: `advice` says whom to turn to where something cannot be reached; empty for no word."""
    kinds = {kind.slug(): kind for kind in known_problems()}

    @app.get("/problems", tags=["problems"], response_model=None)
    def list_problems(request: Request) -> Response:
        """Every problem that this program can answer with. To a browser as a page."""
        found = sorted(
            (explain(kind, advice) for kind in kinds.values()), key=lambda each: (each["status"], each["type"])
        )
        if wants_page(request):
            return pages.render("problems.html", program=app.title, problems=found)
        return JSONResponse({"items": found, "next": None}, headers={"Vary": "Accept"})

    @app.get("/problems/{slug}", tags=["problems"], response_model=None)
    async def show_problem(request: Request, slug: Word) -> Response:
        """What a problem means and how to mend it. To a browser as a page."""
        found = explain(kinds[slug], advice) if slug in kinds else None
        further: ExplainFurther | None = request.app.state.explain_further
        if further is not None:
            found = await further(slug, found)
        if found is None:
            raise NotFound()
        if wants_page(request):
            return pages.render("problem.html", program=found.get("program", app.title), problem=found)
        return JSONResponse(found, headers={"Vary": "Accept"})


def explain(kind: type[Problem], advice: str) -> Explained:
    paragraphs = [" ".join(part.split()) for part in (kind.__doc__ or "").split("\n\n")]
    if kind is Unavailable and advice:
        paragraphs.append(advice)
    return {"type": kind.slug(), "title": kind.title, "status": kind.status, "explanation": paragraphs}
