"""Reads and writes bodies of requests."""

import itertools

from conjoin_http import Request, Response, serve

# How many requests this instance has got.
_counts = itertools.count(1)


def answer(request: Request) -> Response:
    count = next(_counts)
    match request.path:
        case "/count":
            return Response(str(count))
        case "/echo":
            return Response(request.body)
        case "/sum":
            return Response(str(sum(sum(chunk) for chunk in request.body)))
    raise ValueError("as asked")


IncomingHandler = serve(answer)
