"""How a path ends, and how its certificates hang together (RFC 5280 section 6.1.3 (a))."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from ...oids import SIGNATURES
from ..issuers import names_its_own_key
from ..judging import Broken, Judged


def rule(judged: Judged) -> Iterator[Broken]:
    """Why there is no anchor; an anchor that is no root; links that only some clients see, or that nobody can verify."""
    if judged.ending is not None:
        depth, code, detail = judged.ending
        yield code, depth, detail
    last = judged.chain[-1]
    if judged.anchored and not (last.is_self_issued and names_its_own_key(last)):
        how = "names another key as its issuer's (authorityKeyIdentifier)" if last.is_self_issued else "was issued by another authority"
        detail = f"{last.label} is in the store and {how}: a client that wants a root at the end of a path goes on to look for it"
        yield "partial-chain", judged.top, detail
    for depth, (child, issuer) in enumerate(itertools.pairwise(judged.chain)):
        if child.issuer.raw != issuer.subject.raw:
            detail = f"{child.label} writes its issuer's name in another way than the issuer {issuer.label} does; some clients compare the bytes"
            yield "names-written-differently", depth, detail
        if depth in judged.untried:
            known = child.signature_algorithm.oid in SIGNATURES
            algorithm = child.signature_algorithm.name or "of no algorithm"
            detail = f"the signature of {child.label} ({algorithm}) cannot be verified with the key of {issuer.label} here"
            yield "signature-not-tried" if known else "signature-unverifiable", depth, detail
