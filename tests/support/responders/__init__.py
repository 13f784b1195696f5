"""OCSP answers, revocation lists, and what serves them on loopback: a responder of our own that can be wrong in every way, and `openssl ocsp`."""

from __future__ import annotations

from .answers import answer, damaged, delegate, error, naming
from .lists import listing
from .live import Page, Responder, openssl_responder, responder

__all__ = ["Page", "Responder", "answer", "damaged", "delegate", "error", "listing", "naming", "openssl_responder", "responder"]
