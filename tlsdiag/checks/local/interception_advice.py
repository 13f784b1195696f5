"""What to do about a program that intercepts: where its root lies, how to exempt a host, and how each client is made to trust a root."""

from __future__ import annotations

from ...certificates.interception import Interceptor, Kind
from ...plugin import Fix

TRUST = {
    "python": "export SSL_CERT_FILE=bundle.pem   # certifi's roots and the proxy's: cat $(python -m certifi) root.pem > bundle.pem",
    "requests": "export REQUESTS_CA_BUNDLE=bundle.pem   # pip reads PIP_CERT, or: pip config set global.cert bundle.pem",
    "curl": "curl --cacert bundle.pem https://NAME/   # or: export CURL_CA_BUNDLE=bundle.pem",
    "java": "keytool -importcert -cacerts -alias proxy-root -file root.pem",
    "node": "export NODE_EXTRA_CA_CERTS=root.pem",
    "git": "git config --global http.https://NAME/.sslCAInfo bundle.pem",
    "debian": "cp root.pem /usr/local/share/ca-certificates/proxy-root.crt && update-ca-certificates",
}
_EXEMPT = {
    Kind.ANTIVIRUS: "In the program's settings, add NAME to the exceptions of its web protection (also called HTTPS or SSL scanning), or switch that off",
    Kind.CORPORATE: "Ask those who run the proxy to exempt NAME from inspection ('do not decrypt')",
    Kind.PARENTAL: "Exempt NAME in the filter's settings, or let those who administer it do so",
    Kind.DEBUGGING: "Close the program, or switch its system proxy off, when it is not needed; or have it pass NAME through",
    Kind.ADBLOCK: "Exclude NAME from HTTPS filtering in the program's settings",
    Kind.STATE: "Use another network: this one is intercepted on purpose, and nobody here can exempt a host",
    Kind.TEST: "Remove the program that installed this test authority",
}
_ROOT = {
    Kind.ANTIVIRUS: "its root is in the system's store (on Windows: certmgr.msc, Trusted Root Certification Authorities), from where it can be exported",
    Kind.CORPORATE: "its root is in the system's store of managed machines; the administrators have it as a file",
    Kind.PARENTAL: "its root is in the system's store, from where it can be exported",
    Kind.ADBLOCK: "its root is in the system's store, from where it can be exported",
    Kind.DEBUGGING: "its root can be saved from the program's menu",
}
_EXEMPT_IN = {
    "mitmproxy": "Close the program when it is not needed, or start it with --ignore-hosts '^NAME:443$'",
    "Charles Proxy": "Close the program, or take NAME out of Proxy > SSL Proxying Settings",
    "Fiddler Classic": "Close the program, or add NAME to Tools > Options > HTTPS > Skip decryption",
    "Burp Suite": "Close the program, or add NAME to Proxy settings > TLS pass through",
}
_ROOT_OF = {
    "mitmproxy": "its root is ~/.mitmproxy/mitmproxy-ca-cert.pem",
    "Charles Proxy": "its root is saved by Help > SSL Proxying > Save Charles Root Certificate",
    "Fiddler Classic": "its root is exported by Tools > Options > HTTPS > Actions",
    "Burp Suite": "its root is saved by Proxy settings > Import / export CA certificate",
    "OWASP ZAP": "its root is saved by Tools > Options > Network > Server Certificates",
}
UNKNOWN = Fix(
    summary="Find out who intercepts: the proxy or firewall of this network, or security software on this machine. Have this host exempted there; where the authority is your organisation's own, let this client trust its root. Where nobody knows of it, do not trust it, and use another network.",
    snippets=TRUST,
)
PORTAL = Fix(
    summary="Log in to the network: open any http:// page in a browser, agree or sign in, then try again.",
    snippets={"shell": "curl -sI http://neverssl.com/   # shows where the portal sends you"},
)
_REMOVE = (
    "Remove the program that installed this root, and the root from every store (the system's, Firefox's, Java's): whoever has its key can forge any site. "
    "Do not make a client trust it."
)


def fix_for(product: Interceptor | None, host: str) -> Fix:
    """How to get rid of the interception, and how to live with it where that is right; `host` is the name to exempt."""
    if product is None:
        return Fix(summary=UNKNOWN.summary, snippets=TRUST)
    manual = f" The manual: {product.manual}" if product.manual else ""
    if product.kind.harmful:
        return Fix(summary=f"{_REMOVE}{manual}", snippets={"windows": "certutil -delstore Root \"COMMON NAME\"", "shell": "trust list | less   # p11-kit: what the system trusts"})
    exempt = _EXEMPT_IN.get(product.product, _EXEMPT[product.kind]).replace("NAME", host)
    root = _ROOT_OF.get(product.product) or _ROOT.get(product.kind)
    if root is None:
        return Fix(summary=f"{exempt}.{manual}")
    return Fix(summary=f"{exempt}; or let this client trust the program's root: {root}.{manual}", snippets=TRUST)
