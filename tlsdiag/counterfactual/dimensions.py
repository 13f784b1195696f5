"""The dimensions: every single change that may be tried on a case, in the order in which they tell most.

A dimension makes a variant, or None where there is nothing to change. What our own broad offer has in common with the hello is not tried when
that offer got through.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import attrs

from ..handshake import edits
from ..iana import AlertDescription, CipherSuite, ExtensionType, ProtocolVersion, version_label
from ..wire import ClientHello
from .case import Case, Variant

T = ExtensionType
Dimension = Callable[[Case], Variant | None]
SMALL_SEGMENT = 536
"""The segment that every IPv4 host takes (RFC 9293 section 3.7.1): 576 bytes with its headers."""
_RECORD_PIECE = 100
_SEGMENT_PIECE = 200
# Without these there is no handshake, or another one: they are no matter of leaving out.
_NEEDED = frozenset((T.SERVER_NAME, T.SUPPORTED_VERSIONS, T.KEY_SHARE, T.PSK_KEY_EXCHANGE_MODES, T.SUPPORTED_GROUPS, T.SIGNATURE_ALGORITHMS, T.COOKIE))
_CORE_GROUPS = (0x001D, 0x0017, 0x0018)
_CORE_SCHEMES = (0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501)
_CORE_SUITES = (0x1301, 0x1302, 0x1303, 0xC02B, 0xC02F, 0xC02C, 0xC030, 0xCCA9, 0xCCA8)
_STEPS_DOWN = (ProtocolVersion.TLS1_2, ProtocolVersion.TLS1_1, ProtocolVersion.TLS1_0)


def optional_extensions(hello: ClientHello) -> tuple[ExtensionType, ...]:
    """The extensions that a server may ignore, in order, each once."""
    return tuple(dict.fromkeys(kind for kind in edits.extension_types(hello) if kind not in _NEEDED))


def harmless_name(name: str) -> str:
    """Another name of the same length and form, which nobody has a reason to treat in a special way."""
    labels = name.split(".")
    last = labels[-1:] if len(labels) > 1 else []
    for letter in "xy":
        made = ".".join([letter * len(label) for label in labels[: len(labels) - len(last)]] + last)
        if made != name:
            break
    return made


def _without_server_name(case: Case) -> Variant | None:
    if case.hello.server_name is None:
        return None
    return case.variant("without-server-name", "without a server name", edits.without_extensions(case.hello, (T.SERVER_NAME,)))


def _other_server_name(case: Case) -> Variant | None:
    if case.hello.server_name is None:
        return None
    name = harmless_name(case.hello.server_name)
    return case.variant("other-server-name", f"with the server name {name}", edits.with_server_name(case.hello, name), part=name)


def _with_server_name(case: Case) -> Variant | None:
    if case.hello.server_name is not None or case.host is None:
        return None
    words = f"with the server name {case.host}"
    return case.variant("with-server-name", words, edits.with_server_name(case.hello, case.host), part=case.host)


def _without_alpn(case: Case) -> Variant | None:
    return case.variant("without-alpn", "without ALPN", edits.with_alpn(case.hello, ())) if case.hello.alpn else None


def _without_post_quantum(case: Case) -> Variant | None:
    groups = edits.post_quantum_groups(case.hello)
    if not groups:
        return None
    part = ", ".join(dict.fromkeys(group.name for group in groups))
    return case.variant("without-post-quantum", f"without the post-quantum groups and their shares ({part})", edits.without_post_quantum(case.hello), part=part)


def _without_grease(case: Case) -> Variant | None:
    if not edits.has_grease(case.hello):
        return None
    return case.variant("without-grease", "without the reserved values (GREASE)", edits.without_grease(case.hello))


def _with_grease(case: Case) -> Variant | None:
    if edits.has_grease(case.hello):
        return None
    return case.variant("with-grease", "with reserved values (GREASE)", edits.with_grease(case.hello))


def _without_options(case: Case) -> Variant | None:
    kinds = optional_extensions(case.hello)
    if not kinds:
        return None
    return case.variant("without-extensions", "without the extensions that a server may ignore", edits.without_extensions(case.hello, kinds))


def _at_most(version: ProtocolVersion) -> Dimension:
    """Offer this version as the newest."""

    def dimension(case: Case) -> Variant | None:
        offered = case.offer(case.hello).versions
        suites = [suite for suite in case.hello.cipher_suites if _is_old(suite)]
        if version not in offered or version >= max(offered) or version < case.lowest or not suites:
            return None
        label = version_label(version)
        return case.variant(f"at-most-{label.lower().replace(' ', '')}", f"with {label} as the newest version", edits.at_most(case.hello, version), part=label)

    return dimension


def _is_old(suite: CipherSuite) -> bool:
    row = suite.row
    return row is not None and row["min_protocol"] != "TLSv1.3"


def _more_versions(case: Case) -> Variant | None:
    """Every version, and the suites that the hello lacks for them: a version without a suite is none."""
    own = case.offer(case.hello).versions
    wanted = [version for version in case.broad.versions if version not in own or version < case.lowest]
    if not wanted:
        return None
    hello = edits.with_versions(case.hello, case.broad.versions)
    if ProtocolVersion.TLS1_3 not in own:
        hello = edits.with_shares(hello, [group for group in hello.supported_groups if edits.can_share(group)][:1] or [0x001D])
        hello = edits.with_extension(hello, T.PSK_KEY_EXCHANGE_MODES, b"\x01\x01")
    hello = edits.add_suites(hello, case.broad.cipher_suites)
    return case.variant("more-versions", "with every version from TLS 1.0 to 1.3", hello)


def _more_suites(case: Case) -> Variant | None:
    hello = edits.add_suites(case.hello, case.widest.cipher_suites)
    return None if hello == case.hello else case.variant("more-suites", "with every cipher suite", hello)


def _more_groups(case: Case) -> Variant | None:
    hello = edits.add_groups(case.hello, case.widest.groups)
    return None if hello == case.hello else case.variant("more-groups", "with every group", hello)


def _more_schemes(case: Case) -> Variant | None:
    hello = edits.add_schemes(case.hello, case.broad.signature_schemes)
    return None if hello == case.hello else case.variant("more-schemes", "with every signature scheme", hello, to_the_end=True)


def _rare_schemes(case: Case) -> Variant | None:
    """Those too that our own core cannot complete: then the answer is enough."""
    if case.widest == case.broad:
        return None
    hello = edits.add_schemes(case.hello, case.widest.signature_schemes)
    return None if hello == case.hello else case.variant("more-schemes", "with every signature scheme", hello)


def _suites_and_schemes(case: Case) -> Variant | None:
    """A client without DSA has neither its suites nor its schemes."""
    hello = edits.add_schemes(edits.add_suites(case.hello, case.widest.cipher_suites), case.widest.signature_schemes)
    return None if hello == case.hello else case.variant("more-suites-and-schemes", "with every cipher suite and signature scheme", hello)


def _more_key_shares(case: Case) -> Variant | None:
    """A share for each classical group that is offered: then a HelloRetryRequest is not needed."""
    hello = case.hello
    own = edits.share_groups(hello)
    if hello.extension(T.KEY_SHARE) is None:
        return None
    groups = [group for group in hello.supported_groups if edits.can_share(group) and group not in own and not edits.is_post_quantum(group)]
    if case.retry_group is not None:
        groups = [case.retry_group] if edits.can_share(case.retry_group) else []
    if not groups:
        return None
    # the shares of finite fields would make it a large hello, which is another matter
    chosen = [group for group in groups if group < 0x0100] or groups[:1]
    part = ", ".join(group.name for group in chosen)
    return case.variant("more-key-shares", f"with a key share for {part}", edits.with_shares(hello, [*own, *chosen]), part=part)


def _with_extended_master_secret(case: Case) -> Variant | None:
    """Below TLS 1.3 a server in FIPS mode insists on it (RFC 7627 section 5.2), and names it in no alert."""
    offered = case.offer(case.hello).versions
    if case.hello.extension(T.EXTENDED_MASTER_SECRET) is not None or min(offered, default=ProtocolVersion.TLS1_3) >= ProtocolVersion.TLS1_3:
        return None
    hello = edits.with_extension(case.hello, T.EXTENDED_MASTER_SECRET, b"")
    return case.variant("with-extended-master-secret", "with the extension extended_master_secret", hello, part="extended_master_secret")


def _fewer_groups(case: Case) -> Variant | None:
    hello = case.hello
    groups = [group for group in hello.supported_groups if group in _CORE_GROUPS]
    if not groups or len(groups) == len(hello.supported_groups):
        return None
    changed = edits.with_groups(hello, groups)
    if hello.extension(T.KEY_SHARE) is not None and not edits.share_groups(changed):
        changed = edits.with_shares(changed, groups[:1])
    return case.variant("fewer-groups", "with the most common groups only", changed)


def _fewer_suites(case: Case) -> Variant | None:
    suites = [suite for suite in case.hello.cipher_suites if suite in _CORE_SUITES]
    if not suites or len(suites) == len(case.hello.cipher_suites):
        return None
    return case.variant("fewer-suites", "with the most common cipher suites only", edits.with_suites(case.hello, suites))


def _fewer_schemes(case: Case) -> Variant | None:
    schemes = [scheme for scheme in case.hello.signature_schemes if scheme in _CORE_SCHEMES]
    if not schemes or len(schemes) == len(case.hello.signature_schemes):
        return None
    return case.variant("fewer-schemes", "with the most common signature schemes only", edits.with_schemes(case.hello, schemes))


def below(size: int) -> Dimension:
    """Make the hello smaller than this, by leaving out whatever can be left out."""

    def dimension(case: Case) -> Variant | None:
        if edits.size_of(case.hello) < size:
            return None
        small = shrunk(case.hello)
        if edits.size_of(small) >= size:
            return None
        return case.variant(f"below-{size}", f"made smaller than {size} bytes", small)

    return dimension


def shrunk(hello: ClientHello) -> ClientHello:
    """The hello with nothing in it that can be left out."""
    for step in _SHRINKING:
        hello = step(hello)
    return hello


def _smallest(case: Case) -> Variant | None:
    """The strongest of the changes of size."""
    return next((found for size in (256, 512, 1200) if (found := below(size)(case)) is not None), None)


def plainest(case: Case) -> Variant | None:
    """Everything that can be left out at once, TLS 1.3 too: for a peer that is silent, where there is no time for one thing after another."""
    hello = shrunk(case.hello)
    older = _STEPS[0](case)
    if older is not None:
        hello = edits.at_most(hello, ProtocolVersion.TLS1_2)
    return None if hello == case.hello else case.variant("plainest", "with as little in it as can be", hello)


def parts_of_plainest(case: Case) -> list[Variant]:
    """The single changes that are in the small and the plain variants."""
    made = (dimension(case) for dimension in (_without_alpn, _without_post_quantum, _STEPS[0], _without_options, *_SMALLER))
    return [variant for variant in made if variant is not None]


def _small_segments(case: Case) -> Variant | None:
    words = f"in TCP segments of at most {SMALL_SEGMENT} bytes"
    return attrs.evolve(case.unchanged(), change="small-segments", words=words, max_segment=SMALL_SEGMENT)


def _split_records(case: Case) -> Variant | None:
    offer = case.offer(case.hello, record_fragment=_RECORD_PIECE)
    return Variant(change="split-records", words=f"in records of {_RECORD_PIECE} bytes", offer=offer)


def _whole_record(case: Case) -> Variant | None:
    if case.record_fragment is None:
        return None
    return Variant(change="whole-record", words="in one record", offer=case.offer(case.hello, record_fragment=None))


def _split_segments(case: Case) -> Variant | None:
    words = f"in pieces of {_SEGMENT_PIECE} bytes, one TCP segment each"
    return attrs.evolve(case.unchanged(), change="split-segments", words=words, pieces=_SEGMENT_PIECE)


def _record_version(case: Case) -> Variant | None:
    other = ProtocolVersion.TLS1_2 if case.record_version < ProtocolVersion.TLS1_2 else ProtocolVersion.TLS1_0
    words = f"with {version_label(other)} as the version of the record"
    return Variant(change="record-version", words=words, offer=case.offer(case.hello, record_version=other), part=version_label(other))


_STEPS = tuple(_at_most(version) for version in _STEPS_DOWN)
_NAMES: tuple[Dimension, ...] = (_other_server_name, _without_server_name, _with_server_name)
_LISTS: tuple[Dimension, ...] = (_more_suites, _more_groups, _more_schemes)
_AGREEING: tuple[Dimension, ...] = (_with_extended_master_secret, *_LISTS, _more_key_shares, _more_versions)
_OLDER = _STEPS[1:]
_SMALLER: tuple[Dimension, ...] = (_fewer_groups, _fewer_suites, _fewer_schemes)
_FRAMING: tuple[Dimension, ...] = (_whole_record, _split_records, _split_segments, _record_version)
# Alerts that name what they are about (RFC 8446 section 6.2): nothing else is worth a connection.
_TOLD: dict[int | None, tuple[Dimension, ...]] = {
    AlertDescription.UNRECOGNIZED_NAME: _NAMES,
    AlertDescription.NO_APPLICATION_PROTOCOL: (_without_alpn,),
    AlertDescription.PROTOCOL_VERSION: (_more_versions, *_STEPS, _record_version, _without_options, _smallest),
}


def dimensions(case: Case) -> list[Variant]:
    """Every variant that may tell something, the most telling first for this symptom."""
    order = _order(case)
    if case.retry_group is not None:
        order = (_more_key_shares, *(dimension for dimension in order if dimension is not _more_key_shares))
    made = (dimension(case) for dimension in order)
    return [variant for variant in made if variant is not None and not _in_common(case, variant)]


def additions(case: Case) -> list[Variant]:
    """More groups, more cipher suites, and these with their schemes: what a key that is seldom seen wants below TLS 1.3."""
    made = (dimension(case) for dimension in (_more_groups, _more_suites, _suites_and_schemes))
    return [variant for variant in made if variant is not None]


def _order(case: Case) -> Sequence[Dimension]:
    if case.broad_silent:
        return (_other_server_name, _small_segments, plainest, _without_server_name, _with_server_name, _without_alpn)
    if case.alert in _TOLD:
        return _TOLD[case.alert]
    if case.dropped and case.broad_works:
        first = (_without_post_quantum, _small_segments, _smallest, _STEPS[0], _without_options, _without_alpn, _without_grease, *_AGREEING)
        return (*first, *_NAMES, *_SMALLER, *_FRAMING, *_OLDER)
    if case.dropped:
        first = (_other_server_name, _without_server_name, _with_server_name, _small_segments, _smallest, _without_alpn, _STEPS[0], _without_post_quantum)
        return (*first, _without_options, *_FRAMING, _without_grease, _more_key_shares, *_OLDER, *_SMALLER, _with_grease)
    if case.cannot_agree and not case.broad_works:
        first = (*_LISTS, *_NAMES, _without_alpn, _STEPS[0], _rare_schemes, _without_options, _smallest, _without_post_quantum, _without_grease)
        return (*first, _more_key_shares, _more_versions, _record_version, *_OLDER, *_SMALLER, _with_grease)
    if case.broad_works:
        first = (*_AGREEING, _without_alpn, _STEPS[0], *_NAMES, _without_options, _without_grease, _without_post_quantum)
        return (*first, *_SMALLER, _smallest, *_OLDER)
    first = (*_NAMES, _without_alpn, _STEPS[0], _without_options, _smallest, _without_post_quantum, _without_grease, _record_version)
    return (*first, *_OLDER, *_AGREEING, *_SMALLER, _with_grease)


def _in_common(case: Case, variant: Variant) -> bool:
    """Whether our own offer, which got through, has left this as it is in the hello."""
    if not case.broad_works:
        return False
    if variant.change.endswith("-server-name"):
        return case.broad.server_name == case.hello.server_name
    return variant.change == "without-alpn" and case.broad.alpn == case.hello.alpn


def _core_lists(hello: ClientHello) -> ClientHello:
    for change, own, core in (
        (edits.with_groups, hello.supported_groups, _CORE_GROUPS),
        (edits.with_schemes, hello.signature_schemes, _CORE_SCHEMES),
        (edits.with_suites, hello.cipher_suites, _CORE_SUITES),
    ):
        kept = [value for value in own if value in core]
        hello = change(hello, kept) if kept else hello
    return hello


def _one_share(hello: ClientHello) -> ClientHello:
    classical = [group for group in edits.share_groups(hello) if not group.is_grease]
    return edits.with_shares(hello, classical[:1]) if classical else hello


_SHRINKING: tuple[Callable[[ClientHello], ClientHello], ...] = (
    lambda hello: edits.without_extensions(hello, (T.PADDING,)),
    lambda hello: edits.without_post_quantum(hello) if edits.post_quantum_groups(hello) else hello,
    _one_share,
    lambda hello: edits.with_alpn(hello, ()),
    lambda hello: edits.without_extensions(hello, optional_extensions(hello)),
    _core_lists,
)
