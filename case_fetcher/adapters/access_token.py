"""OAuth 2.0 access tokens by client credentials (RFC 6749 section 4.4), kept until shortly before they expire."""

import asyncio
from collections.abc import Callable

import httpx
from pydantic import BaseModel, ConfigDict, Field, ValidationError

EARLY_SECONDS = 30.0
"""A token is renewed so long before it expires, so that none expires on its way."""

NO_EXPIRY_SECONDS = 300.0
"""RFC 6749 lets ``expires_in`` be left out; a token is then kept for five minutes."""


class TokenRefused(Exception):
    """The token address gave no usable token; ``status`` is its HTTP status."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class _Token(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    access_token: str = Field(pattern=r"^[\x21-\x7e]+$", max_length=16_384)
    token_type: str = Field(pattern=r"(?i)^bearer$")
    expires_in: float = Field(default=NO_EXPIRY_SECONDS + EARLY_SECONDS, gt=0)


class AccessTokens:
    """Gets tokens, one request at a time however many wait for it.

    Args:
        http: client to ask with.
        url: the token address.
        client_id: name of this product at the agency.
        client_secret: its secret; sent by HTTP Basic only to ``url``.
        scope: what to ask for, or empty.
        clock: seconds that only grow.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        url: str,
        client_id: str,
        client_secret: str,
        scope: str,
        clock: Callable[[], float],
    ) -> None:
        self._http = http
        self._url = url
        self._credentials = httpx.BasicAuth(client_id, client_secret)
        self._form = {"grant_type": "client_credentials", **({"scope": scope} if scope else {})}
        self._clock = clock
        self._one_at_a_time = asyncio.Lock()
        self._token = ""
        self._good_until = float("-inf")

    async def current(self) -> str:
        """Return a token that has not expired.

        Raises:
            TokenRefused: the token address answered with anything but a token.
            httpx.TransportError: it could not be reached.
        """
        async with self._one_at_a_time:
            if self._clock() >= self._good_until:
                await self._renew()
            return self._token

    def reject(self, token: str) -> None:
        """Forget a token that was refused, unless a newer one is there already."""
        # allowed: secrets-in-constant-time - our own token, given back by our own caller
        if token == self._token:
            self._good_until = float("-inf")

    async def _renew(self) -> None:
        asked_at = self._clock()
        answer = await self._http.post(self._url, data=self._form, auth=self._credentials)
        if answer.status_code != httpx.codes.OK:
            raise TokenRefused(answer.status_code)
        try:
            token = _Token.model_validate_json(answer.content)
        except ValidationError:
            raise TokenRefused(answer.status_code) from None  # the error's text would quote the token
        self._token = token.access_token
        self._good_until = asked_at + max(token.expires_in - EARLY_SECONDS, token.expires_in / 2)
