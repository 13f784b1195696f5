"""XMPP between clients and servers and between servers (RFC 6120 section 5), and IRC (the `tls` capability of IRCv3)."""

from __future__ import annotations

import re
from html import escape

from ...starttls import StarttlsRefusal, StarttlsStep
from .dialogue import Ask, Notes, Refused, Script, Speaker
from .framing import Framing, Unlike, lines_until, shown
from .smtp import not_offered

_STARTTLS = b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
_STREAM = (
    "<?xml version='1.0'?><stream:stream xmlns='{}' xmlns:stream='http://etherx.jabber.org/streams' to='{}' version='1.0'>"
)
_FEATURE = re.compile(rb"<([a-z]{1,40})\s[^<>]{0,300}?xmlns=['\"](?:urn:ietf:params:xml:ns:xmpp-|http://jabber\.org/features/)?([^'\"]*)", re.IGNORECASE)
_ERROR = re.compile(rb"<(?:\w+:)?error\b[^<>]{0,300}>\s{0,20}<([a-z-]{1,60})", re.IGNORECASE)


def xmpp(notes: Notes) -> Script:
    """A client's stream."""
    return _xmpp(notes, "jabber:client", "xmpp-server")


def xmpp_server(notes: Notes) -> Script:
    """A stream between servers."""
    return _xmpp(notes, "jabber:server", "xmpp")


def _xmpp(notes: Notes, namespace: str, other: str) -> Script:
    """Open a stream to the domain, read its features, ask for TLS."""
    opening = _STREAM.format(namespace, escape(notes.name, quote=True)).encode()
    answer = yield Ask(step=StarttlsStep.CAPABILITIES, send=opening, until=_xml_until(rb"</(\w+:)?features\s*>|<(\w+:)?features\s*/>"))
    if (error := _ERROR.search(answer)) is not None:
        condition = error.group(1).decode("ascii")
        if condition == "invalid-namespace":
            notes.speaks = other
            raise Refused(StarttlsRefusal.WRONG_PROTOCOL, f"the server does not take streams of {namespace} here (invalid-namespace)")
        raise Refused(StarttlsRefusal.GREETING, f"the server ends the stream to {notes.name!r} with the error {condition}")
    _, _, features = answer.partition(b"features")
    notes.offered = tuple(dict.fromkeys(name.decode("ascii") for name, _ in _FEATURE.findall(features)))
    offered = "starttls" in notes.offered
    if not offered and not notes.insist:
        raise not_offered("starttls")
    answer = yield Ask(step=StarttlsStep.REQUEST, send=_STARTTLS, until=_xml_until(rb"<(\w+:)?(proceed|failure)\b[^<>]{0,300}>"))
    accepted = b"<proceed" in answer
    if not offered:
        notes.accepted_anyway = accepted
        raise not_offered("starttls")
    if not accepted:
        raise Refused(StarttlsRefusal.REFUSED, f"starttls is answered with {shown(answer)}")


def _xml_until(end: bytes) -> Framing:
    """XML up to this tag, or to the end of the stream."""
    last = re.compile(rb"(?:" + end + rb")|</(\w+:)?stream\s*>|</(\w+:)?error\s*>", re.IGNORECASE)

    def framing(buffer: bytes) -> int | None:
        if buffer.strip()[:1] not in (b"", b"<") or re.match(rb"\s*<(!doctype html|html)", buffer, re.IGNORECASE):
            raise Unlike(f"the answer begins with {shown(buffer)}")
        found = last.search(buffer)
        return found.end() if found else None

    return framing


def irc(notes: Notes) -> Script:
    """CAP LS lists `tls`; STARTTLS is answered with 670 or 691. Notices come in between, and a server that is full says ERROR."""
    done = rb"(:\S+ )?(CAP \S+ LS (?!\* :)|421 |451 |410 |ERROR )"
    answer = yield Ask(step=StarttlsStep.CAPABILITIES, send=b"CAP LS 302\r\n", until=lines_until(done, rb":|NOTICE |PING |ERROR |CAP "))
    last = answer.splitlines()[-1]
    if re.match(rb"(:\S+ )?ERROR ", last):
        raise Refused(StarttlsRefusal.GREETING, f"the server greets with {shown(last)}")
    listed = re.findall(rb"CAP \S+ LS (?:\* )?:?([^\r\n]*)", answer)
    notes.offered = tuple(b" ".join(listed).decode("latin-1").split())
    offered = any(item.partition("=")[0].lower() == "tls" for item in notes.offered)
    if listed and not offered and not notes.insist:
        raise not_offered("tls")
    answer = yield Ask(step=StarttlsStep.REQUEST, send=b"STARTTLS\r\n", until=lines_until(rb"(:\S+ )?(670|691|421|451|ERROR) ", rb":|NOTICE |PING |ERROR |\d"))
    last = answer.splitlines()[-1]
    accepted = re.match(rb"(:\S+ )?670 ", last) is not None
    if listed and not offered:
        notes.accepted_anyway = accepted
    if (listed and not offered) or re.match(rb"(:\S+ )?4[25]1 ", last):
        raise not_offered("tls")
    if not accepted:
        raise Refused(StarttlsRefusal.REFUSED, f"STARTTLS is answered with {shown(last)}")


SPEAKERS: dict[str, Speaker] = {"xmpp": xmpp, "xmpp-server": xmpp_server, "irc": irc}
