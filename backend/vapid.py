"""The key by which push services know us (VAPID, RFC 8292), made into data/keys at first use.

It stands apart from the sender: pages hand the public half out and need nothing of what sends.
"""

from __future__ import annotations

import base64

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from . import keys
from .settings import Settings

ORDER = int("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16)  # of the curve P-256


def public_key(settings: Settings) -> str:
    """Our public key as browsers take it (base64url without padding)."""
    point = private_key(settings).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()


def private_key(settings: Settings) -> ec.EllipticCurvePrivateKey:
    number = int.from_bytes(keys.key(settings.data, "vapid"))
    return ec.derive_private_key(number % (ORDER - 1) + 1, ec.SECP256R1())
