"""What an authority may do: path length, name constraints, policies."""

from __future__ import annotations

from typing import Any

from .case import Family
from .making import NAME, base, made, subtrees
from .sound import Graph

LENGTHS, NAMES, POLICIES = Family("path-length"), Family("name-constraints"), Family("policies")


def _lengths(upper: dict[str, Any], *, root: dict[str, Any] | None = None, self_issued: bool = False) -> Graph:
    top = made("Matrix Root CA", authority=True, **(root or {}))
    first = made("Matrix Level 0 CA", by=top, authority=True, **upper)
    second = made("rolled key", by=first, subject=first.subject, authority=True) if self_issued else made("Matrix Level 1 CA", by=first, authority=True)
    return [made(NAME, by=second, names=(NAME,)), second, first], [top]


LENGTHS.graph("length-kept", "An authority that may have one below it has one.")(lambda: _lengths({"path_length": 1}))
LENGTHS.graph("length-broken", "An authority that may have none below it has one.")(lambda: _lengths({"path_length": 0}))
LENGTHS.graph("length-self-issued", "An authority that may have none below it has itself, with a new key.")(
    lambda: _lengths({"path_length": 0}, self_issued=True)
)
LENGTHS.graph("root-length-broken", "The root may have one below it, and has two.")(lambda: _lengths({}, root={"path_length": 1}))
LENGTHS.graph("root-length-kept", "The root may have two below it, and has two.")(lambda: _lengths({}, root={"path_length": 2}))
LENGTHS.changed("length-without-keyusage", "An authority with a path length and no keyUsage.", middle={"path_length": 0, "usage": None})


def _permitted(*texts: str) -> bytes:
    return subtrees(permitted=[base(text) for text in texts])


def _excluded(*texts: str) -> bytes:
    return subtrees(excluded=[base(text) for text in texts])


def _names(title: str, about: str, content: bytes, *names: str, host: str = NAME, root: bool = False, **options: Any) -> None:
    at = {"permitted": content, **{key: value for key, value in options.items() if key.startswith("critical")}}
    leaf = {"names": names or (NAME,), **{key: value for key, value in options.items() if not key.startswith("critical")}}
    NAMES.changed(title, about, leaf=leaf, host=host, **({"root": at} if root else {"middle": at}))


_names("dns-permitted", "The name is among the permitted.", _permitted("example"))
_names("dns-not-permitted", "The name is not among the permitted.", _permitted("other.example"))
_names("dns-excluded", "The name is excluded.", _excluded("server.example"))
_names("dns-not-excluded", "Another name is excluded.", _excluded("other.example"))
_names("dns-leading-dot", "The permitted name begins with a dot.", _permitted(".example"))
_names("dns-one-of-two", "One name is permitted and one is not.", _permitted("server.example"), NAME, "other.test")
_names("dns-wildcard-permitted", "A wildcard below the permitted name.", _permitted("server.example"), "*.server.example", host="www.server.example")
_names("dns-wildcard-covers-excluded", "A wildcard covers a name that is excluded.", _excluded("www.server.example"), "*.server.example", host="api.server.example")
_names("address-permitted", "The address is in the permitted network.", _permitted("192.0.2.0/24"), "192.0.2.7", host="192.0.2.7")
_names("address-not-permitted", "The address is not in the permitted network.", _permitted("198.51.100.0/24"), "192.0.2.7", host="192.0.2.7")
_names("address-excluded", "The address is in an excluded network.", _excluded("192.0.2.0/24"), "192.0.2.7", host="192.0.2.7")
_names("dns-beside-address-permitted", "Only addresses are constrained, and the leaf has a DNS name.", _permitted("192.0.2.0/24"))
_names("email-permitted-and-dns", "Only mail addresses are constrained, and the leaf has a DNS name.", _permitted("email:example"))
_names("email-not-permitted", "The leaf has a mail address that is not permitted.", _permitted("email:other.example"), NAME, "email:user@server.example")
_names("uri-not-permitted", "The leaf has a URI that is not permitted.", _permitted("uri:other.example"), NAME, "uri:https://server.example/")
_names("uri-permitted", "The leaf has a URI that is permitted.", _permitted("uri:server.example"), NAME, "uri:https://server.example/")
_names("directory-not-permitted", "The subject is not below the permitted directory name.", _permitted("directory:Elsewhere"))
_names("directory-excluded", "Another directory name is excluded.", _excluded("directory:Elsewhere"))
_names("not-critical", "Constraints that are broken and are not marked critical.", _permitted("other.example"), critical_permitted=False)
_names("on-the-root-kept", "The root is constrained, and the name is permitted.", _permitted("example"), root=True)
_names("on-the-root-broken", "The root is constrained, and the name is not permitted.", _permitted("other.example"), root=True)
_names("constraints-empty", "Constraints without a subtree.", subtrees())
_names("constraints-malformed", "Constraints that cannot be read.", bytes.fromhex("3003020101"))
_names("common-name-not-permitted", "The name is in the common name alone, and is not permitted.", _permitted("other.example"), "email:user@server.example", host=NAME)

POLICIES.changed("policy", "The chain has a policy throughout.", leaf={"policies": bytes.fromhex("300a3008060667810c010201")}, middle={"policies": bytes.fromhex("300a3008060667810c010201")})
POLICIES.changed("policy-required-and-missing", "The intermediate requires an explicit policy at once, and the leaf has none.", middle={"policy_constraints": bytes.fromhex("3003800100")})
POLICIES.changed("policy-mapping-inhibited", "The intermediate forbids policy mappings, of which there are none.", middle={"policy_constraints": bytes.fromhex("3003810100")})
POLICIES.changed("any-policy-inhibited", "The intermediate forbids anyPolicy.", middle={"inhibit_any": bytes.fromhex("020100")})
POLICIES.changed("policies-malformed", "The leaf's policies cannot be read.", leaf={"policies": bytes.fromhex("3003020101")})
