"""Read and judge many damaged certificates: none may raise, none may take long.

    PYTHONPATH=tests/support python tests/benchmarks/fuzz_certificates.py --count 100000 --seed 1 [--vectors x509-limbo.json]

Prints the slowest and the figures; the exit code is 1 when one raised or took more than 50 ms of processor time.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
import time
import traceback

from mutations import corpus, hostile, mutants

from tlsdiag.certificates import Certificate, match_host, pem_to_der, read_certificate, signed_by, strict_faults, weak_key, weak_signature
from tlsdiag.certificates.constraints import broken_names

MOST = 0.050
ISSUER = read_certificate(corpus()[0])


def judged(der: bytes) -> Certificate:
    """Everything that is judged of a certificate by itself, with nothing remembered from another time."""
    found = read_certificate.__wrapped__(der)
    strict_faults((found, ISSUER))
    match_host(found, "www.example.com")
    weak_key(found)
    weak_signature(found)
    broken_names.__wrapped__(found, found)
    broken_names.__wrapped__(found, ISSUER)
    signed_by.__wrapped__(found, found)
    signed_by.__wrapped__(found, ISSUER)
    return found


def timed(der: bytes) -> float:
    """Seconds of processor time; a garbage collection or a busy machine can cost a slow one a second try."""
    best = MOST
    for _ in range(3):
        begin = time.process_time()
        judged(der)
        took = time.process_time() - begin
        if took < MOST:
            return took
        best = took
    return best


def vectors(path: str) -> list[bytes]:
    """The certificates of a file of x509-limbo."""
    with open(path, encoding="utf-8") as file:
        cases = json.load(file)["testcases"]
    texts = {text for case in cases for text in (case["peer_certificate"], *case["trusted_certs"], *case["untrusted_intermediates"])}
    return [der for text in sorted(texts) for der in pem_to_der(text.encode())]


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--vectors", default="")
    options = parser.parse_args()
    material = corpus() + (vectors(options.vectors) if options.vectors else [])
    slowest, failed, total, problems = (0.0, b""), 0, 0.0, 0
    for der in itertools.islice(mutants(material, seed=options.seed), options.count):
        try:
            took = timed(der)
        except Exception:  # noqa: BLE001 - whatever it is, it is what is looked for
            failed += 1
            print(der.hex()[:4000], traceback.format_exc(limit=-4), sep="\n")
            continue
        problems += bool(read_certificate.__wrapped__(der).problems)
        total += took
        slowest = max(slowest, (took, der))
    print(f"{options.count} certificates from {len(material)}: {failed} raised, {problems} with a problem, {total / max(1, options.count) * 1000:.2f} ms each")
    print(f"slowest: {slowest[0] * 1000:.1f} ms, {len(slowest[1])} bytes")
    late = {name: (timed(der), len(der)) for name, der in hostile().items()}
    for name, (took, size) in sorted(late.items(), key=lambda item: -item[1][0]):
        print(f"{took * 1000:8.1f} ms  {size:8} bytes  {name}")
    return int(bool(failed) or slowest[0] > MOST)


if __name__ == "__main__":
    sys.exit(main())
