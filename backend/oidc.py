"""The one file that talks to the e-ID's broker: OpenID Connect, code flow with PKCE (RFC 7636), through Authlib.

It asks for `openid` alone and hands on nothing but the subject. Every answer is bounded in size and time, comes over
https (or from this machine, outside production), and is never followed to another address.
"""

from __future__ import annotations

import base64
import hmac
import ipaddress
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import structlog

from . import ceremonies
from .errors import Refusal
from .settings import Settings
from .wording import say

log = structlog.get_logger()

WAIT_SECONDS = 5  # for the broker to answer or go on with its answer
MOST_SECONDS = 10  # for one whole answer
MOST_BYTES = 200_000
LONGEST_SUBJECT = 255  # characters (OpenID Connect Core, section 2)
LEEWAY_SECONDS = 60  # how far the broker's clock may be from ours
KNOWN_FOR = timedelta(hours=1)  # what the broker says of itself
KEYS_ANEW = timedelta(minutes=1)  # an unknown key fetches all keys again, at most so often
# Keys that the broker alone holds: neither "none" nor a secret that we share with it.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384")


@dataclass
class Known:
    """What the broker says of itself, and when it said so."""

    issuer: str
    authorization: str  # where the browser is sent
    token: str
    jwks: str
    token_method: str  # how it wants to hear our secret
    names_itself: bool  # it puts `iss` into the address back (RFC 9207)
    at: datetime
    keys: Any = None
    keys_at: datetime | None = None


class Broker:
    """The broker of the settings; one for the life of a process, since it remembers what the broker said."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._known: Known | None = None

    def way_there(self, word: str, back: str, *, language: str, at: datetime) -> str:
        """Where to send the browser whose ceremony has this word; back is our own address. Raises Refusal."""
        known = self._ask(at)
        with self._client(known, back) as client:
            address, _ = client.create_authorization_url(
                known.authorization, state=_text(word, "state"), nonce=_text(word, "nonce"),
                code_verifier=_text(word, "verifier"), ui_locales=language,
            )  # fmt: skip
        return str(address)

    def subject(self, query: Mapping[str, str], word: str, back: str, *, at: datetime) -> tuple[str, str]:
        """(issuer, subject) of whoever came back with this query. Raises Refusal for everything else."""
        if not _is_same(query.get("state", ""), _text(word, "state")):
            raise _wrong("state")
        known = self._ask(at)
        named = query.get("iss")
        if named != known.issuer and (named is not None or known.names_itself):
            raise _wrong("issuer of the answer")
        if error := query.get("error"):
            raise _said_no() if error == "access_denied" else _wrong(f"error {error[:40]}")
        token = self._exchange(known, query.get("code", ""), word, back)
        return known.issuer, self._read(known, token, _text(word, "nonce"), at)

    def _ask(self, at: datetime) -> Known:
        """The broker's discovery document, kept for an hour."""
        if self._known is None or at - self._known.at > KNOWN_FOR:
            said = self._fetch(f"{self.settings.oidc_issuer}/.well-known/openid-configuration")
            self._known = self._checked(said, at)
        return self._known

    def _checked(self, said: Mapping[str, Any], at: datetime) -> Known:
        issuer, methods = said.get("issuer"), said.get("token_endpoint_auth_methods_supported")
        ends = [said.get(name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
        if not isinstance(issuer, str) or issuer.rstrip("/") != self.settings.oidc_issuer:
            raise _wrong("issuer of the discovery document")
        if not all(isinstance(one, str) and self._is_safe(one) for one in ends):
            raise _wrong("address in the discovery document")
        authorization, token, jwks = map(str, ends)
        names_itself = said.get("authorization_response_iss_parameter_supported") is True
        return Known(issuer, authorization, token, jwks, self._method(methods), names_itself, at)

    def _method(self, offered: Any) -> str:
        if not self.settings.oidc_client_secret:
            return "none"
        basic, post = "client_secret_basic", "client_secret_post"
        return post if isinstance(offered, list) and post in offered and basic not in offered else basic

    def _exchange(self, known: Known, code: str, word: str, back: str) -> Mapping[str, Any]:
        """The code for a token, with the verifier that only this browser's word makes."""
        from authlib.common.errors import AuthlibBaseError
        from requests import RequestException

        if not code:
            raise _wrong("no code")
        with self._client(known, back) as client:
            try:
                token: Mapping[str, Any] = client.fetch_token(
                    known.token, grant_type="authorization_code", code=code, code_verifier=_text(word, "verifier"),
                    allow_redirects=False,
                )  # fmt: skip
            except AuthlibBaseError as error:
                raise _wrong(f"token: {error.error}") from error
            except (RequestException, ValueError, OSError) as error:
                raise _down(error) from error
        return token

    def _read(self, known: Known, token: Mapping[str, Any], nonce: str, at: datetime) -> str:
        """The subject of an id token whose signature, issuer, audience, nonce and times hold."""
        from authlib.oidc.core import CodeIDToken
        from joserfc import jwt
        from joserfc.errors import JoseError

        said = token.get("id_token")
        if not isinstance(said, str):
            raise _wrong("no id token")
        claims_of = {name: {"essential": True, "value": value} for name, value in
                     (("iss", known.issuer), ("aud", self.settings.oidc_client_id))}  # fmt: skip
        params = {"nonce": nonce, "client_id": self.settings.oidc_client_id, "access_token": token.get("access_token")}
        try:
            opened = jwt.decode(said, self._keys_for(known, said, at), algorithms=list(ALGORITHMS))
            claims = CodeIDToken(opened.claims, opened.header, claims_of, params)
            claims.validate(now=int(at.timestamp()), leeway=LEEWAY_SECONDS)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise _wrong(f"id token: {error}") from error
        subject = claims["sub"]
        if not 0 < len(subject) <= LONGEST_SUBJECT:
            raise _wrong("subject")
        return str(subject)

    def _keys_for(self, known: Known, said: str, at: datetime) -> Any:
        """The broker's public keys; fetched anew, now and then, when a token names one that we do not know."""
        from joserfc import jws

        named = jws.extract_compact(said.encode()).headers().get("kid")
        is_known = known.keys is not None and any(key.kid == named for key in known.keys.keys)
        if known.keys_at is None or (not is_known and at - known.keys_at > KEYS_ANEW):
            known.keys, known.keys_at = _public_keys(self._fetch(known.jwks)), at
        return known.keys

    def _fetch(self, address: str) -> Mapping[str, Any]:
        """A JSON object from the broker."""
        from requests import RequestException, Session

        with Session() as client:
            _bound(client)
            try:
                if not self._is_safe(address):
                    raise ValueError("not https")
                answer = client.get(address, allow_redirects=False, headers={"Accept": "application/json"})
                said = answer.json() if answer.status_code == 200 else None
            except (RequestException, ValueError, OSError) as error:
                raise _down(error) from error
        if not isinstance(said, dict):
            raise _down(ValueError(f"status {answer.status_code}, or no JSON object"))
        return said

    def _client(self, known: Known, back: str) -> Any:
        from authlib.integrations.requests_client import OAuth2Session

        client = OAuth2Session(
            self.settings.oidc_client_id, self.settings.oidc_client_secret or None, scope="openid", redirect_uri=back,
            code_challenge_method="S256", token_endpoint_auth_method=known.token_method,
        )  # fmt: skip
        _bound(client)
        return client

    def _is_safe(self, address: str) -> bool:
        parts = urlsplit(address)
        return parts.scheme == "https" or (
            parts.scheme == "http" and not self.settings.production and _is_this_machine(parts.hostname or "")
        )


def _bound(client: Any) -> None:
    """No answer of the broker takes longer or grows larger than we can bear."""
    from requests.adapters import HTTPAdapter

    class Bounded(HTTPAdapter):
        def send(
            self, request: Any, stream: bool = False, timeout: Any = None, verify: Any = True, cert: Any = None,
            proxies: Any = None,
        ) -> Any:  # fmt: skip
            answer = super().send(request, True, WAIT_SECONDS, verify, cert, proxies)
            content = _read_bounded(answer.raw)
            answer.raw.close()
            answer.raw = BytesIO(content)
            return answer

    for scheme in ("https://", "http://"):
        client.mount(scheme, Bounded())


def _read_bounded(raw: Any) -> bytes:
    """Raises ValueError when there is too much, when it comes drop by drop, and when it breaks off."""
    from urllib3.exceptions import HTTPError

    read, end = bytearray(), time.monotonic() + MOST_SECONDS
    try:
        while part := raw.read1(16_384, decode_content=True):
            read += part
            if len(read) > MOST_BYTES or time.monotonic() > end:
                raise ValueError("an answer too large or too slow")
    except HTTPError as error:  # the library below requests has errors of its own
        raise ValueError("an answer that breaks off") from error
    return bytes(read)


def _public_keys(said: Mapping[str, Any]) -> Any:
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet

    listed = said.get("keys")
    ours = [key for key in listed if isinstance(key, dict) and _signs(key)] if isinstance(listed, list) else []
    try:
        return KeySet.import_key_set({"keys": ours})
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise _wrong(f"keys: {error}") from error


def _signs(key: Mapping[str, Any]) -> bool:
    return key.get("kty") in ("RSA", "EC") and key.get("use", "sig") == "sig"


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _text(word: str, what: str) -> str:
    """43 characters of base64url, as a verifier wants them at least (RFC 7636, section 4.1)."""
    return base64.urlsafe_b64encode(ceremonies.derived(word, what)).decode().rstrip("=")


def _is_same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def _said_no() -> Refusal:
    return Refusal(say("You stopped before it was done. Nothing has changed."))


def _down(error: Exception) -> Refusal:
    log.warning("the e-ID's broker does not answer", why=type(error).__name__)
    return Refusal(say("The e-ID service does not answer now. Try again later, or choose another way."))


def _wrong(what: str) -> Refusal:
    log.warning("the e-ID's answer does not hold", what=what)
    return Refusal(say("The answer of the e-ID service was not right. Please start again."))
