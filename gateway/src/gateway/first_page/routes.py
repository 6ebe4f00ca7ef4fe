"""The first page, and what it leads to. Open to all: it is documentation and holds nothing about anybody."""

from importlib.util import find_spec
from pathlib import Path

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse, JSONResponse

from chassis.pages.html import PLAIN, Pages, wants_page
from chassis.problems import NotFound, Unavailable
from chassis.schemas import Word
from gateway.first_page.programs import OWN, FirstPageView, Programs
from vocabulary.programs import PROGRAMS


def find_viewer() -> Path:
    """The folder of the OpenAPI viewer's files, whose package is not imported: it is a FastAPI of its own."""
    spec = find_spec("fastapi_offline")
    assert spec and spec.origin
    return Path(spec.origin).with_name("static")


FOLDER = Path(__file__).parent
EXAMPLES = {"shell": "first_push.sh", "python": "first_push.py"}
VIEWER = find_viewer()
ASSETS = {
    "swagger-ui-bundle.js": (VIEWER, "text/javascript"),
    "swagger-ui.css": (VIEWER, "text/css"),
    "show-openapi.js": (FOLDER / "assets", "text/javascript"),
}
"""The viewer draws with styles of its own and pictures within its style sheet; it may load nothing from elsewhere."""
VIEWING = {"script-src": "'self'", "style-src": "'self' 'unsafe-inline'", "img-src": "data:", "connect-src": "'self'"}
LASTING = {"Cache-Control": "public, max-age=3600"}
OPEN = frozenset(
    {"/", "/feeds", "/first-push", "/first-query", "/explore/{program}", "/explore/{program}/openapi", "/assets/{name}"}
)

pages = Pages(FOLDER / "templates")
router = APIRouter(tags=["first page"])


def programs_of(request: Request) -> Programs:
    found: Programs = request.app.state.first_page
    return found


@router.get("/", response_model=FirstPageView)
async def show_first_page(request: Request) -> Response:
    """What runs here, and where to begin. To a browser as a page."""
    seen = await programs_of(request).look()
    own = programs_of(request).own_address
    families = next((each.address for each in seen if each.program == "families"), None)
    view = FirstPageView(
        programs=seen,
        graphql=f"{own}/graphql",
        feeds=f"{families}/v1/feeds" if families else f"{own}/feeds",
        problems=f"{own}/problems",
        first_push=f"{own}/first-push",
    )
    if wants_page(request):
        return pages.render("first_page.html", view=view)
    return JSONResponse(view.model_dump(by_alias=True, mode="json"), headers={"Vary": "Accept"})


@router.get("/feeds", response_model=None)
async def show_feeds(request: Request) -> Response:
    """What partners send, column by column, as a page; for machines it stands at `/v1/feeds` of families."""
    programs = programs_of(request)
    listed = await programs.get("families", "/v1/feeds")
    if listed is None:
        raise Unavailable()
    feeds = [await programs.get("families", f"/v1/feeds/{feed['feed']}") for feed in listed["items"]]
    return pages.render("feeds.html", feeds=[feed for feed in feeds if feed])


@router.get("/first-push", response_model=None)
async def show_first_push(request: Request) -> Response:
    """How a partner's program sends its first file, step by step, in shell and in Python."""
    addresses = {each.program: each.address or "" for each in await programs_of(request).look()}
    scripts = {language: (FOLDER / "examples" / name).read_text() for language, name in EXAMPLES.items()}
    return pages.render("first_push.html", addresses=addresses, scripts=scripts)


@router.get("/first-query", response_model=None)
async def show_first_query(request: Request) -> Response:
    """How somebody points a GraphQL client of their own here, with a token."""
    settings = request.app.state.runtime.settings
    return pages.render(
        "first_query.html",
        graphql=f"{programs_of(request).own_address}/graphql",
        identity=settings.issuer,
        query=(FOLDER / "examples" / "first_query.graphql").read_text(),
        roles=settings.introspection_roles,
        token_command=settings.token_command,
    )


@router.get("/explore/{program}", response_model=None)
async def explore_program(program: Word) -> Response:
    """A program's routes as a page."""
    if program not in PROGRAMS:
        raise NotFound()
    return pages.render("explore.html", policy={**PLAIN, **VIEWING}, program=program, title=PROGRAMS[program].title)


@router.get("/explore/{program}/openapi", response_model=None)
async def show_openapi(request: Request, program: Word) -> Response:
    """A program's OpenAPI document, from here, since a browser takes it from no other site."""
    if program not in PROGRAMS:
        raise NotFound()
    document = request.app.openapi() if program == OWN else await programs_of(request).get(program, "/openapi.json")
    if document is None:
        raise Unavailable()
    return JSONResponse(document)


@router.get("/assets/{name}", response_model=None)
async def show_asset(name: Word) -> Response:
    """Scripts and styles of these pages."""
    if name not in ASSETS:
        raise NotFound()
    folder, media_type = ASSETS[name]
    return FileResponse(folder / name, media_type=media_type, headers=LASTING)
