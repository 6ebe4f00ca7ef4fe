"""A reference leads to a page and a heading inside this repository, or says the reason itself.

Looked at: every text file of the repository, save locks, what is generated, and the changelog, whose readers know the
numbers of the issues.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from .houses import ROOT
from .rules import Rule

TEXT = {".py", ".md", ".toml", ".json", ".yaml", ".yml", ".sh", ".ini", ".txt", ".graphql", ".html", ""}
NOT_OURS = {"var", "secrets", "node_modules", "__pycache__"}
NOT_READ = {"CHANGELOG.md", "requirements.lock", "requirements-test.lock"}

OUTSIDE = re.compile(
    r"(?<![\w/.-])(?:design|practice|domain|frameworks|today|goals|libraries|contracts)"
    r"(?:\.md\b|\s+(?:§\s*)?\d|\s+§)|\b[Ii]ssues? \d+|(?<![\w.])/work/|\bseeds/"
)
"""Pages and issues that a reader of the repository does not have. `docs/sources/frameworks.md` is a page of ours."""

PAGE = re.compile(r"(?<![\w/.-])docs/[\w./-]+(?:\.md)?(?:#[\w-]+)?")
"""A page of ours, named from anywhere: `docs/sources/sharing.md#reach`, `docs/adr/0012`."""

LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
PATH_IN_PAGE = re.compile(r"`((?:services|gateway|sandbox|journey|agent|tests|tools|bench|deploy)/[\w./-]+)`")

MADE_LATER = {"deploy/compose/secrets"}
"""Not committed: `make` makes it."""

ADDING = ROOT / "docs/adding.md"
"""Names files that are yet to be made; tests/unit/adding carries out what it says."""


def texts() -> Iterator[Path]:
    """Every text file that a person wrote, or that stands for what a person wrote."""
    pending = [ROOT]
    while pending:
        for path in sorted(pending.pop().iterdir()):
            hidden = path.name.startswith(".") and path.name != ".ci"
            if hidden or path.is_symlink() or path.name in NOT_OURS:
                continue
            if path.is_dir():
                pending.append(path)
            elif path.suffix in TEXT and path.name not in NOT_READ and path != Path(__file__):
                yield path


@cache
def headings(page: Path) -> frozenset[str]:
    """The anchors of a page, as its readers' software makes them of its headings: `## Two checks` → `two-checks`."""
    seen: dict[str, int] = {}
    anchors = []
    for title in HEADING.findall(FENCED.sub("", page.read_text())):
        anchor = re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
        number = seen.get(anchor, 0)
        seen[anchor] = number + 1
        anchors.append(f"{anchor}-{number}" if number else anchor)
    return frozenset(anchors)


def leads_somewhere(reference: str, folder: Path) -> bool:
    """Whether a path, with or without `#heading`, is there as seen from a folder."""
    path, _, anchor = reference.partition("#")
    target = folder / path if path else folder
    if path and not target.exists():
        # `docs/adr/0012` is short for the one page that begins so.
        found = list(target.parent.glob(f"{target.name}*.md")) if target.parent.is_dir() else []
        if len(found) != 1:
            return False
        target = found[0]
    return not anchor or (target.is_file() and anchor in headings(target))


def dangling(text: str) -> list[str]:
    """References in a text that lead out of the repository, or to pages and headings that are not there."""
    lost = [match.group().strip() for match in OUTSIDE.finditer(LINK.sub("", text))]
    pages = (match.group().rstrip("./") for match in PAGE.finditer(text))
    return lost + [page for page in pages if not leads_somewhere(page, ROOT)]


def broken_links(page: Path, text: str) -> list[str]:
    """Links of a page, and paths that it quotes, that lead nowhere."""
    text = FENCED.sub("", text)
    links = [link for link in LINK.findall(text) if "://" not in link and not link.startswith("mailto:")]
    lost = [
        link
        for link in links
        if not leads_somewhere(link if not link.startswith("#") else f"{page.name}{link}", page.parent)
    ]
    if page == ADDING:
        return lost
    paths = (path for path in PATH_IN_PAGE.findall(text) if path not in MADE_LATER)
    return lost + [path for path in paths if not (ROOT / path).exists()]


@dataclass(frozen=True)
class Page:
    """Shape: `path` is where the text stands, `text` what it says."""

    path: Path
    text: str


def finds_dangling(page: Page) -> Iterator[str]:
    yield from (f"{page.path.relative_to(ROOT)} refers to {each}, which is not here" for each in dangling(page.text))


def finds_broken_links(page: Page) -> Iterator[str]:
    lost = broken_links(page.path, page.text)
    yield from (f"{page.path.relative_to(ROOT)} leads to {each}, which is not here" for each in lost)


def said(text: str) -> Page:
    return Page(ROOT / "docs/sources/README.md", text)


REFERENCES_LEAD_SOMEWHERE = Rule(
    says="A reference leads to a page and a heading of this repository, or says the reason itself",
    finds=finds_dangling,
    valid={
        text: said(text)
        for text in (
            "reaches as far as docs/sources/sharing.md#reach says",
            "its traps, each with its cure: `docs/adr/0010`",
            "docs/sources/frameworks.md, table B",
            "the design of a feed, and a practice of many years",
            "RFC 6749 §5.2",
        )
    },
    invalid={
        text: (said(text), "which is not here")
        for text in (
            "a synchronous route cannot stream one (design 16)",
            "practice.md §2.5",
            "practice §2.1",
            "`libraries.md` §3",
            "issue 3 asks for it",
            "see /work/shared/domain.md",
            "docs/sources/nowhere.md",
            "docs/sources/sharing.md#no-such-heading",
            "docs/adr/0099",
        )
    },
)
LINKS_LEAD_SOMEWHERE = Rule(
    says="Every link of a page, and every path that it quotes, leads somewhere",
    finds=finds_broken_links,
    valid={"three": said("[a](law.md#identifiers) [b](#how-certain-a-statement-is) `services/claims`")},
    invalid={
        "a heading": (said("[a](law.md#nothing)"), "leads to law.md#nothing"),
        "a page": (said("[b](gone.md)"), "leads to gone.md"),
        "a path": (said("`services/nobody/x.py`"), "leads to services/nobody/x.py"),
    },
)


@cache
def pages() -> list[Page]:
    return [Page(path, path.read_text()) for path in texts()]


def test_every_reference_leads_into_the_repository() -> None:
    REFERENCES_LEAD_SOMEWHERE.check(*pages())


def test_every_link_and_path_of_a_page_leads_somewhere() -> None:
    LINKS_LEAD_SOMEWHERE.check(*(page for page in pages() if page.path.suffix == ".md"))
