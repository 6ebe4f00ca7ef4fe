"""Somebody unusual is planted everywhere, and found in no refusal, no header, no report and no line of any log."""

import json
import re
import secrets
from base64 import b64encode
from collections.abc import Iterator
from urllib.parse import quote, urlencode

import httpx
import pytest

from chassis.http import trusted
from chassis.telemetry import forget_repeats
from fixtures.platform import PROGRAMS, Platform
from hostile.canaries import ADDRESS, ASCII, BORN, CANARIES, EMAIL, FORENAME, NHS, NINO, POSTCODE, SURNAME, UPN, found
from hostile.doors import FORM, JSON, Door, doors
from hostile.judge import judge, none
from hostile.page import SIGNING_IN, token_in
from hostile.samples import put
from hostile.world import agree

SENTENCE = f"{FORENAME} {SURNAME}, born {BORN}, {NINO}, {ADDRESS}, {POSTCODE}, {EMAIL}"


def bodies(door: Door) -> Iterator[bytes]:
    """A body with somebody in each of its places, as value, as name, and where no text belongs."""
    good = door.body()
    for number, path in enumerate(door.samples.strings(door.schema)):
        for word in (SENTENCE, CANARIES[number % len(CANARIES)], CANARIES[(number + 1) % len(CANARIES)]):
            yield json.dumps(put(good, path, word)).encode()
            yield json.dumps(put(good, path, {word: word})).encode()
    for name in good:
        yield json.dumps(good | {name: [SENTENCE]}, ensure_ascii=False).encode()
    for word in CANARIES:
        yield json.dumps(good | {word: {word: [word]}}, ensure_ascii=False).encode()
    yield json.dumps(SENTENCE).encode()
    yield f'{{"x": "{SENTENCE}'.encode()
    yield SENTENCE.encode()


@pytest.mark.parametrize("program", PROGRAMS)
def test_nobody_in_a_body_is_repeated(platform: Platform, program: str) -> None:
    wrong = []
    for door in doors(platform, program):
        for body in door.some(bodies(door) if door.is_json else (), of=4):
            headers = door.headers() | {"Content-Type": JSON}
            answer = platform[program].client.request(door.method, door.url(), content=body, headers=headers)
            wrong += judge(answer, door, "canary in a body")
    assert none(wrong)


@pytest.mark.parametrize("program", PROGRAMS)
def test_nobody_in_an_address_is_repeated(platform: Platform, program: str) -> None:
    wrong = []
    for door in doors(platform, program):
        for number, word in door.some(enumerate(CANARIES), of=4):
            names = [one["name"] for one in door.parameters("query")] or ["q"]
            query = urlencode({names[number % len(names)]: word, word: word})
            values = {one["name"]: word for one in door.parameters("path")}
            for url in (f"{door.url()}?{query}", door.url(**values), f"{door.url()}/{quote(word)}"):
                answer = platform[program].client.request(door.method, url, headers=door.headers())
                wrong += judge(answer, door, "canary in an address")
    assert none(wrong)


@pytest.mark.parametrize("program", PROGRAMS)
def test_nobody_in_a_token_or_a_credential_is_repeated(platform: Platform, program: str) -> None:
    wrong = []
    door = next(door for door in doors(platform, program) if door.locked)
    for word in ASCII:
        basic = b64encode(f"{word}:{word}".encode()).decode()
        forged = platform.signed(platform.claims(word, client_id=word, agency=word, iss=word))
        kid = platform.signed(header={"kid": word})
        for authorization in (f"Basic {basic}", f"Bearer {forged}", f"Bearer {kid}", f"Bearer {word}", word):
            headers = door.headers() | {"Authorization": authorization}
            answer = platform[program].client.request(door.method, door.url(), headers=headers)
            wrong += judge(answer, door, "canary in a token", {401})
    assert none(wrong)


def test_nobody_at_an_oauth_endpoint_is_repeated(platform: Platform) -> None:
    wrong = []
    fields = ("grant_type", "client_id", "client_secret", "code", "redirect_uri", "code_verifier", "refresh_token",
              "scope", "token", "client_assertion", "client_assertion_type", "response_type", "state")  # fmt: skip
    for door in doors(platform, "identity"):
        if not door.path.startswith("/oauth/") or door.path == "/oauth/jwks":
            continue
        for number, word in enumerate(CANARIES):
            for name in door.some(fields[number % 2 :] + fields[: number % 2], of=4):
                form = {"grant_type": "client_credentials", "client_id": "portal"} | {name: word}
                for sent in (form, form | {word: word}, {name: word}):
                    wrong += judge(send_form(platform, door, urlencode(sent)), door, "canary in a form")
            basic = {"Authorization": f"Basic {b64encode(f'{word}:{word}'.encode()).decode()}"}
            answer = send_form(platform, door, "grant_type=client_credentials&token=x", basic)
            wrong += judge(answer, door, "canary as a client")
        for spoiled in SPOILED_FORMS:
            wrong += judge(send_form(platform, door, spoiled), door, "form: spoiled")
    assert none(wrong)


def test_nothing_that_is_filled_in_at_the_page_breaks_it_or_stands_elsewhere_than_in_its_field(
    platform: Platform,
) -> None:
    """Behind the page's own token, as a browser sends it: before it nothing of the form is looked at."""
    door = next(door for door in doors(platform, "identity") if door.name == "identity POST /oauth/authorize")
    wrong = []
    for email, password, more in filled_in():
        page = httpx.get(f"{platform['identity'].url}{door.path}", params=SIGNING_IN, verify=trusted())
        own = token_in(page)
        assert page.status_code == 200 and own, page.text
        form = f"csrf={own}&email={email}&password={password}{more}"
        answer = platform["identity"].client.post(
            door.path,
            params=SIGNING_IN,
            content=form,
            headers={"Content-Type": FORM, "Cookie": f"sign_in={page.cookies['sign_in']}"},
        )
        wrong += [
            f"{one} for {form[100:200]}" for one in judge(without_field(answer), door, "form: filled in", {400, 422})
        ]
    assert none(wrong)


def filled_in() -> Iterator[tuple[str, str, str]]:
    """Address, password, and what else a form may hold, as they go over the wire."""
    for bad in ("%00", "a%00b@x.y", "%ED%A0%80", "%FF", "%1b[2J", "%0d%0aSet-Cookie:%20x=1", "%7F", "%EF%B7%BA" * 200,
                "a" * 100_000, "", "%F0%9F%92%A9", "%E2%80%AE", "'%20OR%201=1%20--"):  # fmt: skip
        yield bad, "x", ""
        for password, more in ((bad, ""), ("x", f"&other={bad}"), ("x", f"&{bad}=x")):
            yield f"{secrets.token_hex(4)}@x.y", password, more  # after a few failures, an address would have to wait
    for word in CANARIES:
        yield quote(word), quote(word), f"&{quote(word)}={quote(word)}"
        yield quote(word), "x", f"&email={quote(word)}"


def without_field(answer: httpx.Response) -> httpx.Response:
    """The page without what it keeps for who filled it in: the address, in its own field and nowhere else."""
    kept = re.sub(r'(<input id="email"[^>]*) value="[^"]*"', r"\1", answer.text)
    return httpx.Response(answer.status_code, headers={**answer.headers, "content-length": ""}, text=kept)


SPOILED_FORMS = (
    "", "=", "&&&", "%", "%zz=1", "grant_type=%00", "grant_type=%ED%A0%80", "grant_type=%FF", "token=%00", "token=%FF",
    "token=a%00b", "client_id=%00", "client_id=portal&client_id=portal", "token=x&token=y", "&".join(["a=b"] * 60),
    "grant_type=client_credentials&" + "a" * 100_000, "grant_type=" + "a" * 100_000, '{"grant_type": "x"}', "code=é",
    "refresh_token=" + "🦊" * 50, "scope=" + "x " * 3_000, "client_id=portal&client_secret=", "grant_type[]=x",
)  # fmt: skip


def send_form(platform: Platform, door: Door, form: str, more: dict[str, str] | None = None) -> httpx.Response:
    client = platform["identity"].client
    headers = {"Content-Type": FORM} | (more or {})
    if door.method == "GET":
        return client.get(f"{door.url()}?{form[:8_000]}", headers=more or {})
    return client.post(door.url(), content=form.encode(), headers=headers)


NOBODYS = json.dumps("00000000-0000-4000-8000-000000000000")
NAMED = (
    f"{{ NAME: family(id: {NOBODYS}) {{ id }} }}",
    f"query NAME {{ NAME: family(id: {NOBODYS}) {{ NAME: id }} }}",
    "query Q($NAME: UUID!) { NAME: family(id: $NAME) { id } }",
    f"{{ NAME: family(id: {NOBODYS}) {{ ...NAME }} }} fragment NAME on Family {{ id }}",
)
"""What a client calls the parts of its document is its own affair."""


@pytest.mark.parametrize("word", [FORENAME, FORENAME.lower()])
def test_nobody_whose_name_a_document_gives_to_its_parts_is_in_a_line_of_the_log(platform: Platform, word: str) -> None:
    gateway = platform["gateway"]
    headers = {"Authorization": f"Bearer {platform.signed()}", "Purpose": "identify"}
    for document in NAMED:
        begun = len(platform.log.getvalue())
        forget_repeats()
        asked = {"query": document.replace("NAME", word), "variables": {word: json.loads(NOBODYS)}}
        answer = gateway.client.post("/graphql", json=asked, headers=headers)
        # In the answer it stands, as GraphQL wants it; but the log is read by others.
        assert answer.json()["errors"][0]["path"][0] == word, answer.text
        said = [line for line in platform.lines_from(begun) if line["event"] == "field not answered"]
        assert [line["field"] for line in said] == ["family"]
        assert word not in platform.log.getvalue()[begun:]


def test_nobody_in_a_pushed_file_is_in_a_report_or_a_line_of_the_log(platform: Platform) -> None:
    families, push = platform["families"], agreed_push(platform)
    header, good = push.content_of()[0].decode().splitlines()[:2]
    names = header.split(",")
    lines = [good]
    for number in range(len(names)):
        for word in (CANARIES[number % len(CANARIES)], SENTENCE, f"a\0{NINO}", f"={FORENAME}", f"\x1b{UPN}", NHS * 90):
            lines.append(with_cell(good, number, word))
    lines += [SENTENCE, ",".join(CANARIES * 9)]
    file = "\r\n".join([header, *lines, ""]).encode() + with_cell(good, 3, "X").encode().replace(b"X", b"\xed\xa0\x80")
    wrong = []
    for media_type, body in (("text/csv", file), ("application/x-ndjson", as_ndjson(names, lines))):
        answer = put_in(platform, push, body, media_type)
        assert answer.status_code == 202, answer.text
        families.work()
        report = listed(platform, f"{answer.headers['Location']}/lines")
        assert len(report) >= len(lines) and any(line["outcome"] == "refused" for line in report)
        wrong += [f"{media_type}: {line}" for line in report if found(json.dumps(line, ensure_ascii=False))]
        shown = families.client.get(answer.headers["Location"], headers=push.headers())
        wrong += found(shown.text)
    for header_line in (f"{header},{NINO}", header.replace(names[0], FORENAME), SENTENCE, f'"{SENTENCE}', "\0" + NINO):
        answer = put_in(platform, push, f"{header_line}\r\n{good}\r\n".encode(), "text/csv")
        # A column of the partner's own is passed over, and told by its number.
        passed_over = header_line.startswith(header)
        wrong += judge(answer, push, "canary in a file's header", {202} if passed_over else {422})
        if passed_over:
            wrong += found(families.client.get(answer.headers["Location"], headers=push.headers()).text)
    assert none(wrong)


def with_cell(line: str, index: int, value: str) -> str:
    cells = line.split(",")
    cells[index] = '"' + value.replace('"', '""') + '"'
    return ",".join(cells)


def as_ndjson(names: list[str], lines: list[str]) -> bytes:
    objects = [dict(zip(names, line.split(","), strict=False)) for line in lines]
    odd = [{NINO: SENTENCE}, {names[0]: [SENTENCE]}, SENTENCE, [SENTENCE], {names[0]: "\ud800" + NINO}]
    return b"".join(json.dumps(one).encode() + b"\n" for one in [*objects, *odd]) + b'{"' + NINO.encode() + b"\n"


def agreed_push(platform: Platform) -> Door:
    """The door for attendance, with the agreement that lets this test push there."""
    agree(platform)
    return next(door for door in doors(platform, "families") if door.path == "/v1/feeds/school_attendance/pushes")


def put_in(platform: Platform, door: Door, body: bytes, media_type: str) -> httpx.Response:
    covers = {"covers_from": "2016-01-01", "covers_to": "2018-03-31", "area": "thornbury"}
    headers = door.headers() | {"Content-Type": media_type}
    return platform["families"].client.post(door.path, params=covers, content=body, headers=headers)


def listed(platform: Platform, path: str) -> list[dict[str, object]]:
    headers = {"Authorization": f"Bearer {platform.signed()}"}
    items: list[dict[str, object]] = []
    after = None
    while True:
        params = {"limit": "500"} | ({"after": after} if after else {})
        page = platform["families"].client.get(path, params=params, headers=headers).json()
        items += page["items"]
        after = page["next"]
        if after is None:
            return items
