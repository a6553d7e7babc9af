"""A phone that makes passkeys, in a few lines: real keys, real signatures, and every lie that a test wants to tell."""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from secrets import token_bytes
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, BACKED_UP, WITH_KEY = 0x01, 0x04, 0x18, 0x40


@dataclass
class Authenticator:
    """Holds one passkey. What it says can be changed before it speaks: origin, flags, counter."""

    origin: str = "http://localhost:8000"
    flags: int = PRESENT | VERIFIED
    counter: int = 0
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    number: bytes = field(default_factory=lambda: token_bytes(32))
    handle: bytes = b""

    def make(self, options: str) -> str:
        """What navigator.credentials.create() answers, as our page sends it."""
        asked = json.loads(options)
        self.handle = _bytes(asked["user"]["id"])
        public = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: public.x.to_bytes(32, "big"), -3: public.y.to_bytes(32, "big")}
        known = bytes(16) + len(self.number).to_bytes(2, "big") + self.number + cbor2.dumps(cose)
        said = self._says(asked["rp"]["id"], self.flags | WITH_KEY) + known
        attested = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": said})
        client = self._client("webauthn.create", asked["challenge"])
        return self._answer(clientDataJSON=client, attestationObject=attested, transports=["internal", "hybrid"])

    def sign(self, options: str) -> str:
        """What navigator.credentials.get() answers."""
        asked = json.loads(options)
        said, client = self._says(asked["rpId"], self.flags), self._client("webauthn.get", asked["challenge"])
        signature = self.key.sign(said + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            clientDataJSON=client, authenticatorData=said, signature=signature, userHandle=self.handle
        )  # fmt: skip

    def _says(self, host: str, flags: int) -> bytes:
        return hashlib.sha256(host.encode()).digest() + bytes([flags]) + self.counter.to_bytes(4, "big")

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}).encode()

    def _answer(self, **said: Any) -> str:
        response = {name: base64url(value) if isinstance(value, bytes) else value for name, value in said.items()}
        number = base64url(self.number)
        return json.dumps({"id": number, "rawId": number, "type": "public-key", "response": response})


def base64url(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
