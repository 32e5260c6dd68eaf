from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute

from services.portal import routes
from tests.support.portal_world import PortalWorld


def all_routers() -> list[APIRouter]:
    """Every router of the portal, found as the application finds them."""
    modules = sorted(f"{routes.__name__}.{module.name}" for module in iter_modules(routes.__path__))
    return [import_module(name).router for name in modules]


METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture
async def document(world: PortalWorld) -> dict[str, Any]:
    async with world.api(None) as client:
        answer = await client.get("/openapi.json")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


async def test_every_route_of_the_api_is_documented_with_words_and_problems(
    document: dict[str, Any],
) -> None:
    operations = {
        (path, method): operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    }
    served = {
        (route.path_format, method.lower())
        for router in all_routers()
        for route in router.routes
        if isinstance(route, APIRoute) and route.path.startswith("/api/v1")
        for method in route.methods
    }
    assert served == {key for key in operations if key[0].startswith("/api/v1")} != set()
    for operation in operations.values():
        assert operation["summary"]
        assert operation["description"]
        assert {"401", "403", "422", "429"} <= set(operation["responses"])
        for status, response in operation["responses"].items():
            if int(status) >= 400:
                assert list(response["content"]) == ["application/problem+json"]


def _references(part: Any) -> set[str]:
    if isinstance(part, dict):
        own = {part["$ref"]} if isinstance(part.get("$ref"), str) else set()
        return own.union(*(_references(inner) for inner in part.values()))
    return set().union(*(_references(inner) for inner in part)) if isinstance(part, list) else set()


async def test_every_reference_of_the_document_leads_somewhere(document: dict[str, Any]) -> None:
    for reference in _references(document):
        found: Any = document
        for name in reference.removeprefix("#/").split("/"):
            found = found[name]
        assert found
    assert document["openapi"].startswith("3.1")


async def test_the_api_says_how_to_show_a_key(document: dict[str, Any]) -> None:
    schemes = document["components"]["securitySchemes"]
    assert [scheme["scheme"] for scheme in schemes.values()] == ["bearer"]
    for path, item in document["paths"].items():
        for operation in item.values():
            assert operation["security"], path
