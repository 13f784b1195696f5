"""How well the house judges chains, counted over test vectors in the form of x509-limbo. Run: `python tests/limbo/score.py FILE.json[.gz] [--verbose]`.

A case has a leaf, intermediates, anchors, a time and a name, and says whether a verifier should accept; our own labels say for which reasons it may refuse.
The verdict is the house's: `build_paths` with the profile that the case's family is written for, and `match_host`. What is here is the mapping of codes to
labels.
"""

from __future__ import annotations

import argparse
import base64
import gzip
import json
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from tlsdiag.certificates import Certificate, TrustStore, Violation, build_paths, match_host, read_certificate

if TYPE_CHECKING:
    from tlsdiag.certificates.revocation import RevocationList

BOUNDS = {"balanced accuracy": 0.97, "top reason": 0.97, "no other reason": 0.92, "name constraints": 0.999}
NAME_CONSTRAINTS = "bettertls::nameconstraints"
SERVER_AUTH, CLIENT_AUTH = "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"
PROFILES = {"webpki": "web-pki", "online": "web-pki", "bettertls": "go"}
"""Families and the profile that they are written for; the others are for RFC 5280. BetterTLS asks what clients do, and is written in Go."""
LAST = "common-name-elsewhere"
"""What matters least is told after a name that does not match."""

LABELS: dict[str, str] = {
    "alternative-name-critical": "extension-criticality",
    "alternative-name-not-critical": "extension-criticality",
    "anchor-version": "bad-version",
    "authority-access-critical": "extension-criticality",
    "authority-key-critical": "extension-criticality",
    "authority-key-missing": "missing-aki",
    "authority-key-odd": "malformed-aki",
    "basic-constraints-not-critical": "extension-criticality",
    "cert-sign-without-ca": "key-usage",
    "common-name-elsewhere": "cn-not-in-san",
    "constraints-in-leaf": "forbidden-extension",
    "constraints-not-critical": "extension-criticality",
    "constraints-too-many": "budget-exceeded",
    "issuer-empty": "empty-issuer",
    "key-not-allowed": "forbidden-key-type",
    "key-size-odd": "bad-key-size",
    "malformed": "malformed-certificate",
    "malformed-constraints": "malformed-name-constraints",
    "malformed-name": "malformed-san",
    "name-missing": "missing-san",
    "name-not-permitted": "name-constraints",
    "names-written-differently": "name-chaining",
    "no-cert-sign": "key-usage",
    "old-version": "bad-version",
    "path-too-long": "path-length",
    "policy-constraints-not-critical": "extension-criticality",
    "policy-missing": "policy",
    "re-keyed": "unknown-issuer",
    "root-untrusted": "unknown-issuer",
    "search-incomplete": "budget-exceeded",
    "self-signed": "unknown-issuer",
    "serial-negative": "bad-serial",
    "serial-too-long": "bad-serial",
    "serial-zero": "bad-serial",
    "signature-algorithms-differ": "signature-algorithm-mismatch",
    "signature-unverifiable": "bad-signature",
    "subject-empty": "empty-subject",
    "subject-key-critical": "extension-criticality",
    "subject-key-missing": "missing-ski",
    "too-deep": "depth-limit",
    "unknown-critical-extension": "critical-unknown-extension",
    "usage-any": "eku-missing",
    "usage-critical": "extension-criticality",
    "usage-in-anchor": "forbidden-extension",
    "usage-missing": "eku-missing",
    "weak-signature": "weak-digest",
    "wrong-key-usage": "key-usage",
    "wrong-usage": "eku-missing",
}
"""Codes of violations and the labels of the vectors; a code that is missing is its own label."""


@attrs.frozen(kw_only=True)
class Judgement:
    """What the house says of a case: the reasons for which it refuses, the first one first; none when it accepts."""

    case: dict[str, Any]
    reasons: tuple[str, ...] = ()
    crash: str = ""
    details: tuple[str, ...] = ()

    @property
    def right(self) -> bool:
        """Accepted or refused as expected; a crash is neither."""
        return not self.crash and bool(self.reasons) == self.refused

    @property
    def refused(self) -> bool:
        """Whether it should be refused."""
        return bool(self.case["expected_result"] == "FAILURE")

    @property
    def top_fits(self) -> bool:
        """The first reason is one of those that are right."""
        return bool(self.reasons) and self.reasons[0] in self._named("reasons_accept")

    @property
    def no_other(self) -> bool:
        """Refused, and for no reason that the labels do not know."""
        return bool(self.reasons) and set(self.reasons) <= self._named("reasons_accept", "reasons_also")

    def _named(self, *keys: str) -> set[str]:
        return {self.case.get("reason") or "", *(label for key in keys for label in self.case.get(key) or ())}


def judge(case: dict[str, Any]) -> Judgement:
    """Judge a case; whatever is raised is a miss."""
    try:
        told = list(_refusals(case))
    except Exception as exc:  # noqa: BLE001 - the count must go on
        return Judgement(case=case, crash=f"{type(exc).__name__}: {exc}")
    return Judgement(case=case, reasons=tuple(dict.fromkeys(label for label, _ in told)), details=tuple(detail for _, detail in told))


def _refusals(case: dict[str, Any]) -> Iterator[tuple[str, str]]:
    leaf = read_certificate(der(case["peer_certificate"]))
    store = TrustStore.from_certificates([der(pem) for pem in case.get("trusted_certs") or ()])
    client = case.get("validation_kind") == "CLIENT"
    profile = PROFILES.get(case["id"].partition("::")[0], "rfc5280")
    search = build_paths(
        leaf,
        sent=[read_certificate(der(pem)) for pem in case.get("untrusted_intermediates") or ()],
        store=store,
        at=time_of(case),
        purpose=CLIENT_AUTH if client else SERVER_AUTH,
        profile=profile,
        most_authorities=case.get("max_chain_depth"),
    )
    best = search.paths[0]
    refusals = best.refusals(profile)
    yield from labelled(item for item in refusals if item.code != LAST)
    if not any(item.code == "name-missing" for item in refusals):
        yield from _names(leaf, case)
    if case.get("crls") and len(best.certificates) > 1:
        yield from _revoked(leaf, best.certificates[1], [der(pem) for pem in case["crls"]], time_of(case))
    yield from labelled(item for item in refusals if item.code == LAST)


def labelled(violations: Iterable[Violation]) -> Iterator[tuple[str, str]]:
    """Labels and words."""
    for item in violations:
        yield LABELS.get(item.code, item.code), f"{item.code}@{item.depth}: {item.detail}"


def _names(leaf: Certificate, case: dict[str, Any]) -> Iterator[tuple[str, str]]:
    wanted = case.get("expected_peer_name")
    if wanted is not None and wanted["kind"] in ("DNS", "IP"):
        match = match_host(leaf, wanted["value"])
        if not match.matched:
            yield "name-mismatch", match.reason
    mailboxes = {item.text for item in leaf.general_names if item.kind == "rfc822Name"}
    for name in case.get("expected_peer_names") or ():
        if name["kind"] == "RFC822" and name["value"] not in mailboxes:
            yield "name-mismatch", f"{name['value']} is not there"


def _revoked(leaf: Certificate, issuer: Certificate, lists: list[bytes], at: datetime) -> Iterator[tuple[str, str]]:
    """What the given lists say of the leaf: one of them has to cover it (RFC 5280 section 6.3.3)."""
    from tlsdiag.certificates.revocation import Status, judge_crl, read_crl

    verdicts = [(read_crl(data), judge_crl(data, leaf, issuer, at=at)) for data in lists]
    own = [(found, verdict) for found, verdict in verdicts if not {fault.code for fault in verdict.faults} & {"other-issuer", "out-of-scope"}]
    if not own:
        yield "revocation-unknown", "no list covers the certificate"
    for found, verdict in own:
        if verdict.usable and verdict.status is Status.REVOKED:
            yield "revoked", f"revoked at {verdict.revoked_at}"
        for detail in (*(fault.detail for fault in verdict.faults), *_form(found)):
            yield "crl-invalid", detail


def _form(found: RevocationList) -> Iterator[str]:
    """What RFC 5280 wants in every list (sections 5.1.2.1, 5.1.2.5, 5.2.1, 5.2.3)."""
    critical = {item.oid for item in found.extensions if item.critical}
    if found.version != 2 or found.next_update is None:
        yield "the list is not of version 2, or has no nextUpdate"
    if found.number is None or "2.5.29.20" in critical:
        yield "the list has no number, or its number is critical"
    if found.authority_key is None or "2.5.29.35" in critical:
        yield "the list does not name its signer's key, or that is critical"


def time_of(case: dict[str, Any]) -> datetime:
    """When the case is judged; now, where it does not say."""
    text = case.get("validation_time")
    return datetime.fromisoformat(text.replace("Z", "+00:00")) if text else datetime.now(UTC)


def der(pem: str) -> bytes:
    """The bytes of a PEM text with one certificate or list."""
    return base64.b64decode("".join(line for line in pem.splitlines() if not line.startswith("-----")))


def load(path: str | Path) -> list[dict[str, Any]]:
    """The cases of a file."""
    data = Path(path).read_bytes()
    found: list[dict[str, Any]] = json.loads(gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data)["testcases"]
    return found


def score(judgements: Iterable[Judgement]) -> dict[str, float]:
    """The four numbers, each between 0 and 1; a number without a case is 1."""
    everything = list(judgements)
    core = [item for item in everything if not item.case["id"].startswith(NAME_CONSTRAINTS)]
    bad, good = [item for item in core if item.refused], [item for item in core if not item.refused]
    return {
        "balanced accuracy": (_share(item.right for item in bad) + _share(item.right for item in good)) / 2,
        "top reason": _share(item.top_fits for item in bad),
        "no other reason": _share(item.no_other for item in bad),
        "name constraints": _share(item.right for item in everything if item.case["id"].startswith(NAME_CONSTRAINTS)),
    }


def _share(outcomes: Iterable[bool]) -> float:
    counted = list(outcomes)
    return sum(counted) / len(counted) if counted else 1.0


def main(arguments: list[str] | None = None) -> int:
    """Print the numbers; 1 when one is below its bound."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file")
    parser.add_argument("--verbose", action="store_true", help="name every case that is not as it should be")
    options = parser.parse_args(arguments)
    judgements = [judge(case) for case in load(options.file)]
    numbers = score(judgements)
    if options.verbose:
        for item in judgements:
            if not item.right or (item.refused and not (item.top_fits and item.no_other)):
                _show(item)
    print(f"{len(judgements)} cases, {sum(bool(item.crash) for item in judgements)} crashes")
    for name, value in numbers.items():
        print(f"{name:20} {value:.4f}   (at least {BOUNDS[name]})")
    return int(any(value < BOUNDS[name] for name, value in numbers.items()))


def _show(item: Judgement) -> None:
    said = ", ".join(item.reasons) or item.crash or "accepted"
    wanted = f"{item.case.get('reason')} {item.case.get('reasons_accept')} {item.case.get('reasons_also')}" if item.refused else "accepted"
    print(f"{'' if item.right else 'WRONG '}{item.case['id']}: {said}; wanted {wanted}")
    for detail in item.details[:8]:
        print(f"    {detail!a}")


if __name__ == "__main__":
    sys.exit(main())
