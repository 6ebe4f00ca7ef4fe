"""The chassis, as a program with one noun stands on it."""

import hmac
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from html import unescape
from pathlib import Path
from threading import Event
from uuid import uuid4

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey
from kafka import KafkaConsumer
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from chassis.clock import now
from chassis.gaps import list_gaps
from chassis.listener import listen_once, unpark
from chassis.migrations import current, migrate
from chassis.relay import Relay, count_waiting, only_one, what_waits
from fixtures.footing import ON_PRODUCTION
from fixtures.spooled import spooled
from fixtures.stack import Programs, Running
from fixtures.tokens import AUDIENCE, ISSUER, KEY, as_, token

from .toys import app
from .toys.app import Base, Heard, ParkedEvent, Toy, program

ANA = token("ana", scopes=["toys:read", "toys:write"])
VISITOR = token("vi", scopes=["toys:read"])


@pytest.fixture
def toys(programs: Programs) -> Running:
    return programs.start(program)


def make(toys: Running, key: str = "key-00000001", bearer: str = ANA, **body: object) -> tuple[int, dict[str, object]]:
    answer = toys.client.post("/v1/toys", json={"name": "Bear"} | body, headers=as_(bearer, Idempotency_Key=key))
    return answer.status_code, answer.json()


def count(toys: Running, model: type) -> int:
    with toys.runtime.read() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_a_repeated_key_makes_one_toy_and_answers_the_same(toys: Running) -> None:
    first, again = make(toys), make(toys)
    assert first[0] == 201 and again == first
    assert count(toys, Toy) == 1


def test_a_repeated_key_with_another_body_is_refused(toys: Running) -> None:
    make(toys)
    status, problem = make(toys, name="Doll")
    assert (status, problem["title"]) == (422, "Idempotency-Key reused")
    assert count(toys, Toy) == 1


def test_two_clients_may_use_the_same_key(toys: Running) -> None:
    make(toys)
    make(toys, bearer=token("bo", scopes=["toys:write"]))
    assert count(toys, Toy) == 2


def test_a_key_counts_for_its_query_however_long_and_keeps_nothing_of_it(toys: Running) -> None:
    header = as_(ANA, Idempotency_Key="key-00000001")
    queries = ["x=Quexworthy", "x=other", "x=" + "".join(f"{n:x}" for n in range(2_000)), "x=Quexworthy"]
    answers = [toys.client.post(f"/v1/toys?{query}", json={"name": "Bear"}, headers=header) for query in queries]
    assert {answer.status_code for answer in answers} == {201}
    assert answers[0].json() == answers[3].json() and count(toys, Toy) == 3
    with toys.runtime.read() as session:
        assert "Quexworthy" not in str(session.execute(select(Base.metadata.tables["idempotency_key"])).all())


def test_fifty_repeats_at_once_make_one_toy(toys: Running) -> None:
    with ThreadPoolExecutor(50) as crowd:
        answers = list(crowd.map(lambda _: make(toys), range(50)))
    assert {status for status, _ in answers} == {201}
    assert len({str(body["id"]) for _, body in answers}) == 1
    assert count(toys, Toy) == 1


def test_without_a_key_nothing_is_made(toys: Running) -> None:
    answer = toys.client.post("/v1/toys", json={"name": "Bear"}, headers=as_(ANA))
    assert (answer.status_code, count(toys, Toy)) == (400, 0)


def test_a_hundred_readers_who_write_lose_no_update(toys: Running) -> None:
    toy = make(toys)[1]["id"]
    with ThreadPoolExecutor(50) as crowd:
        answers = list(
            crowd.map(lambda _: toys.client.post(f"/v1/toys/{toy}/lend", headers=as_(ANA)).status_code, range(100))
        )
    with toys.runtime.read() as session:
        assert (set(answers), session.scalar(select(Toy.lent))) == ({200}, 100)


def test_a_change_without_a_version_or_with_an_old_one_is_refused(toys: Running) -> None:
    toy = make(toys)[1]["id"]
    version = toys.client.get(f"/v1/toys/{toy}", headers=as_(ANA)).headers["ETag"]
    statuses = [
        toys.client.patch(f"/v1/toys/{toy}", json={"name": "Doll"}, headers=as_(ANA, **headers)).status_code
        for headers in ({}, {"If_Match": '"v9"'}, {"If_Match": version}, {"If_Match": version})
    ]
    assert statuses == [428, 412, 200, 412]


def test_pages_join_up_without_gap_or_repeat(toys: Running) -> None:
    made = {str(make(toys, key=f"key-{n:08}")[1]["id"]) for n in range(25)}
    seen: list[str] = []
    after: str | None = None
    while True:
        params = {"limit": "10"} | ({"after": after} if after else {})
        page = toys.client.get("/v1/toys", params=params, headers=as_(ANA)).json()
        seen += [toy["id"] for toy in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert len(seen) == 25 and set(seen) == made


@pytest.mark.parametrize("after", ["nonsense", "AAAA", "", "é", "x" * 599])
def test_a_cursor_that_was_not_given_is_refused(toys: Running, after: str) -> None:
    assert toys.client.get("/v1/toys", params={"after": after}, headers=as_(ANA)).status_code == 400


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"name": 7}, "/body/name"),
        ({"name": "a\nb"}, "/body/name"),
        ({"name": "a\x00b"}, "/body/name"),
        ({"name": "Secret-Name", "weight": True}, "/body/weight"),
        ({"name": "Secret-Name", "weight": "7"}, "/body/weight"),
        ({"name": "Secret-Name", "made_on": 0}, "/body/made_on"),
        ({"name": "Secret-Name", "made_on": "2999-01-01"}, "/body/made_on"),
        ({"name": "Secret-Name", "owner": 7}, "/body/owner"),
        ({"name": "Secret-Name", "Secret Name!": 1}, "/body/?"),
        ({}, "/body/name"),
    ],
)
def test_bad_input_gets_a_pointer_and_a_fix_and_no_echo(toys: Running, body: dict[str, object], pointer: str) -> None:
    answer = toys.client.post("/v1/toys", json=body, headers=as_(ANA, Idempotency_Key="key-00000001"))
    fault = answer.json()["errors"][0]
    assert answer.status_code == 422 and answer.headers["Content-Type"] == "application/problem+json"
    assert fault["pointer"] == pointer and fault["code"] and fault["fix"]
    assert "Secret" not in answer.text and "input" not in fault
    assert count(toys, Toy) == 0


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe", b'{"name": "\\ud800"}', b"[" * 100_000, b""])
def test_a_body_that_is_no_json_is_a_problem(toys: Running, content: bytes) -> None:
    headers = as_(ANA, Idempotency_Key="key-00000001") | {"Content-Type": "application/json"}
    answer = toys.client.post("/v1/toys", content=content, headers=headers)
    assert answer.status_code in (400, 422) and answer.json()["type"].startswith("http")


def test_a_body_over_the_cap_is_refused_whether_it_says_so_or_not(toys: Running) -> None:
    big = b" " * (2 << 20)
    headers = as_(ANA, Idempotency_Key="key-00000001") | {"Content-Type": "application/json"}
    said = toys.client.post("/v1/toys", content=big, headers=headers)
    hidden = toys.client.post("/v1/toys", content=iter([big[: 1 << 20], big[1 << 20 :]]), headers=headers)
    assert (said.status_code, hidden.status_code) == (413, 413)


def test_a_large_body_goes_to_a_file_without_a_name_that_no_kill_can_leave_behind(toys: Running) -> None:
    body = bytes(range(256)) * 400
    answer = toys.client.post("/v1/toys/weigh", content=body, headers=as_(ANA)).json()
    assert answer == {"size": len(body), "sha256": sha256(body).hexdigest(), "names": []}
    assert spooled(toys.runtime.settings.var) == []


def test_bodies_that_come_in_at_once_share_the_room_that_there_is(programs: Programs) -> None:
    toys = programs.start(program, spool_limit=1000)
    held, go_on = Event(), Event()

    def slowly() -> Iterator[bytes]:
        yield b"x" * 700
        held.set()
        go_on.wait(20)
        yield b"x" * 100

    def send(body: bytes | Iterator[bytes]) -> int:
        return toys.client.post("/v1/toys/weigh", content=body, headers=as_(ANA)).status_code

    with ThreadPoolExecutor(1) as hands:
        first = hands.submit(send, slowly())
        assert held.wait(20)
        deadline = time.monotonic() + 20
        while getattr(toys.runtime.state.get("spool"), "taken", 0) < 700 and time.monotonic() < deadline:
            time.sleep(0.01)
        assert send(b"x" * 400) == 503
        assert send(b"x" * 200) == 200
        go_on.set()
        assert first.result() == 200
    assert [send(b"x" * 900) for _ in range(3)] == [200] * 3, "the room is given back"
    assert toys.runtime.state["spool"].taken == 0


def test_a_problem_has_a_page_at_its_address(toys: Running) -> None:
    problem = toys.client.get(f"/v1/toys/{'0' * 8}-0000-7000-8000-{'0' * 12}", headers=as_(ANA)).json()
    page = toys.client.get(problem["type"].partition(toys.runtime.settings.own_url)[2]).json()
    assert problem["title"] == page["title"] == "Toy not found"
    assert "Check the id." in page["explanation"][0]


def test_to_a_browser_a_problem_is_a_page_and_all_of_them_are_listed(toys: Running) -> None:
    browser = {"Accept": "text/html,*/*;q=0.8"}
    listed = toys.client.get("/problems").json()["items"]
    assert {"toy-not-found", "not-signed-in"} <= {each["type"] for each in listed}
    everything = toys.client.get("/problems", headers=browser).text
    for each in listed:
        page = toys.client.get(f"/problems/{each['type']}", headers=browser)
        assert page.headers["Content-Type"].startswith("text/html") and page.headers["Vary"] == "Accept"
        assert f"<h1>{each['title']}</h1>" in unescape(page.text) and f'href="problems/{each["type"]}"' in everything
    assert toys.client.get("/problems/nothing", headers=browser).status_code == 404


def test_the_page_of_unavailable_adds_what_the_program_says(programs: Programs) -> None:
    running = programs.start(program, unavailable_advice="Ring the shop.")
    pages = {name: running.client.get(f"/problems/{name}").json()["explanation"] for name in ("unavailable", "stale")}
    assert pages["unavailable"][-1] == "Ring the shop." and "Ring the shop." not in pages["stale"]


def test_what_breaks_says_nothing_of_why(toys: Running, capfd: pytest.CaptureFixture[str]) -> None:
    answer = toys.client.get("/v1/toys/broken", headers=as_(ANA))
    assert answer.status_code == 500 and "Secret" not in answer.text
    assert answer.json()["request_id"] == answer.headers["X-Request-Id"]
    assert "Secret" not in "".join(capfd.readouterr())


def test_a_request_id_is_taken_over_only_when_it_looks_like_one(toys: Running) -> None:
    good = ("0123456789abcdef" * 2, "01234567-89ab-cdef-0123-456789abcdef")
    bad = ("Secret Name", "1931-08-29-9434765919", "9434765919943476", "0123456789abcdef-0123456789abcde", "0" * 64)
    got = {i: toys.client.get("/health/live", headers={"X-Request-Id": i}).headers["X-Request-Id"] for i in good + bad}
    assert [i for i in got if got[i] == i] == list(good)


def test_the_purpose_must_be_one_of_the_callers(toys: Running) -> None:
    def ask(purposes: list[str], stated: str | None) -> int:
        bearer = token("ana", scopes=["toys:read"], purposes=purposes)
        return toys.client.get(
            "/v1/toys/purpose", headers=as_(bearer, **({"Purpose": stated} if stated else {}))
        ).status_code

    assert [ask(["identify"], None), ask(["identify", "claim"], "claim")] == [200, 200]
    assert [ask(["identify", "claim"], None), ask(["identify"], "claim"), ask([], None)] == [400, 403, 403]
    # What is always stated is nobody's usual purpose, so whoever has it besides need still state none.
    assert [ask(["identify", "mending"], None), ask(["identify", "mending"], "mending")] == [200, 200]
    assert [ask(["mending"], None), ask(["identify", "claim", "mending"], None)] == [400, 400]


def test_a_scope_that_is_lacking_is_named(toys: Running) -> None:
    status, problem = make(toys, bearer=VISITOR)
    assert (status, problem["scope"]) == (403, "toys:write")


def by_hand(header: dict[str, str], claims: Mapping[str, object], key: bytes | None) -> str:
    signed = ".".join(urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (header, claims))
    signature = hmac.digest(key, signed.encode(), "sha256") if key else b""
    return f"{signed}.{urlsafe_b64encode(signature).decode().rstrip('=')}"


def forged() -> dict[str, str]:
    who = {"iss": ISSUER, "sub": "ana", "aud": AUDIENCE, "client_id": "portal", "agency": "a", "service": "s"}
    good = who | {"iat": int(time.time()), "exp": int(time.time()) + 300, "scope": "toys:read"}
    other = ECKey.generate_key("P-256", {"kid": "test"}, auto_kid=False)
    head = {"alg": "ES256", "typ": "at+jwt", "kid": "test"}
    brought = head | {"jwk": other.as_dict(private=False)}
    return {
        "nothing": "",
        "not a token": "abc",
        "no dots": "a.b",
        "expired": token(scopes=["toys:read"], lives=-60),
        "another issuer": token(scopes=["toys:read"], iss="http://evil"),
        "another audience": token(scopes=["toys:read"], aud="other"),
        "an id token": token(scopes=["toys:read"], typ="JWT"),
        "from the future": token(scopes=["toys:read"], iat=int(time.time()) + 3600),
        "without an agency": jwt.encode(head, {k: v for k, v in good.items() if k != "agency"}, KEY),
        "another key under our name": jwt.encode(head, good, other),
        "a key of its own": jwt.encode(brought, good, other),
        "signed with the public key": by_hand(head | {"alg": "HS256"}, good, KEY.as_pem(private=False)),
        "not signed at all": by_hand(head | {"alg": "none"}, good, None),
        "an unknown key": token(scopes=["toys:read"], key=ECKey.generate_key("P-256", {"kid": "x"}, auto_kid=False)),
    }


@pytest.mark.parametrize("what", list(forged()))
def test_no_forged_token_is_accepted(toys: Running, what: str) -> None:
    answer = toys.client.get("/v1/toys", headers=as_(forged()[what]) if what != "nothing" else {})
    assert answer.status_code == 401 and answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_who_showed_no_token_is_told_of_no_error(toys: Running) -> None:
    """A standard client then asks for a token, and does not take its own for spoilt. Source: RFC 6750, 3.1."""

    def challenge(authorization: str | None) -> tuple[int, str]:
        headers = {} if authorization is None else {"Authorization": authorization}
        answer = toys.client.get("/v1/toys", headers=headers)
        return answer.status_code, answer.headers["WWW-Authenticate"]

    for nothing in (None, "", "Bearer", "Basic YTpi", "DPoP abc"):
        assert challenge(nothing) == (401, 'Bearer realm="thinkfamily"'), nothing
    for spoilt in ("Bearer x", "Bearer Bearer x", f"bearer {ANA}x", "Bearer " + "x" * 9_000):
        assert challenge(spoilt) == (401, 'Bearer realm="thinkfamily", error="invalid_token"'), spoilt


def test_head_answers_what_get_does_without_its_body(toys: Running) -> None:
    for path, headers in (("/v1/toys", as_(VISITOR)), ("/v1/toys", {}), ("/health/live", {}), ("/nothing", {})):
        got, head = (toys.client.request(method, path, headers=headers) for method in ("GET", "HEAD"))
        assert (head.status_code, head.content) == (got.status_code, b"")
        assert head.headers["Content-Type"] == got.headers["Content-Type"]
        assert head.headers["Content-Length"] == got.headers["Content-Length"]
    refused = toys.client.head(f"/v1/toys/{uuid4()}/lend")
    assert (refused.status_code, refused.headers["Allow"]) == (405, "POST")
    assert toys.client.put("/v1/toys", headers=as_(ANA)).headers["Allow"] == "GET, HEAD, POST"


def test_events_take_effect_once_however_often_they_are_sent(toys: Running, programs: Programs) -> None:
    for n in range(30):
        make(toys, key=f"key-{n:08}")
    with toys.runtime.write() as session:
        rows = session.execute(Base.metadata.tables["outbox"].select()).all()
    programs.deliver(toys)
    with toys.runtime.write() as session:  # a relay that died between sending and marking
        session.execute(Base.metadata.tables["outbox"].update().values(position=None))
        session.execute(Base.metadata.tables["position"].update().values(position=0))
    toys.relay = Relay(toys.runtime, program.topics)
    programs.deliver(toys)
    assert count_waiting(toys.runtime) == 0
    with toys.runtime.read() as session:
        assert set(session.scalars(select(Heard.times))) == {1}
    assert count(toys, Heard) == len(rows) == 30


def test_an_event_that_cannot_be_handled_is_parked_and_the_others_go_on(
    toys: Running, programs: Programs, capfd: pytest.CaptureFixture[str]
) -> None:
    for n, name in enumerate(["Bear", "breaks", "Doll"]):
        make(toys, key=f"key-{n:08}", name=name)
    programs.deliver(toys)
    with toys.runtime.read() as session:
        parked = session.scalars(select(ParkedEvent)).one()
    assert (count(toys, Heard), parked.reason) == (2, "ValueError")
    assert "Secret" not in "".join(capfd.readouterr())


def test_what_was_parked_is_handled_once_its_reason_is_mended(
    toys: Running, programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n, name in enumerate(["breaks", "Bear"]):
        make(toys, key=f"key-{n:08}", name=name)
    programs.deliver(toys)
    assert "thinkfamily_parked_events 1.0" in toys.figures()
    assert unpark(toys.runtime, program.reactions) == (0, 1), "it still fails, and is kept"
    assert (count(toys, ParkedEvent), count(toys, Heard)) == (1, 1)
    monkeypatch.setattr(app, "mended", True)
    assert unpark(toys.runtime, program.reactions) == (1, 0)
    assert (count(toys, ParkedEvent), count(toys, Heard)) == (0, 2)
    assert "thinkfamily_parked_events 0.0" in toys.figures()
    with toys.runtime.write() as session:  # told once more, it has been handled
        session.execute(Base.metadata.tables["position"].update().values(position=0))
    programs.deliver(toys)
    with toys.runtime.read() as session:
        assert set(session.scalars(select(Heard.times))) == {1}


def test_a_table_that_is_not_there_yet_parks_nothing(toys: Running, programs: Programs) -> None:
    make(toys)
    with toys.runtime.write() as session:
        session.execute(text("ALTER TABLE heard RENAME TO away"))
    with pytest.raises(DBAPIError):
        programs.deliver(toys)
    assert count(toys, ParkedEvent) == 0
    with toys.runtime.write() as session:
        session.execute(text("ALTER TABLE away RENAME TO heard"))
    programs.deliver(toys)
    assert count(toys, Heard) == 1


@ON_PRODUCTION  # a file is read where one says
def test_what_a_reader_lost_on_its_way_is_read_again(
    toys: Running, programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(toys)
    programs.deliver(toys)
    make(toys, key="key-00000002")
    while toys.relay.step():
        pass
    poll = KafkaConsumer.poll

    def lose(consumer: KafkaConsumer, *how: object, **more: object) -> None:
        found: dict[object, object] = {}
        while not found:
            found = poll(consumer, *how, **more)  # it now stands behind what nobody has seen
        raise KeyError("a fault of the library's own")

    with monkeypatch.context() as broken, pytest.raises(KeyError):
        broken.setattr(KafkaConsumer, "poll", lose)
        listen_once(toys.runtime, program.reactions)
    programs.deliver(toys)
    assert count(toys, Heard) == 2


@ON_PRODUCTION  # a lock on a file falls with its process alone
def test_a_machine_that_is_gone_keeps_no_lock_for_hours(toys: Running) -> None:
    with toys.runtime.read() as session:
        told = {name: session.scalar(text(f"SHOW {name}")) for name in ("tcp_keepalives_idle", "tcp_user_timeout")}
        ours = session.connection().connection.driver_connection
    assert told == {"tcp_keepalives_idle": "10", "tcp_user_timeout": "25000"}
    assert ours is not None
    parameters = ours.info.get_parameters()
    assert (parameters["keepalives_idle"], parameters["tcp_user_timeout"]) == ("10", "25000")


def test_sequence_counts_per_key_and_the_log_keeps_each_keys_order(toys: Running) -> None:
    from chassis.outbox import emit

    from .toys.app import ToyMade

    first, second = (make(toys, key=f"key-{n:08}")[1]["id"] for n in range(2))
    with toys.runtime.write() as session:
        emit(session, *[ToyMade(toy=toy) for toy in (first, second, first, first)])
    while toys.relay.step():
        pass
    stored, reached = [], dict[str, int]()
    while entries := toys.runtime.log.read("toys", ["toys.toy"], reached, 4):
        stored += [json.loads(entry.value) for entry in entries]
        reached |= {entry.stream: entry.position for entry in entries}
    told = [(e["subject"], e["sequence"]) for e in stored]
    assert [sequence for toy, sequence in told if toy == first] == [1, 2, 3, 4]
    assert [sequence for toy, sequence in told if toy == second] == [1, 2]
    assert len(told) == 6
    assert {e["type"] for e in stored} == {"org.thinkfamily.toys.toy.made.v1"}


def test_what_was_written_past_the_writers_lock_is_sent_too(toys: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    make(toys)
    make(toys, key="key-00000002")
    while toys.relay.step():
        pass
    outbox = Base.metadata.tables["outbox"]
    with toys.runtime.write() as session:
        first = session.scalar(select(func.min(outbox.c.seq)))
        session.execute(outbox.update().where(outbox.c.seq == first).values(position=None))
    assert not toys.relay.step() and count_waiting(toys.runtime) == 1, "it looks behind what it sent last"
    monkeypatch.setattr("chassis.relay.LOOK_BACK", 0.0)
    assert not toys.relay.step()
    assert toys.relay.step() and count_waiting(toys.runtime) == 0, "and now and then from the beginning"


def test_of_two_relays_one_is_active(toys: Running) -> None:
    with only_one(toys.runtime, "relay") as first, only_one(toys.runtime, "relay") as second:
        assert (first(), second()) == (True, False)
    with only_one(toys.runtime, "relay") as third:
        assert third()


@ON_PRODUCTION  # a lock on a file falls with its process alone
def test_a_relay_whose_lock_fell_is_relieved(toys: Running) -> None:
    with only_one(toys.runtime, "relay") as first, only_one(toys.runtime, "relay") as second:
        assert (first(), second()) == (True, False)
        with toys.runtime.write() as session:
            session.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_database ON pg_database.oid = database "
                    "WHERE locktype = 'advisory' AND pid <> pg_backend_pid() AND datname = current_database()"
                )
            )
        deadline = time.monotonic() + 10
        while first():
            assert time.monotonic() < deadline, "It never asked whether it still is the one"
            time.sleep(0.05)
        with only_one(toys.runtime, "relay") as third:
            assert third()


def test_a_log_that_is_shorter_than_what_was_read_stops_the_listener(toys: Running, programs: Programs) -> None:
    make(toys)
    programs.deliver(toys)
    with toys.runtime.write() as session:
        positions = Base.metadata.tables["position"]
        session.execute(positions.update().values(position=positions.c.position + 300))
        [gone] = session.scalars(select(positions.c.stream).where(positions.c.position > 300))
    for number in range(2, 9):  # each is of a key of its own, and some come into other streams, which go on
        make(toys, key=f"key-0000000{number}")
    toys.relay.step()
    others = listen_once(toys.runtime, program.reactions)
    assert list_gaps(toys.runtime) == {gone: "shorter-than-read"}
    assert count(toys, Heard) == 1 + others, "of this stream nothing is heard, and of the others everything"


def test_what_waits_is_found_without_reading_what_was_sent(toys: Running) -> None:
    outbox = Base.metadata.tables["outbox"]
    event = {"topic": "toys", "type": "toy.made", "key": "k", "at": now(), "data": {}}
    sent = [event | {"id": uuid4(), "sequence": n, "position": n} for n in range(1, 3_001)]
    with toys.runtime.write() as session:
        session.execute(outbox.insert(), sent)
        session.execute(text("ANALYZE"))
    production = toys.runtime.engine.dialect.name == "postgresql"
    explain, found = (
        ("EXPLAIN ", "Index Scan using outbox_waiting on outbox")
        if production
        else ("EXPLAIN QUERY PLAN ", "SEARCH outbox USING INDEX")
    )
    waiting = what_waits().compile(toys.runtime.engine, compile_kwargs={"literal_binds": True})
    with toys.runtime.read() as session:
        plan = "\n".join(str(row) for row in session.execute(text(explain + str(waiting))))
    assert found in plan
    assert "Sort" not in plan and "TEMP" not in plan


def test_figures_tell_what_waits(toys: Running) -> None:
    make(toys)
    figures = toys.figures()
    assert "thinkfamily_outbox_pending 1.0" in figures
    assert 'route="/v1/toys",status="201"' in figures


def test_migrations_go_down_and_up_again(toys: Running) -> None:
    migrate(toys.runtime, program.versions, Base.metadata, "base")
    assert current(toys.runtime) is None
    migrate(toys.runtime, program.versions, Base.metadata)
    assert current(toys.runtime) == "0003"


def test_no_secret_of_a_program_can_be_read_by_others(toys: Running) -> None:
    key = Path(toys.runtime.settings.var) / "secrets" / "toys.cursor"
    assert key.stat().st_mode & 0o077 == 0
