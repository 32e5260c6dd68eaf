"""The monitor's pages: Starlette, one template, no script."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import uvicorn
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from schemas.topics import STAGES
from services.fonts import FONT_FOLDER
from services.monitor.pipeline_state import PipelineState, read_state
from services.monitor.prometheus import LagCollector
from services.monitor.sentences import duration, stage_sentence
from services.monitor.settings import Settings
from services.monitor.watch import JudgedPartition, LagWatch, Look
from services.monitor.worker_status import blocked_on, read_worker_status
from services.register.database import Database
from services.runtime.structured_log import configure

HERE = Path(__file__).parent
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; font-src 'self'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def create_app(settings: Settings, watch: LagWatch, database: Database) -> Starlette:
    """Build the web application around a watch and a register."""
    template = _ops_template()

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        watch.start()
        yield
        await asyncio.to_thread(watch.stop)
        await database.close()

    state = partial(_state, database)

    async def ops_page(_request: Request) -> Response:
        look, workers = watch.latest, await asyncio.to_thread(read_worker_status, settings.home)
        stages = [_stage(look, stage.value, workers.get(stage.value, [])) for stage in STAGES]
        shown = {"look": look, "stages": stages, "state": await state(), "now": datetime.now(UTC)}
        return HTMLResponse(template.render(every=settings.monitor_every_seconds, **shown), headers=HEADERS)

    async def lag_json(_request: Request) -> Response:
        return JSONResponse(as_json(watch.latest), headers=HEADERS)

    async def metrics(_request: Request) -> Response:
        registry = CollectorRegistry()
        registry.register(LagCollector(watch.latest, await state()))
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return Starlette(
        routes=[
            Route("/", ops_page),
            Route("/lag.json", lag_json),
            Route("/metrics", metrics),
            Route("/healthz", _healthz),
            Mount("/static", StaticFiles(directory=HERE / "static")),
            Mount("/fonts", StaticFiles(directory=FONT_FOLDER)),
        ],
        lifespan=lifespan,
    )


def _ops_template() -> Template:
    templates = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, auto_reload=False
    )
    templates.filters["duration"] = duration
    return templates.get_template("ops.html")


async def _state(database: Database) -> PipelineState | None:
    try:
        return await read_state(database, now=datetime.now(UTC))
    except SQLAlchemyError:
        return None  # the page says that the register does not answer; lag is still shown


async def _healthz(_request: Request) -> Response:
    return Response("ok\n", media_type="text/plain")


def as_json(look: Look) -> dict[str, Any]:
    """Return a look as plain data: what /lag.json and ``snapshot lag --json`` print."""
    return {
        "at": datetime.fromtimestamp(look.at, UTC).isoformat(),
        "kafka_away": look.kafka_away,
        "partitions": [partition_json(judged) for judged in look.partitions],
    }


def partition_json(judged: JudgedPartition) -> dict[str, Any]:
    """Return one partition as plain data."""
    lag, sample = judged.lag, judged.lag.sample
    return {
        "group": lag.group,
        "topic": lag.topic,
        "partition": lag.partition,
        "committed": sample.committed,
        "end": sample.end,
        "waiting": lag.waiting,
        "oldest_waiting_seconds": sample.oldest_age,
        "members": lag.members,
        "status": judged.verdict.status.value,
        "seconds_to_empty": judged.verdict.seconds_to_empty,
    }


def _stage(look: Look, group: str, workers: list[Any]) -> dict[str, Any]:
    partitions = look.of_group(group)
    blocked = blocked_on(workers)
    return {
        "name": group,
        "status": "BLOCKED" if blocked else look.worst(group).value,
        "sentence": stage_sentence(look, group, blocked),
        "waiting": sum(judged.lag.waiting for judged in partitions),
        "oldest": max((judged.lag.sample.oldest_age or 0.0 for judged in partitions), default=0.0),
        "members": max((judged.lag.members or 0 for judged in partitions), default=0),
        "partitions": partitions,
        "workers": workers,
    }


def main() -> None:
    """Serve until SIGTERM."""
    settings = Settings()
    configure(settings, "monitor")
    watch = LagWatch(settings.kafka_brokers, seconds=settings.monitor_every_seconds)
    build = partial(create_app, settings, watch, Database(settings.register_url))
    uvicorn.run(
        build, factory=True, host=settings.monitor_host, port=settings.monitor_port, log_config=None, access_log=False
    )
