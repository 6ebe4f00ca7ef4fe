"""HTTP as it comes in, before there is a request: what cannot be parsed is a problem like any other."""

import secrets

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from chassis.problems import PROBLEM_JSON, RequestNotReadable

HEAD_LIMIT = 64 << 10
"""Bytes of a request's line and headers together. The parser itself has no bound."""


class Wire(HttpToolsProtocol):
    """uvicorn's protocol, whose own refusals are plain text, and which takes headers of any length."""

    _head: int | None = None

    def data_received(self, data: bytes) -> None:
        if self._head is not None:
            self._head += len(data)
        super().data_received(data)
        if self._head is not None and self._head > HEAD_LIMIT and not self.transport.is_closing():
            self.send_400_response("")

    def on_message_begin(self) -> None:
        self._head = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._head = None
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        self._head = None
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
        self.transport.close()
