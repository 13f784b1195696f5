"""Without a connection: the same rules over certificate files. The files are read here, become observations, and the engine goes on from there.

A password and a private key are used here and kept nowhere: what goes on is the public half.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal

import attrs

from .api import run_anywhere
from .authority_data import AuthoritySource
from .bundles import MAX_BYTES, Bundle, Item, Placed, arrange, read_bundle
from .certificates import read_certificate
from .check import Check
from .depth import Depth
from .diagnosis import Diagnosis
from .errors import TargetError
from .facts import CertificateFiles, FileItem, FileSeen, KeySeen, Note, ServedChain
from .fetching import Fetching
from .local import Material, MaterialError, read_material
from .observation import Observations, Unavailable, Why
from .report import Report
from .target import Target, Trust
from .transparency import LogSource

Source = str | Path | bytes
"""A path, or the contents of a file: PEM as text or bytes, DER as bytes."""
MOST_FILES = 200
_BASE64 = re.compile(r"[A-Za-z0-9+/]{80,}={0,2}")


def diagnose_certificates(
    certificates: Source | Sequence[Source],
    *,
    host: str | None = None,
    key: Source | Literal[True] | None = None,
    password: str | bytes | None = None,
    trust: Trust = None,
    stores: Sequence[Trust] = (),
    now: datetime | None = None,
    depth: Depth | str = Depth.STANDARD,
    checks: Sequence[Check | type[Check] | str] | None = None,
    leaf: int | None = None,
    fetch: Fetching | None = None,
    revocation: bool = False,
    ct_logs: LogSource = None,
    authority_data: AuthoritySource = None,
) -> Report:
    """Say what is wrong with certificate files before a server uses them. Opens no connection, whatever the depth, unless `fetch` or `revocation` says so.

    `fetch` says where the URLs of certificates may lead to find a missing issuer: "public" addresses, "any", or False. Files have no address of their own,
    so that "public" leads to no loopback, link-local or private one. `revocation=True` asks the authorities whether the certificates of the chain have been
    revoked (OCSP and lists), at public addresses where `fetch` says nothing else.

    `certificates` is a path, PEM (text or bytes), DER bytes, or a list of these: PEM in any order, DER, PKCS#7, PKCS#12. Several are taken together, as
    a server's certificate with its chain file. `host` is the name or address that the certificate is for; `key` its private key (a path or its
    contents; True: it has to be among the files). `password` opens encrypted keys and PKCS#12. `trust` and `stores` are as for `tlsdiag.diagnose`; `now`
    the time to judge for, `ct_logs` a list of transparency logs, newer than the shipped one, `authority_data` newer tables of
    authorities. `report.repaired_chain()` is the file as it should be.

    One server certificate is judged, with its chain. Where there are several, that is the first, as in a server, and `leaf` asks for another by its number
    (from 1, in the order of the files); the finding `file-several-leaves` lists them and tells in short how the others do.

    It never raises for what is in a file: that is what the report is for. It raises `TargetError` for a file that cannot be read at all and a number that no
    server certificate has, and
    `UnknownCheckError` for a check that is not installed. Neither the password nor a private key is in the report.
    """
    sources = list(certificates) if isinstance(certificates, Sequence) and not isinstance(certificates, (str, bytes)) else [certificates]
    if len(sources) > MOST_FILES:
        raise TargetError(f"{len(sources)} files are more than the {MOST_FILES} that are read together; judge each chain by itself")
    materials = [_material(source, "the given certificates", number) for number, source in enumerate(sources)]
    key_material = None if key is None or key is True else _material(key, "the given key", 0)
    target = Target.of_files([item.name for item in materials], host=host, trust=trust, stores=stores, now=now)
    seen = survey(materials, key_material, password, host=target.reference_name, key_wanted=key is not None, number=leaf)
    if leaf is not None and not 1 <= leaf <= len(seen.leaves):
        raise TargetError(f"leaf={leaf}: {_numbers(len(seen.leaves))}")
    allowed: Fetching = fetch if fetch is not None else "public" if revocation else False
    diagnosis = Diagnosis(checks, depth=depth, fetch=allowed, revocation=revocation, ct_logs=ct_logs, authority_data=authority_data)
    return run_anywhere(lambda: diagnosis.run(target, given=observations_of(seen)))


def _numbers(count: int) -> str:
    if count == 0:
        return "there is no server certificate in the files"
    return f"there are {count} server certificates, with the numbers 1 to {count}" if count > 1 else "there is one server certificate, with the number 1"


def _material(source: object, words: str, number: int) -> Material:
    if isinstance(source, bytes) or (isinstance(source, str) and _is_contents(source)):
        data = source if isinstance(source, bytes) else source.encode("utf-8", "replace")
        return Material(name=words if number == 0 else f"{words} ({number + 1})", data=data)
    if not isinstance(source, (str, Path)):
        raise TargetError(f"a certificate file is a path, text or bytes, not {type(source).__name__}")
    try:
        return read_material(os.fspath(source), MAX_BYTES)
    except MaterialError as exc:
        raise TargetError(str(exc)) from None


def _is_contents(text: str) -> bool:
    """Whether a text is the file itself and no path: what may be a key must not be quoted as a file that does not exist."""
    return "-----BEGIN" in text or "\n" in text or (_BASE64.fullmatch(text) is not None and not os.path.exists(text))


def survey(
    materials: Sequence[Material],
    key: Material | None,
    password: str | bytes | None,
    *,
    host: str = "",
    key_wanted: bool = False,
    number: int | None = None,
) -> CertificateFiles:
    """Everything that is in the files, as facts; `number` of the server certificate that is judged, where the caller has chosen."""
    given = [*materials, *([key] if key is not None else [])]
    bundles = [read_bundle(item.data, password) for item in given]
    pairs = [(number, item) for number, bundle in enumerate(bundles) for item in bundle.items]
    items = tuple(_item(number, item) for number, item in pairs)
    keys = tuple(_key(number, item, items, given=number == len(materials)) for number, item in pairs if item.kind == "private-key")
    roles = ["certificates"] * len(materials) + ["key"]
    files = tuple(_file(item, bundle, role) for item, bundle, role in zip(given, bundles, roles, strict=False))
    found = CertificateFiles(files=files, items=items, keys=keys, key_wanted=key_wanted)
    return _arranged(found, bundles, host, len(materials), number)


def _arranged(found: CertificateFiles, bundles: Sequence[Bundle], host: str, count: int, number: int | None) -> CertificateFiles:
    """With the leaf and its chain; what stands beside a key that was given on its own is no part of it."""
    at = [position for position in found.certificates if found.items[position].file < count]
    placed = [
        Placed(certificate=read_certificate(found.items[p].certificate), file=found.items[p].file, ordered=bundles[found.items[p].file].ordered) for p in at
    ]
    order = arrange(placed, public_keys=[item.public for item in found.keys if item.public], host=host, number=number)
    return attrs.evolve(
        found,
        leaf=None if order.leaf is None else at[order.leaf],
        chosen=order.chosen,
        leaves=tuple(at[position] for position in order.leaves),
        chain=tuple(at[position] for position in order.chain),
        written=tuple(at[position] for position in order.written),
        is_store=order.is_store,
    )


def _item(number: int, item: Item) -> FileItem:
    return FileItem(
        file=number,
        kind=item.kind,
        form=item.form,
        label=item.label,
        line=item.line,
        offset=item.offset,
        certificate=item.der,
        problem=item.problem,
        detail=item.detail,
    )


def _key(number: int, item: Item, items: Sequence[FileItem], *, given: bool) -> KeySeen:
    fitting = (at for at, other in enumerate(items) if other.certificate and read_certificate(other.certificate).spki == item.public)
    return KeySeen(
        file=number,
        line=item.line,
        kind=item.key,
        public=item.public,
        encrypted=item.encrypted,
        given=given,
        belongs_to=tuple(fitting) if item.public else (),
        problem=item.problem,
        detail=item.detail,
    )


def _file(material: Material, bundle: Bundle, role: str) -> FileSeen:
    return FileSeen(
        name=material.name,
        role=role,
        form=bundle.form,
        size=len(material.data),
        ordered=bundle.ordered,
        open_to_all=material.open_to_all,
        problem=bundle.problem,
        detail=bundle.detail,
        remarks=tuple(Note(code=item.code, detail=item.detail) for item in bundle.remarks),
    )


def observations_of(seen: CertificateFiles) -> Observations:
    """What the rules read: the files, and the chain as it should be sent. That it stands there in another order is a finding of its own, and hides none."""
    bag = Observations()
    bag.put(CertificateFiles, None, seen)
    if seen.chain:
        bag.put(ServedChain, None, ServedChain(certificates=tuple(seen.items[at].certificate for at in seen.chain)))
    else:
        detail = "the files hold authorities only" if seen.certificates else "the files hold no certificate that can be read"
        bag.put(ServedChain, None, Unavailable(why=Why.NOT_APPLICABLE, detail=detail, by="certificate-files"))
    return bag
