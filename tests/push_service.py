"""A push service of the tests' own: TLS with a CA made on the spot, on 127.0.0.1.

It does what real ones do: asks for a TTL (RFC 8030), checks the VAPID signature, audience and end (RFC 8292), and
decrypts each message with the phone's private key (RFC 8291), so what a test reads is what a browser would show.
It can also misbehave: refuse, redirect, drip, or answer without end.
"""

from __future__ import annotations

import base64
import json
import os
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import http_ece
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID

MOST_BYTES = 4096


@dataclass
class Phone:
    """A browser's subscription, with the private key that only the browser has."""

    endpoint: str
    key: ec.EllipticCurvePrivateKey
    auth_secret: bytes
    messages: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)  # names in small letters
    answers: list[Callable[[BaseHTTPRequestHandler], None]] = field(default_factory=list)  # given before all else
    pass_on: Callable[[bytes, dict[str, str]], None] | None = None  # to a real browser, which alone has the key
    is_gone: bool = False
    tries: int = 0

    @property
    def p256dh(self) -> str:
        return _text(self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))

    @property
    def auth(self) -> str:
        return _text(self.auth_secret)

    def next_answer(self, status: int, **headers: str) -> None:
        """The next request is answered like this; `Retry_After="3"` names a header."""
        self.answers.append(lambda handler: _answer(handler, status, headers))


class PushService:
    """Use it with `with`; ca is the file of its certificate authority, place what PUSH_LOOPBACK has to name."""

    def __init__(self, folder: Path) -> None:
        self.ca, self._leaf = certificates(folder)
        self.phones: dict[str, Phone] = {}

    def __enter__(self) -> PushService:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._leaf)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def place(self) -> str:
        return f"localhost:{self._server.server_address[1]}"

    def phone(self) -> Phone:
        """A phone that has just subscribed."""
        path = f"/push/{os.urandom(16).hex()}"
        made = Phone(f"https://{self.place}{path}", ec.generate_private_key(ec.SECP256R1()), os.urandom(16))
        self.phones[path] = made
        return made


def drip(handler: BaseHTTPRequestHandler) -> None:
    """A sign of a header every tenth of a second, for ever."""
    try:
        handler.wfile.write(b"HTTP/1.1 201 Created\r\nX-Slow: ")
        for _ in range(600):
            handler.wfile.write(b"a")
            handler.wfile.flush()
            time.sleep(0.1)
    except OSError:
        pass


def pour(size: int, poured: list[int]) -> Callable[[BaseHTTPRequestHandler], None]:
    """An answer of size bytes; poured gets how many were taken from us."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(201)
        handler.send_header("Content-Length", str(size))
        handler.end_headers()
        done = 0
        try:
            while done < size:
                done += handler.wfile.write(bytes(65536))
        except OSError:
            pass
        poured.append(done)

    return answer


def _handler(service: PushService) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 20

        def log_message(self, *_: object) -> None:
            pass

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            phone = service.phones.get(self.path)
            if phone is None:
                return _answer(self, 404)
            phone.tries += 1
            if phone.answers:
                self.close_connection = True
                return phone.answers.pop(0)(self)
            _answer(self, _take(service, phone, body, dict(self.headers.items())))

    return Handler


def _take(service: PushService, phone: Phone, body: bytes, headers: dict[str, str]) -> int:
    """The status for a message; keeps what a browser would get."""
    told = {name.lower(): value for name, value in headers.items()}
    if phone.is_gone:
        return 410
    if not told.get("ttl", "").isdigit() or told.get("content-encoding") != "aes128gcm":
        return 400
    if len(body) > MOST_BYTES:
        return 413
    if not _is_signed(told.get("authorization", ""), f"https://{service.place}"):
        return 403
    if phone.pass_on is not None:
        phone.pass_on(body, told)
        return 201
    plain = http_ece.decrypt(body, private_key=phone.key, auth_secret=phone.auth_secret, version="aes128gcm")
    phone.messages.append(json.loads(plain))
    phone.headers.append(told)
    return 201


def _is_signed(authorization: str, audience: str) -> bool:
    """Whether a VAPID header is right (RFC 8292)."""
    scheme, _, rest = authorization.partition(" ")
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    head, claims, signature = parts["t"].split(".")
    raw = _bytes(signature)
    numbers = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _bytes(parts["k"]))
    try:
        key.verify(numbers, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    said = json.loads(_bytes(claims))
    is_in_time = time.time() < said["exp"] <= time.time() + 86_400
    return scheme == "vapid" and said["aud"] == audience and is_in_time and said["sub"].startswith("mailto:")


def _answer(handler: BaseHTTPRequestHandler, status: int, headers: dict[str, str] | None = None) -> None:
    handler.send_response(status)
    for name, value in (headers or {}).items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def certificates(folder: Path) -> tuple[str, str]:
    """Files of a new authority and of a certificate for localhost with its key."""
    authority, host = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    named = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Push service of the tests")])
    local = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    alternatives = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))])
    top = _certificate(named, named, authority, authority, x509.BasicConstraints(ca=True, path_length=0))
    leaf = _certificate(local, named, host, authority, alternatives)
    ca, pair = folder / "ca.pem", folder / "localhost.pem"
    ca.write_bytes(top.public_bytes(Encoding.PEM))
    secret = host.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    pair.write_bytes(secret + leaf.public_bytes(Encoding.PEM))
    return str(ca), str(pair)


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, signer: ec.EllipticCurvePrivateKey,
    extension: x509.ExtensionType,
) -> x509.Certificate:  # fmt: skip
    start = datetime.now(UTC) - timedelta(days=1)
    builder = x509.CertificateBuilder(
        issuer_name=issuer, subject_name=subject, public_key=key.public_key(),
        serial_number=x509.random_serial_number(), not_valid_before=start, not_valid_after=start + timedelta(days=30),
    )  # fmt: skip
    return builder.add_extension(extension, critical=False).sign(signer, hashes.SHA256())


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
