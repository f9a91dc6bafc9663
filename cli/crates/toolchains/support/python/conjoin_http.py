"""HTTP as plain requests and responses, for components that export `wasi:http/incoming-handler`.

A component has a function from a `Request` to a `Response` and exports the class that `serve` makes of it:

    def answer(request: Request) -> Response:
        return Response(f"You asked for {request.path}\n")

    IncomingHandler = serve(answer)

conjoin writes this module beside the bindings, where editors find it, and puts it into the component. It refuses to route.
"""

import sys
import traceback
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote

from componentize_py_types import Err, Ok
from wit_world import exports
from wit_world.imports import types
from wit_world.imports.streams import OutputStream, StreamError_Closed

# How many bytes of a body are read at a time.
CHUNK = 65_536


class Body:
    """What a client sends: chunks of bytes, which can be read once, while they come in."""

    def __init__(self, chunks: Iterable[bytes] = ()) -> None:
        self._chunks = iter(chunks)

    def __iter__(self) -> Iterator[bytes]:
        """The chunks that have not been read yet."""
        return self._chunks

    def read(self) -> bytes:
        """All that has not been read yet, in one piece: it has to fit into memory."""
        return b"".join(self._chunks)

    def text(self) -> str:
        """The same as text."""
        return self.read().decode()


@dataclass
class Request:
    """What a client asks."""

    # In capitals, such as GET.
    method: str
    # Without the query and decoded: `/a b` for `/a%20b?c=d`.
    path: str
    # What follows the question mark, decoded; the last value of a name counts.
    query: Mapping[str, str] = field(default_factory=dict)
    # By their names in lower case.
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Body = field(default_factory=Body)


@dataclass
class Response:
    """What it gets: text is sent as `text/plain`, bytes as they are, and anything else chunk by chunk as it is made."""

    body: str | bytes | Iterable[bytes] = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


def serve(answer: Callable[[Request], Response]) -> type[exports.IncomingHandler]:
    """The class that the component exports as `IncomingHandler`: every request is answered by `answer`.

    An exception in `answer` is written to stderr, and the client gets the status 500. One that is raised later, while a body
    is made chunk by chunk, ends the connection, so that nobody takes half a body for a whole one.
    """

    class IncomingHandler(exports.IncomingHandler):
        def handle(self, request: types.IncomingRequest, response_out: types.ResponseOutparam) -> None:
            # Handles are given back from the inside out: stream, body, request.
            with request:
                chunks = _chunks(request)
                try:
                    _send(_answer(answer, _request(request, chunks)), response_out)
                finally:
                    chunks.close()

    return IncomingHandler


def _answer(answer: Callable[[Request], Response], request: Request) -> Response:
    try:
        return answer(request)
    except Exception:
        # In a component, the component's folder is `/0`.
        print(traceback.format_exc().replace('File "/0/', 'File "'), end="", file=sys.stderr)
        return Response("Internal server error\n", 500)


def _request(request: types.IncomingRequest, chunks: Iterable[bytes]) -> Request:
    path, _, query = (request.path_with_query() or "/").partition("?")
    with request.headers() as fields:
        headers: dict[str, str] = {}
        for name, value in fields.entries():
            text = value.decode("latin-1")
            headers[name.lower()] = f"{headers[name.lower()]}, {text}" if name.lower() in headers else text
    pairs = parse_qsl(query, keep_blank_values=True)
    return Request(_method(request.method()), unquote(path), dict(pairs), headers, Body(chunks))


def _method(method: types.Method) -> str:
    if isinstance(method, types.Method_Other):
        return method.value
    return type(method).__name__.removeprefix("Method_").upper()


def _chunks(request: types.IncomingRequest) -> Generator[bytes, None, None]:
    with request.consume() as body, body.stream() as stream:
        while True:
            try:
                yield stream.blocking_read(CHUNK)
            except Err as error:
                if isinstance(error.value, StreamError_Closed):
                    return
                raise


def _send(response: Response, response_out: types.ResponseOutparam) -> None:
    headers = {name.lower(): value.encode("latin-1") for name, value in response.headers.items()}
    chunks = response.body
    if isinstance(chunks, str):
        headers.setdefault("content-type", b"text/plain; charset=utf-8")
        chunks = chunks.encode()
    if isinstance(chunks, bytes):
        headers.setdefault("content-length", str(len(chunks)).encode())
        chunks = [chunks]
    outgoing = types.OutgoingResponse(types.Fields.from_list(list(headers.items())))
    outgoing.set_status_code(response.status)
    body = outgoing.body()
    types.ResponseOutparam.set(response_out, Ok(outgoing))
    with body.write() as stream:
        try:
            for chunk in chunks:
                _write(stream, memoryview(chunk))
            stream.blocking_flush()
        except Err as error:
            if not isinstance(error.value, StreamError_Closed):
                raise
            # Nobody reads any more: the client has everything, or has gone.
            return
    types.OutgoingBody.finish(body, None)


def _write(stream: OutputStream, rest: memoryview) -> None:
    while rest:
        room = stream.check_write()
        if room:
            stream.write(bytes(rest[:room]))
            rest = rest[room:]
        else:
            with stream.subscribe() as ready:
                ready.block()
