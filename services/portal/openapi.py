"""The API's own description (OpenAPI 3.1), with the problem document that every refusal is answered with."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.constants import REF_TEMPLATE
from fastapi.security import HTTPBearer
from typing_extensions import override

from services.portal.api_documents import ProblemDocument

bearer_key = HTTPBearer(auto_error=False, description="An API key of your organization, made under Connections.")
"""Documents the header; whether the key is good is decided in identity.py."""


class DescribedApi(FastAPI):
    """An application whose description holds the problem document."""

    @override
    def openapi(self) -> dict[str, Any]:
        """Return the description; made once."""
        first = self.openapi_schema is None
        document = super().openapi()
        if first:
            schema = ProblemDocument.model_json_schema(ref_template=REF_TEMPLATE)
            schemas = document.setdefault("components", {}).setdefault("schemas", {})
            schemas.update(schema.pop("$defs", {}))
            schemas["ProblemDocument"] = schema
            for unused in ("HTTPValidationError", "ValidationError"):
                schemas.pop(unused, None)
        return document
