"""What the proxy answered to the request for a tunnel, over HTTP (RFC 9110 section 9.3.6) or SOCKS5 (RFC 1928 section 6), and what it means.

One finding for one answer. Whether the proxy or the target is at fault when the proxy cannot reach it is told by going past the proxy, where that was tried.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...plugin import Blame, Check, Confidence, FailureKind, Finding, Fix, HandshakeOutcome, OtherWay, Phase, ProxyServer, ProxyWay, Rule, Seen
from ..common import answered
from .answer_rules import (
    AUTHENTICATION,
    CLOSED,
    FORBIDDEN,
    LOGIN_PAGE,
    NAME_UNRESOLVED,
    NO_METHOD,
    NOT_A_PROXY,
    RULES,
    SILENT,
    SOCKS_REFUSED,
    TLS_FAILED,
    UPSTREAM,
)
from .common import PAST, finding, fitted, is_a_proxy, leads_to_the_proxys_own_machine, named, past, refuses_as_a_web_server

_NO_SERVER = "no server is available to handle this request"  # what HAProxy says without a backend
_SQUID = {"ERR_DNS_FAIL": "the name does not resolve there", "ERR_CONNECT_FAIL 111": "connection refused", "ERR_CONNECT_FAIL 110": "no answer", "ERR_CONNECT_FAIL": "it cannot connect"}
_OF_STATUS = {407: AUTHENTICATION, 401: AUTHENTICATION, 511: LOGIN_PAGE, 403: FORBIDDEN, 451: FORBIDDEN, 500: UPSTREAM, 502: UPSTREAM, 503: UPSTREAM, 504: UPSTREAM}
_OF_REPLY = {1: UPSTREAM, 2: FORBIDDEN, 3: UPSTREAM, 4: UPSTREAM, 5: UPSTREAM, 6: UPSTREAM}
_OF_PROBLEM = {
    "not-http": NOT_A_PROXY, "not-socks": NOT_A_PROXY, "too-long": NOT_A_PROXY, "tls": TLS_FAILED, "certificate": TLS_FAILED, "credentials": AUTHENTICATION,
}  # fmt: skip
_SOCKS4 = "a SOCKS4 proxy, which is spoken to otherwise (socks4:// where a program knows it)"
_GREETINGS = {
    b"SSH-": "an SSH server", b"220 ": "a mail or FTP server", b"* OK": "an IMAP server", b"+OK ": "a POP3 server", b"HTTP/": "an HTTP server or proxy", b"\x15\x03": "a TLS server", b"\x16\x03": "a TLS server",
    b"\x00Z": _SOCKS4, b"\x00[": _SOCKS4, b"\x00\\": _SOCKS4, b"\x00]": _SOCKS4,
}  # fmt: skip


class ProxyAnswerCheck(Check):
    """Reads the proxy's answer."""

    name = "proxy/answer"
    rules = RULES
    needs = (ProxyWay,)
    wants = (HandshakeOutcome, OtherWay)

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield the one finding that fits."""
        way = seen[ProxyWay]
        if way.url is None or way.other_scheme is not None:
            return
        rule = _rule_of_page(seen, way) if way.opened else _rule(way)
        if rule is not None:
            yield _finding(rule, seen, way)


def _rule_of_page(seen: Seen, way: ProxyWay) -> Rule | None:
    """A web server that says yes to anything: its page comes where the tunnel should be."""
    return NOT_A_PROXY if way.page and not answered(seen) else None


def _rule(way: ProxyWay) -> Rule | None:
    failure = way.failure
    if failure is None or failure.phase is Phase.CONNECT:
        return None  # whether it can be dialled is another check's
    if failure.phase is Phase.RESOLVE:
        return NAME_UNRESOLVED
    if way.status is not None:
        return _rule_of_status(way)
    if way.reply is not None:
        return _OF_REPLY.get(way.reply, SOCKS_REFUSED)
    if way.problem == "method":
        return NO_METHOD if way.has_credentials or way.method != 0xFF else AUTHENTICATION
    if (rule := _OF_PROBLEM.get(way.problem)) is not None:
        return rule
    return SILENT if failure.kind is FailureKind.TIMED_OUT else CLOSED


def _rule_of_status(way: ProxyWay) -> Rule:
    status = way.status or 0
    if 300 <= status <= 399:
        return LOGIN_PAGE
    if refuses_as_a_web_server(way) or (status == 401 and not is_a_proxy(way)) or _NO_SERVER in way.words.lower():
        return NOT_A_PROXY
    return _OF_STATUS.get(status, UPSTREAM if status == 404 else FORBIDDEN)


def _finding(rule: Rule, seen: Seen, way: ProxyWay) -> Finding:
    details = {
        AUTHENTICATION.code: _authentication, FORBIDDEN.code: _forbidden, UPSTREAM.code: _upstream, NOT_A_PROXY.code: _not_a_proxy, TLS_FAILED.code: _tls_failed,
        LOGIN_PAGE.code: _login, NAME_UNRESOLVED.code: _unresolved, SILENT.code: _silent,
    }  # fmt: skip
    detail, more = details.get(rule.code, _plain)(seen, way)
    return finding(rule, seen, way, detail, **more)


_Said = tuple[str, dict[str, Any]]


def _plain(seen: Seen, way: ProxyWay) -> _Said:
    failure = way.failure
    said = failure.detail.removeprefix("the proxy: ") if failure is not None else ""
    return f"{named(way)} was asked for {way.destination}: {said}.", {}


def _silent(seen: Seen, way: ProxyWay) -> _Said:
    detail, _ = _plain(seen, way)
    other = past(seen)
    if other is not None and not other.opened and other.failure is not None:
        detail += f" Past the proxy the target cannot be reached either ({other.failure.detail}): it may be what the proxy waits for."
    return detail, {}


def _unresolved(seen: Seen, way: ProxyWay) -> _Said:
    said = way.failure.detail if way.failure is not None else ""
    return f"With socks5:// {seen.target.host} is resolved here: {said}. {named(way)} was not asked.", {}


def _status(way: ProxyWay) -> str:
    if way.status is None:
        return f"reply {way.reply:#04x}, {way.reason}" if way.reply is not None else ""
    return f"{way.status} {way.reason}".strip()


def _words(way: ProxyWay) -> str:
    error = next((value for name, value in way.headers if name == "x-squid-error"), "")
    error = f" X-Squid-Error: {error}." if error else ""
    return f"{error} Its words: {way.words!r}." if way.words else error


def _authentication(seen: Seen, way: ProxyWay) -> _Said:
    if way.status is not None:
        schemes = ", ".join(way.schemes) or "none by name"
        wants = "it does not accept the user name and password that were given" if way.has_credentials else "it asks for authentication, and none was given"
        detail = f"{named(way)} answers {_status(way)}: {wants}. Schemes on offer: {schemes}."
        basic = any(scheme.lower() == "basic" for scheme in way.schemes)
        if not basic and way.schemes:
            detail += " It does not take Basic, which is all that most programs have; NTLM and Negotiate need a helper such as px or cntlm."
    elif way.problem == "credentials":
        detail = f"{named(way)} takes user name and password, and refuses those that were given."
    else:
        detail = f"{named(way)} accepts no connection without authentication, and none was given."
    title = "The proxy refuses the user name or password" if way.has_credentials else AUTHENTICATION.title
    return detail, {"title": title}


def _forbidden(seen: Seen, way: ProxyWay) -> _Said:
    detail = f"{named(way)} will not open a tunnel to {way.destination}: {_status(way)}.{_words(way)}"
    port = seen.target.port
    if leads_to_the_proxys_own_machine(seen):
        return f"{detail} {_own_machine(seen)}", _kept_here(seen, way)
    if way.status == 429:
        return f"{detail} It limits how often it is asked, or by how many.", {"title": "The proxy is asked too often", "fix": _LATER}
    if port != 443 and way.status != 451:
        detail += f" The port may be the reason: many proxies allow CONNECT to 443 only (squid: SSL_ports), and this is {port}."
    return detail, {}


def _upstream(seen: Seen, way: ProxyWay) -> _Said:
    detail = f"{named(way)} could not reach {way.destination}: {_status(way)}{_reason(way)}.{_words(way)}"
    other = past(seen)
    if leads_to_the_proxys_own_machine(seen):
        return f"{detail} {_own_machine(seen)}", _kept_here(seen, way)
    if other is None:
        return detail, {"confidence": Confidence.LIKELY}
    if other.opened:
        return f"{detail} Past the proxy the target can be reached ({other.address}): the fault is the proxy's, or its network's.", {"blame": Blame.NETWORK}
    failure = other.failure
    detail += f" Past the proxy it cannot be reached either: {failure.detail if failure is not None else 'it fails'}."
    if failure is not None and failure.kind is FailureKind.REFUSED:
        return detail, {"blame": Blame.SERVER, "fix": fitted(_TARGET_DOWN, seen, way.url)}
    return detail, {"confidence": Confidence.LIKELY}  # where only the proxy may go out, a direct way that is blocked tells nothing of the target


def _own_machine(seen: Seen) -> str:
    return f"To the proxy, {seen.target.host} is the proxy's own machine, and not this one: what is meant for this machine must not go through it."


def _kept_here(seen: Seen, way: ProxyWay) -> dict[str, Any]:
    return {"title": "What is meant for this machine is sent through a proxy elsewhere", "blame": Blame.CLIENT, "fix": fitted(_KEPT_HERE, seen, way.url)}


_KEPT_HERE = Fix(summary="Exempt this machine's own names and addresses from the proxy: localhost, 127.0.0.1 and ::1 belong into NO_PROXY.", snippets=PAST)
_LATER = Fix(summary="Ask less often and from fewer connections, wait as long as the proxy says (Retry-After), or ask those who run it for a higher limit.", snippets={})
_TARGET_DOWN = Fix(summary="Look at the target first, not at the proxy: start it, correct its name or port, and try again.", snippets={"curl": "curl --noproxy HOST -v https://TARGET/"})


def _reason(way: ProxyWay) -> str:
    error = next((value for name, value in way.headers if name == "x-squid-error"), "")
    words = next((text for key, text in _SQUID.items() if error.startswith(key)), "")
    return f" ({words})" if words else ""


def _not_a_proxy(seen: Seen, way: ProxyWay) -> _Said:
    kind = next((name for start, name in _GREETINGS.items() if way.evidence.startswith(start)), "")
    software = f" ({way.software})" if way.software else ""
    if way.status is not None:
        detail = f"{way.url} answers CONNECT with {_status(way)}{software}, as a web server does and no forward proxy.{_words(way)}{_script(seen)}"
        confidence = Confidence.PROVEN if way.status in (405, 501) or way.opened else Confidence.LIKELY
        return detail, {"confidence": confidence, "fix": fitted(NOT_A_PROXY.fix, seen, None)}
    asked = "the SOCKS5 greeting" if way.scheme.startswith("socks") else "CONNECT"
    looks = f": it is {kind}" if kind else ""
    return f"{way.url} answers {asked} with {way.evidence[:24]!r}{looks}.", {"fix": fitted(NOT_A_PROXY.fix, seen, None)}


def _script(seen: Seen) -> str:
    proxy = seen.target.proxy
    if not isinstance(proxy, ProxyServer) or not proxy.script:
        return ""
    return f" The URL that was given leads to a script that chooses a proxy (PAC, {proxy.script}): only browsers run it; name the proxy that it returns."


def _tls_failed(seen: Seen, way: ProxyWay) -> _Said:
    if way.problem == "certificate":
        detail = f"The certificate of the proxy {way.url} itself was refused: {way.verify_message.rstrip('.')}. It is not the target's certificate."
        title, fix = next(((title, fix) for words, title, fix in _PROXY_CERTIFICATES if words in way.verify_message), ("The proxy's own certificate is not trusted", None))
        return detail, {"title": title, **({"fix": fitted(fix, seen, way.url)} if fix is not None else {})}
    failure = way.failure.detail if way.failure is not None else ""
    return f"{named(way)} is to be reached over TLS: {failure}.", {}


_RENEW = Fix(
    summary="Ask those who run the proxy to renew its certificate; until then use http:// where it has a port without TLS. A clock of this machine that is wrong has the same effect.",
    snippets={"openssl": "openssl s_client -connect PROXY </dev/null | openssl x509 -noout -dates"},
)
_NAME = Fix(summary="Write a name into the proxy's URL that stands in its certificate, or have those who run it give it one for this name.", snippets={"openssl": "openssl s_client -connect PROXY </dev/null | openssl x509 -noout -ext subjectAltName"})
# words of OpenSSL | title | fix
_PROXY_CERTIFICATES = (
    ("has expired", "The proxy's own certificate has expired", _RENEW),
    ("not yet valid", "The proxy's own certificate is not valid yet", _RENEW),
    ("mismatch", "The proxy's own certificate is for another name", _NAME),
)


def _login(seen: Seen, way: ProxyWay) -> _Said:
    to = next((value for name, value in way.headers if name == "location"), "")
    where = f" to {to}" if to else ""
    known = "" if is_a_proxy(way) else " A network that wants a login first (captive portal) does so."
    return f"{named(way)} answers {_status(way)} and sends us{where}.{known}", {}


