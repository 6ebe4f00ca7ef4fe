"""`python -m chassis.cli <program> serve | relay | listen | work | run`, and what is done once:
`migrate | parked | unpark | drop | republish | rebuild`

`run` does all of it in one process, for a laptop; in production each is a Deployment of its own, and `migrate` a Job.
They answer operations staff: `/health/live`, `/health/ready`, `/metrics`.

`parked` lists the events that could not be handled, or shows one (`--id`, `--by`); `unpark` handles them again, once
the reason is mended; `drop` gives one up (`--id`, `--by`, `--reason`). `republish --from` has the relay send events of
the outbox again; `rebuild` has streams with a gap heard from their beginning.
"""

import argparse
import errno
import gc
import importlib
import signal
import socket
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from types import FrameType
from uuid import UUID

import structlog
import uvicorn

from chassis.gaps import hear_again, tell_again
from chassis.http_protocol import HttpProtocol
from chassis.listener import unpark
from chassis.migrations import MigrationGaveUp, migrate
from chassis.parked_events import drop_parked, list_parked, show_parked
from chassis.program import ALL, Program
from chassis.runtime import Runtime, make_runtime, running
from chassis.settings import ServiceSettings
from chassis.telemetry import begin_trace, set_up_logging, tell_repeats

COMMANDS = ("serve", "relay", "listen", "work", "migrate", "parked", "unpark", "drop", "republish", "rebuild", "run")
log = structlog.get_logger()


def load(name: str) -> Program:
    """A program by its package's name. Errors: SystemExit with one line when there is none."""
    if not name.isidentifier():
        raise SystemExit(f"{name!r} is no program")
    try:
        module = importlib.import_module(f"{name}.app")
    except ModuleNotFoundError as missing:
        if missing.name and missing.name.split(".")[0] == name:
            raise SystemExit(f"There is no program {name!r}") from None
        raise
    program: Program = module.program
    return program


class Server(uvicorn.Server):
    """uvicorn, which turns unready before it stops, so that nothing new is sent to it."""

    def __init__(self, config: uvicorn.Config, runtime: Runtime) -> None:
        super().__init__(config)
        self._runtime = runtime

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """As uvicorn's, without raising the signal again at the end: that would kill us before the loops have ended."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {name: signal.signal(name, self.handle_exit) for name in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for name, handler in before.items():
                signal.signal(name, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._runtime.state["stopping"] = True
        super().handle_exit(sig, frame)


def make_server(program: Program, runtime: Runtime, port: int | None = None, which: Sequence[str] = ALL) -> Server:
    settings = runtime.settings
    proxies = [part.strip() for part in settings.trusted_proxies.split(",") if part.strip()]
    config = uvicorn.Config(
        program.build(runtime, which),
        host=settings.host,
        port=settings.own_port if port is None else port,
        http=HttpProtocol,
        ws="none",
        # uvicorn's own default believes whoever connects from the same machine.
        proxy_headers=bool(proxies),
        forwarded_allow_ips=proxies,
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=int(settings.grace),
        server_header=False,
        date_header=True,
        timeout_keep_alive=30,
    )
    return Server(config, runtime)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="chassis.cli", description=__doc__)
    parser.add_argument("program")
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("--from", dest="since", type=_since, help="with republish: a position, or an instant with zone")
    parser.add_argument("--id", type=UUID, help="with parked, unpark, drop: this event")
    parser.add_argument("--by", default="", help="with parked --id and drop: your name, which is kept")
    parser.add_argument("--reason", default="", help="with drop: why")
    parser.add_argument("--topic", default="", help="with republish: of this topic only")
    parser.add_argument("--stream", action="append", default=[], help="with rebuild: this one, gap or not; repeatable")
    parser.add_argument("--revision", default="head", help="with migrate: the revision to go to")
    chosen = parser.parse_args(arguments)
    program = load(chosen.program)
    settings = program.settings.with_prefix()
    set_up_logging(program.name, settings.log_level)
    begin_trace()
    runtime = make_runtime(settings, stores_data=program.base is not None)
    try:
        if chosen.command in ("parked", "unpark", "drop"):
            return _handle_parked(program, runtime, chosen.command, chosen.id, chosen.by, chosen.reason)
        if chosen.command == "republish":
            return _republish(program, runtime, chosen.since, chosen.topic)
        if chosen.command == "rebuild":
            return _rebuild(program, runtime, chosen.stream)
        return _run(program, runtime, chosen.command, chosen.revision)
    finally:
        runtime.close()


def _handle_parked(program: Program, runtime: Runtime, command: str, id: UUID | None, by: str, why: str) -> int:
    if program.base is None:
        print(f"{program.name}: it hears no events", file=sys.stderr)
        return 2
    try:
        if command == "unpark":
            handled, parked = unpark(runtime, program.reactions, id=id)
            print(f"{program.name}: {handled} handled, {parked} still parked")
            return 1 if parked else 0
        if command == "drop":
            if id is None:
                raise ValueError("Say which one by --id")
            drop_parked(runtime, id, by, why)
            print(f"{program.name}: {id} is dropped")
        elif id is not None:
            print(show_parked(runtime, id, by))
        else:
            for line in list_parked(runtime):
                print(f"{line.id} {line.at:%Y-%m-%dT%H:%MZ} {line.reason} {line.topic} {line.type} key {line.key}")
    except KeyError:
        print(f"{program.name}: no such event is parked", file=sys.stderr)
        return 2
    except ValueError as wrong:
        print(f"{program.name}: {wrong}", file=sys.stderr)
        return 2
    return 0


def _since(text: str) -> int | datetime:
    """Errors: ValueError for what is neither a position nor an instant with its zone."""
    if text.isdecimal():
        return int(text)
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("An instant needs its zone, such as 2026-11-28T09:00:00Z")
    return at


def _republish(program: Program, runtime: Runtime, since: int | datetime | None, topic: str) -> int:
    if since is None or (topic and topic not in program.topics):
        wrong = f"it tells nothing on {topic}" if topic else "say --from what: a position (0: all) or an instant"
        print(f"{program.name}: {wrong}", file=sys.stderr)
        return 2
    print(f"{program.name}: {tell_again(runtime, since, topic)} events wait to be sent again")
    return 0


def _rebuild(program: Program, runtime: Runtime, streams: Sequence[str]) -> int:
    try:
        heard = hear_again(runtime, program.reactions, streams)
    except KeyError as unknown:
        print(f"{program.name}: never read {unknown.args[0]}", file=sys.stderr)
        return 2
    for stream, position in sorted(heard.items()):
        print(f"{program.name}: {stream} is heard again behind {position}")
    if not heard:
        print(f"{program.name}: no stream has a gap")
    return 0


def _run(program: Program, runtime: Runtime, command: str, revision: str) -> int:
    if command in ("migrate", "run") and program.base is not None:
        try:
            with running(make_runtime(runtime.settings, as_owner=True)) as owner:
                migrate(owner, program.versions, program.base.metadata, revision)
        except MigrationGaveUp as gave_up:
            print(f"{program.name}: {gave_up}", file=sys.stderr)
            return 4
    if command == "migrate":
        return 0
    return _serve(program, runtime, ALL if command == "run" else (command,))


def _serve(program: Program, runtime: Runtime, which: Sequence[str]) -> int:
    settings = runtime.settings
    if problem := _cannot_listen(settings):
        print(f"{program.name}: {problem}", file=sys.stderr)
        return 3
    server = make_server(program, runtime, which=which)
    spare_the_collector()
    loops = program.loops(runtime, which)
    if "serve" in which:
        runtime.revocations.start_polling()
    loops.start()
    runtime.figures.start()
    log.info("started", program=program.name, port=settings.own_port, does=list(which))
    try:
        server.run()
    finally:
        runtime.revocations.stop_polling()
        runtime.figures.stop()
        loops.stop()
        tell_repeats(all=True)
        runtime.flush()
    log.info("stopped", program=program.name)
    return 0 if server.started else 1


def spare_the_collector() -> None:
    """Look for cycles less often, and never again in what was imported: the looking took a sixth of a push's CPU."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def _cannot_listen(settings: ServiceSettings) -> str:
    """Why nobody would be answered, with the setting that mends it; empty when all is well."""
    host, port, prefix = settings.host, settings.own_port, settings.name.upper()
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as refused:
        if refused.errno == errno.EADDRINUSE:
            return f"port {port} on {host} is taken; set {prefix}_PORT to another one"
        return f"{host} port {port} cannot be listened on ({refused.strerror}); set {prefix}_HOST or {prefix}_PORT"
    return ""


if __name__ == "__main__":
    sys.exit(main())
