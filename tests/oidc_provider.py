"""A real OpenID provider on loopback: idpyoidc's, with a form on which its users sign in by their name alone.

Subjects are pairwise, so each client is told another word for the same user; PKCE is asked of every client.
"""

from __future__ import annotations

import html
import json
import threading
import warnings
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

CLIENT, SECRET = "innovationsforum", "a secret of the tests that nobody else has"
OTHER_CLIENT = "another-service"
USERS = ("hodan", "samir")


class Provider:
    """`with Provider(redirect_uri) as provider`: speaks at provider.issuer until the block ends."""

    def __init__(self, redirect_uri: str) -> None:
        self._listener = make_server("127.0.0.1", 0, self._answer, WSGIServer, _Silent)
        self.issuer = f"http://127.0.0.1:{self._listener.server_port}"
        self.asked: list[str] = []  # the paths that were asked for, oldest first
        self.tampered: dict[str, Any] = {}  # path -> (status, headers, body) said instead of the truth
        self._server = _server(self.issuer, redirect_uri)

    def __enter__(self) -> Provider:
        self._thread = threading.Thread(target=self._listener.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, _kind: type | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        self._listener.shutdown()
        self._listener.server_close()
        self._thread.join(5)

    def signed(self, claims: dict[str, Any]) -> str:
        """A token with these claims under the provider's own key, as if it had said so."""
        from joserfc import jwt
        from joserfc.jwk import RSAKey

        key = self._server.keyjar.get_signing_key("RSA", "")[0].serialize(private=True)
        plain = {name: key[name] for name in ("kty", "n", "e", "d")}
        return jwt.encode({"alg": "RS256", "kid": key["kid"]}, claims, RSAKey.import_key(plain))

    def _answer(self, environ: dict[str, Any], start: Any) -> list[bytes]:
        path = environ["PATH_INFO"]
        self.asked.append(path)
        size = int(environ.get("CONTENT_LENGTH") or 0)
        sent = environ["wsgi.input"].read(size).decode()
        if path in self.tampered:
            status, headers, body = self.tampered[path]
        else:
            query = environ.get("QUERY_STRING", "")
            status, headers, body = self._true_answer(path, query, sent, environ.get("HTTP_AUTHORIZATION"))
        start(status, list(headers))
        return [body.encode()]

    def _true_answer(self, path: str, query: str, sent: str, authorization: str | None) -> Any:
        if path == "/jwks.json":
            return _json(self._server.keyjar.export_jwks())
        if path == "/.well-known/openid-configuration":
            return _json({**dict(self._server.context.provider_info), "jwks_uri": f"{self.issuer}/jwks.json"})
        if path == "/authorization" and sent:
            return self._sign_in(query, {name: values[0] for name, values in parse_qs(sent).items()})
        if path == "/authorization":
            return self._form(query)
        if path == "/token":
            return self._token(sent, authorization)
        return "404 Not Found", [], ""

    def _form(self, query: str) -> Any:
        request = self._server.get_endpoint("authorization").parse_request(query)
        if "error" in request:
            return _json(request.to_dict(), "400 Bad Request")
        here = html.escape(f"/authorization?{query}")
        users = "".join(f"<button name=user value={user}>{user}</button>" for user in (*USERS, "nobody"))
        return "200 OK", [("Content-Type", "text/html")], f"<form method=post action='{here}'>{users}</form>"

    def _sign_in(self, query: str, form: dict[str, str]) -> Any:
        endpoint = self._server.get_endpoint("authorization")
        request = endpoint.parse_request(query)
        if form["user"] not in USERS:
            no = urlencode({"error": "access_denied", "state": request["state"], "iss": self.issuer})
            return "302 Found", [("Location", f"{request['redirect_uri']}?{no}")], ""
        request["sector_identifier_uri"] = self._server.context.cdb[request["client_id"]]["sector_identifier_uri"]
        method = endpoint.pick_authn_method(request, request["redirect_uri"])
        session_id = endpoint.create_session(request, form["user"], method["acr"], 0, method["method"])
        answer = endpoint.do_response(request=request, **endpoint.authz_part2(request=request, session_id=session_id))
        return "302 Found", [("Location", answer["response"])], ""

    def _token(self, sent: str, authorization: str | None) -> Any:
        endpoint = self._server.get_endpoint("token")
        headers = {"headers": {"authorization": authorization}} if authorization else {}
        try:
            request = endpoint.parse_request(sent, http_info=headers)
        except Exception as error:  # the library raises what a client did wrong; a provider answers it
            return _json({"error": "invalid_client", "error_description": str(error)}, "401 Unauthorized")
        made = request if "error" in request else endpoint.process_request(request)
        if "error" in made:
            return _json({"error": made["error"]}, "400 Bad Request")
        answer = endpoint.do_response(request=request, **made)
        return "200 OK", [("Content-Type", "application/json")], answer["response"]


def user_chosen(address: str, user: str) -> str:
    """Signs in at the provider as a browser would: opens its form, presses the user's button, and is sent back."""
    import requests

    assert f"value={user}" in requests.get(address, timeout=10).text
    sent = requests.post(address, data={"user": user}, allow_redirects=False, timeout=10)
    return sent.headers["Location"]


def query_of(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


class _Silent(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


def _json(content: Any, status: str = "200 OK") -> Any:
    return status, [("Content-Type", "application/json")], json.dumps(content)


def _server(issuer: str, redirect_uri: str) -> Any:
    from idpyoidc.server import Server
    from idpyoidc.server.configure import OPConfiguration

    warnings.filterwarnings("ignore", module="idpyoidc")
    made = Server(OPConfiguration(conf=_configuration(issuer), base_path="."))
    for client, its_uri in ((CLIENT, redirect_uri), (OTHER_CLIENT, "https://other.example/back")):
        made.context.cdb[client] = {
            "client_secret": SECRET, "redirect_uris": [(its_uri, {})], "subject_type": "pairwise",
            "sector_identifier_uri": its_uri, "token_endpoint_auth_method": "client_secret_basic",
            "response_types_supported": ["code"], "allowed_scopes": ["openid"], "id_token_signed_response_alg": "RS256",
        }  # fmt: skip
        made.keyjar.add_symmetric(client, SECRET)
    return made


def _configuration(issuer: str) -> dict[str, Any]:
    octets = [{"type": "OCT", "use": ["enc"], "kid": "password"}, {"type": "OCT", "use": ["enc"], "kid": "salt"}]
    oidc = "idpyoidc.server.oidc"
    return {
        "issuer": issuer,
        "base_url": issuer,
        "httpc_params": {"verify": False, "timeout": 4},
        "key_conf": {"key_defs": [{"type": "RSA", "use": ["sig"]}, {"type": "EC", "crv": "P-256", "use": ["sig"]}]},
        "preference": {"subject_types_supported": ["pairwise"]},
        "claims_interface": {"class": "idpyoidc.server.session.claims.ClaimsInterface", "kwargs": {}},
        "userinfo": {"class": "idpyoidc.server.user_info.UserInfo", "kwargs": {"db": {user: {} for user in USERS}}},
        # The library takes "public" for whatever a client is registered with, so that is what is made pairwise.
        "session_params": {
            "encrypter": {"kwargs": {"keys": {"key_defs": octets}}},
            "sub_func": {"public": {"class": "idpyoidc.server.session.manager.PairWiseID", "kwargs": {"salt": "s"}}},
        },
        "authentication": {
            "form": {
                "acr": "urn:oasis:names:tc:SAML:2.0:ac:classes:InternetProtocolPassword",
                "class": "idpyoidc.server.user_authn.user.UserPass",
                "kwargs": {"db_conf": {"class": "builtins.dict", "kwargs": {}}},
            }
        },
        "token_handler_args": {
            "key_conf": {"key_defs": [{"type": "oct", "bytes": "24", "use": ["enc"], "kid": "code"}]},
            "code": {"lifetime": 600},
            "token": {"class": "idpyoidc.server.token.jwt_token.JWTToken", "kwargs": {"lifetime": 600}},
            "id_token": {"class": "idpyoidc.server.token.id_token.IDToken", "kwargs": {"lifetime": 600}},
        },
        "endpoint": {
            "provider_info": {
                "path": ".well-known/openid-configuration",
                "class": f"{oidc}.provider_config.ProviderConfiguration",
                "kwargs": {"client_authn_method": None},
            },
            "authorization": {
                "path": "authorization",
                "class": f"{oidc}.authorization.Authorization",
                "kwargs": {"client_authn_method": None, "response_types_supported": ["code"]},
            },
            "token": {
                "path": "token",
                "class": f"{oidc}.token.Token",
                "kwargs": {"client_authn_method": ["client_secret_basic"]},
            },
        },
        "add_ons": {
            "pkce": {
                "function": "idpyoidc.server.oauth2.add_on.pkce.add_support",
                "kwargs": {"essential": True, "code_challenge_methods": {"S256": None}},
            }
        },
    }
