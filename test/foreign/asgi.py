"""An application for any ASGI server (uvicorn, hypercorn), on Starlette: what the tests of streams ask for."""

import asyncio
import hashlib
import os
import ssl
import urllib.request

import psycopg
import redis
import requests
from psycopg.conninfo import conninfo_to_dict
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocketDisconnect


def number(request, name, default=0):
    return int(request.query_params.get(name, default))


async def health(request):
    return PlainTextResponse("ok")


async def late(request):
    """Answers after `ms` milliseconds."""
    await asyncio.sleep(number(request, "ms") / 1000)
    return PlainTextResponse("here\n")


async def parts(request):
    """`count` parts, one each `ms` milliseconds, the first at once."""

    async def each():
        for part in range(number(request, "count", 3)):
            if part:
                await asyncio.sleep(number(request, "ms") / 1000)
            yield f"part {part}\n"

    return StreamingResponse(each(), media_type="text/plain")


async def events(request):
    """The same as server-sent events."""

    async def each():
        for part in range(number(request, "count", 3)):
            if part:
                await asyncio.sleep(number(request, "ms") / 1000)
            yield f"data: event {part}\n\n"

    return StreamingResponse(each(), media_type="text/event-stream")


async def large(request):
    """`bytes` of body."""
    return Response(b"x" * number(request, "bytes"), media_type="application/octet-stream")


async def headers(request):
    """`bytes` of header in fields of a kilobyte, as an identity provider's cookies."""
    answer = PlainTextResponse("ok")
    whole, rest = divmod(number(request, "bytes"), 1024)
    for field in [1024] * whole + [rest] * (rest > 24):
        # The name, a colon and a space, and the end of the line belong to it.
        answer.headers.append("x-filling", "x" * (field - len("x-filling: \r\n")))
    return answer


async def echo(request):
    """What arrived."""
    body = await request.body()
    return JSONResponse(
        {
            "method": request.method,
            "path": request.url.path,
            "headers": [[name, value] for name, value in request.headers.items()],
            "bytes": len(body),
            "sha256": hashlib.sha256(body).hexdigest(),
        }
    )


def trust(request):
    """Asks the database, the cache and `url` as their clients' pages say, with nothing said about certificates."""
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        database = connection.execute("SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()").fetchone()[0]
    parts = conninfo_to_dict(os.environ["DATABASE_URL"])
    del parts["sslrootcert"]
    with psycopg.connect(**parts) as connection:
        by_parts = connection.execute("SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()").fetchone()[0]
    cache = os.environ.get("REDIS_URL")
    url = request.query_params["url"]
    with urllib.request.urlopen(url) as answer:
        standard = answer.status
    return JSONResponse(
        {
            "database": database,
            "by_parts": by_parts,
            "cache": cache and redis.from_url(cache).ping(),
            "requests": requests.get(url).status_code,
            "standard": standard,
            "authorities": len(ssl.create_default_context().get_ca_certs()),
        }
    )


async def page(request):
    """A page whose script uses an event stream and a WebSocket, and reports what it saw."""
    return HTMLResponse(PAGE)


REPORTS = []


async def report(request):
    """What the page reported."""
    if request.method == "POST":
        REPORTS.append(await request.json())
    return JSONResponse(REPORTS)


PAGE = """<!doctype html><title>Streams</title><script>
const seen = { events: [], answers: [], reconnected: false };
const begun = performance.now();
const stream = new EventSource("/events?count=3&ms=700");
stream.onmessage = ({ data }) => seen.events.push([data, Math.round(performance.now() - begun)]);
// A stream that ends is opened again by the browser itself.
let opened = 0;
stream.onopen = () => { seen.reconnected = ++opened > 1; };
const socket = new WebSocket(`wss://${location.host}/socket`);
socket.onopen = () => socket.send("hello");
socket.onmessage = ({ data }) => { seen.answers.push(data); if (seen.answers.length < 2) socket.send("again"); };
setInterval(() => {
  if (seen.answers.length < 2 || !seen.reconnected) return;
  const { nextHopProtocol } = performance.getEntriesByType("navigation")[0];
  fetch("/report", { method: "POST", body: JSON.stringify({ ...seen, protocol: nextHopProtocol }) });
}, 200);
</script>"""


async def socket(websocket):
    """Says everything once more; asked for `track`, says on which track it runs."""
    await websocket.accept()
    try:
        while True:
            text = await websocket.receive_text()
            await websocket.send_text(os.environ["TRACK"] if text == "track" else text)
    except WebSocketDisconnect:
        pass


app = Starlette(
    routes=[
        Route("/health", health),
        Route("/version", health),
        Route("/late", late),
        Route("/parts", parts),
        Route("/events", events),
        Route("/large", large),
        Route("/headers", headers),
        Route("/trust", trust),
        Route("/page", page),
        Route("/report", report, methods=["GET", "POST"]),
        Route("/echo", echo, methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
        WebSocketRoute("/socket", socket),
    ]
)
