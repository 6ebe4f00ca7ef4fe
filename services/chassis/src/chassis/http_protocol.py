"""The HTTP protocol below the application: what cannot be parsed is answered by a problem like any other."""

import secrets

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from chassis.answered import CLIENT_GONE
from chassis.problems import PROBLEM_JSON, RequestNotReadable

HEAD_LIMIT = 64 << 10
"""Bytes of a request's line and headers together, and of whatever else of it is no body. The parser has no bound."""


class HttpProtocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol, with refusals as problems and with a limit to the length of headers and trailers.

    uvicorn itself refuses in plain text, and takes headers and trailers of any length.
    """

    _no_body: int | None = None
    """Bytes since the last of a body: a head, the line before a chunk, or the fields behind the last one."""
    _in_head = False

    def data_received(self, data: bytes) -> None:
        if self._no_body is not None:
            self._no_body += len(data)
        super().data_received(data)
        if self._no_body is not None and self._no_body > HEAD_LIMIT and not self.transport.is_closing():
            self.send_400_response("")

    def on_message_begin(self) -> None:
        self._no_body, self._in_head = 0, True
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        # What stands behind the body was seen by nobody who looked at the head (RFC 9110, 6.5.1): it is dropped.
        if self._in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._no_body, self._in_head = 0, False
        super().on_headers_complete()
        cycle = self.cycle  # of this request; its task has not begun yet
        self.scope["extensions"] = {CLIENT_GONE: {"asked": lambda: cycle.disconnected}}

    def on_body(self, body: bytes) -> None:
        self._no_body = None
        super().on_body(body)

    def on_chunk_complete(self) -> None:
        self._no_body = 0

    def on_message_complete(self) -> None:
        self._no_body = None
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        begun = not self._in_head and self.cycle is not None and self.cycle.response_started
        if not (begun and self._no_body is not None):
            self._refuse()
        # Else it is the rest of a request that has its answer, and takes no second one.
        self._no_body = None
        self.transport.close()

    def _refuse(self) -> None:
        request_id = secrets.token_hex(16)
        problem = RequestNotReadable("This is not HTTP as we read it.").render(request_id=request_id)
        lines = [
            b"HTTP/1.1 400 Bad Request",
            b"content-type: " + PROBLEM_JSON.encode(),
            b"content-length: %d" % len(problem.body),
            b"x-request-id: " + request_id.encode(),
            b"cache-control: no-store",
            b"connection: close",
        ]
        self.transport.write(b"\r\n".join([*lines, b"", bytes(problem.body)]))
