"""What the checks of the way through a proxy share: snippets for the programs that use one, and findings with its answer as evidence."""

from __future__ import annotations

import ipaddress
import re

from ...plugin import Finding, Fix, OtherWay, ProxyFinding, ProxyWay, Rule, Seen
from ..common import CONSEQUENCE

#: What stands beside every failure of the way itself: the client's words, and that the target can be reached without the proxy.
EXPLAINED = (*CONSEQUENCE, "works-past-the-proxy")
#: What a broken or meddling proxy can look like from inside the tunnel.
INSIDE = (
    "answer-not-tls", "closed-without-answer", "fatal-alert", "lost-midway", "peer-endless", "peer-silent", "reset-after-hello", "reset-before-hello",
    "server-misbehaves", "speaks-other-protocol", "speaks-plain-http", "starttls-needed",
)  # fmt: skip

#: How each program is told which proxy to take.
TAKE = {
    "shell": "export HTTPS_PROXY=http://PROXY",
    "requests": "requests.get(url, proxies={'https': 'http://PROXY'})",
    "curl": "curl -x http://PROXY https://TARGET/",
    "pip": "pip --proxy http://PROXY install ...",
    "git": "git config --global http.proxy http://PROXY",
    "java": "-Dhttps.proxyHost=PROXYHOST -Dhttps.proxyPort=PROXYPORT",
    "node": "NODE_USE_ENV_PROXY=1 HTTPS_PROXY=http://PROXY node app.js",
}
#: The same with a name and a password.
SIGN_IN = {
    "shell": "export HTTPS_PROXY=http://USER:PASSWORD@PROXY   # percent-encode @ : / ? # % in both",
    "requests": "requests.get(url, proxies={'https': 'http://USER:PASSWORD@PROXY'})",
    "curl": "curl -x http://PROXY -U USER:PASSWORD https://TARGET/   # --proxy-anyauth tries what the proxy offers",
    "pip": "pip --proxy http://USER:PASSWORD@PROXY install ...",
    "git": "git config --global http.proxy http://USER:PASSWORD@PROXY",
    "java": "-Dhttps.proxyHost=PROXYHOST -Dhttps.proxyPort=PROXYPORT -Djdk.http.auth.tunneling.disabledSchemes=   # and an Authenticator",
    "node": "NODE_USE_ENV_PROXY=1 HTTPS_PROXY=http://USER:PASSWORD@PROXY node app.js",
}
#: How each program is kept from it, for one host.
PAST = {
    "shell": "export NO_PROXY=$NO_PROXY,HOST no_proxy=$no_proxy,HOST",
    "requests": "session.trust_env = False   # or NO_PROXY",
    "curl": "curl --noproxy HOST https://TARGET/",
    "pip": "NO_PROXY=HOST pip install ...",
    "git": "git config --global http.https://TARGET/.proxy ''",
    "java": "-Dhttp.nonProxyHosts='HOST'",
    "node": "NO_PROXY=HOST node app.js",
}
_WORD = re.compile(r"\b(PROXYHOST|PROXYPORT|PROXY|TARGET)\b")  # HOST and PORT are filled in for every finding
_PLAIN_VALUE = re.compile(r"[A-Za-z0-9._:\[\]-]{1,260}")  # what could be more in a shell stays a word
_PLAIN = re.compile(r"http://(?=(USER:PASSWORD@)?PROXY)")
_REFUSALS = (400, 404, 405, 501)


def fitted(fix: Fix, seen: Seen, url: str | None, *, scheme: str | None = None) -> Fix:
    """The fix with the real proxy, its scheme, and the target with its port in the snippets; without a URL the proxy stays a word."""
    location = (url or "").rpartition("@")[2].rpartition("://")[2] or "PROXY:3128"
    scheme = scheme or (url or "http").partition("://")[0]
    host, _, port = location.rpartition(":")
    target = str(seen.target).removesuffix(":443")
    words = {"PROXYHOST": host, "PROXYPORT": port, "PROXY": location, "TARGET": target}
    plain = {word: value for word, value in words.items() if _PLAIN_VALUE.fullmatch(value)}
    snippets = {key: _spoken_as(text, scheme) for key, text in fix.snippets.items()}
    return Fix(summary=fix.summary, snippets={key: _WORD.sub(lambda found: plain.get(found[0], found[0]), text) for key, text in snippets.items()})


def _spoken_as(text: str, scheme: str) -> str:
    if scheme.startswith("socks"):
        text = text.replace("-Dhttps.proxy", "-DsocksProxy").replace(" -Djdk.http.auth.tunneling.disabledSchemes=", "")
    return _PLAIN.sub(f"{scheme}://", text)


def named(way: ProxyWay) -> str:
    """The proxy in words, and who named it."""
    return f"The proxy {way.url} (from {way.origin})" if way.origin not in ("", "argument") else f"The proxy {way.url}"


def finding(rule: Rule, seen: Seen, way: ProxyWay, detail: str, *, fix: Fix | None = None, **more: object) -> Finding:
    """A finding about the proxy, with its answer as evidence; `fix` is one that fits already."""
    return ProxyFinding.of(
        rule,
        detail,
        fix=fix or fitted(rule.fix, seen, way.url),
        url=way.url,
        proxy_origin=way.origin,
        status=way.status,
        reply=way.reply,
        schemes=way.schemes,
        software=way.software,
        words=way.words,
        failure=way.failure,
        **more,
    )


def any_way(seen: Seen) -> ProxyWay | None:
    """What is known of the proxy: at the address where it opened the tunnel, or at whichever said most."""
    ways = sorted(seen.all(ProxyWay).values(), key=lambda way: (way.opened, len(way.steps)), reverse=True)
    return ways[0] if ways else seen.get(ProxyWay)


def past(seen: Seen) -> OtherWay | None:
    """What going past the proxy gave, where that was tried."""
    other = seen.get(OtherWay)
    return other if other is not None and other.way == "direct" else None


def leads_to_the_proxys_own_machine(seen: Seen) -> bool:
    """Whether a name or address of this very machine is asked of a proxy that is on another."""
    return seen.endpoint is not None and is_loopback(seen.target.host) and not is_loopback(seen.endpoint.address)


def is_loopback(host: str) -> bool:
    """Whether a name or an address can only mean the machine that asks (RFC 6761 section 6.3, RFC 6890)."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        name = host.rstrip(".").lower()
        return name in ("localhost", "localhost.localdomain") or name.endswith(".localhost")


def is_a_proxy(way: ProxyWay) -> bool:
    """Whether the answer shows what only a forward proxy says."""
    return any(name in ("x-squid-error", "proxy-agent", "proxy-authenticate", "proxy-connection") for name, _ in way.headers) or bool(
        re.search(r"squid|tinyproxy|privoxy|mitmproxy|bluecoat|proxysg|3proxy|zscaler|forcepoint", f"{way.software or ''} {way.words}", re.IGNORECASE)
    )


def refuses_as_a_web_server(way: ProxyWay) -> bool:
    """Whether the status is what a web server gives to a method that it does not know."""
    return way.status in _REFUSALS and not is_a_proxy(way)
