"""Keys, signatures, serial numbers, odd bytes, and certificates that stand alone."""

from __future__ import annotations

from .case import Family, three
from .making import NAME, NOW, alternative, der, made, usage
from .sound import Graph

KEYS, SIGNATURES, SERIALS, BYTES, ALONE = Family("keys"), Family("signatures"), Family("serials"), Family("bytes"), Family("alone")

KEYS.changed("rsa-512", "The leaf's RSA key has 512 bits.", leaf={"key": "rsa512"})
KEYS.changed("rsa-1024", "The leaf's RSA key has 1024 bits.", leaf={"key": "rsa1024"})
KEYS.changed("rsa-2047", "The leaf's RSA key has 2047 bits.", leaf={"key": "rsa2047"})
KEYS.changed("rsa-4096", "The leaf's RSA key has 4096 bits.", leaf={"key": "rsa4096"})
KEYS.changed("rsa-exponent-1", "The leaf's RSA key has the exponent 1.", leaf={"key": "rsa-exponent-1"})
KEYS.changed("rsa-exponent-3", "The leaf's RSA key has the exponent 3.", leaf={"key": "rsa-exponent-3"})
KEYS.changed("p192", "The leaf's key is on P-192.", leaf={"key": "ecdsa-p192"})
KEYS.changed("secp256k1", "The leaf's key is on secp256k1.", leaf={"key": "secp256k1"})
KEYS.changed("dsa", "The leaf has a DSA key.", leaf={"key": "dsa"})
KEYS.changed("ed448", "The leaf has an Ed448 key.", leaf={"key": "ed448"})
KEYS.changed("intermediate-rsa-1024", "The intermediate's RSA key has 1024 bits.", middle={"key": "rsa1024"})
KEYS.changed("root-rsa-1024", "The root's RSA key has 1024 bits.", root={"key": "rsa1024"})
KEYS.changed("key-of-nothing", "The leaf's key is of an unknown kind.", leaf={"raw_key": der(0x30, der(0x30, bytes.fromhex("06092b0601040183b20303")) + der(0x03, b"\0\1\2\3"))})

SIGNATURES.changed("sha1-leaf", "The leaf is signed over SHA-1.", leaf={"algorithm": "ecdsa-sha1"})
SIGNATURES.changed("sha1-rsa-leaf", "The leaf is signed with RSA over SHA-1.", leaf={"algorithm": "rsa-sha1"}, middle={"key": "rsa"})
SIGNATURES.changed("sha1-intermediate", "The intermediate is signed over SHA-1.", middle={"algorithm": "ecdsa-sha1"})
SIGNATURES.changed("sha1-root", "The root is signed over SHA-1.", root={"algorithm": "ecdsa-sha1"})
SIGNATURES.changed("md5-leaf", "The leaf is signed with RSA over MD5.", leaf={"algorithm": "rsa-md5"}, middle={"key": "rsa"})
SIGNATURES.changed("md5-root", "The root is signed with RSA over MD5.", root={"algorithm": "rsa-md5", "key": "rsa"})
SIGNATURES.changed("sha512", "The leaf is signed over SHA-512 with P-256.", leaf={"algorithm": "ecdsa-sha512"})
SIGNATURES.changed("bad-signature-leaf", "The leaf's signature is wrong.", leaf={"damaged": True})
SIGNATURES.changed("bad-signature-intermediate", "The intermediate's signature is wrong.", middle={"damaged": True})
SIGNATURES.changed("bad-signature-root", "The signature of the root in the store is wrong.", root={"damaged": True})
SIGNATURES.changed("algorithms-differ", "The leaf names two signature algorithms.", leaf={"inner": "ecdsa-sha384"})
SIGNATURES.changed("ecdsa-null-parameters", "The leaf's ECDSA algorithm has NULL parameters.", leaf={"algorithm": "ecdsa-null", "inner": "ecdsa-null"})
SIGNATURES.changed("rsa-absent-parameters", "The leaf's RSA algorithm has no parameters.", leaf={"algorithm": "rsa-absent", "inner": "rsa-absent"}, middle={"key": "rsa"})

SERIALS.changed("serial-zero", "The leaf's serial number is 0.", leaf={"serial": 0})
SERIALS.changed("serial-negative", "The leaf's serial number is negative.", leaf={"serial": -5})
SERIALS.changed("serial-long", "The leaf's serial number has 21 bytes.", leaf={"serial": 1 << 161})
SERIALS.changed("serial-huge", "The leaf's serial number has 40 bytes.", leaf={"serial": 1 << 315})
SERIALS.changed("serial-as-issuer", "Leaf and intermediate have the same serial number.", leaf={"serial": 4242}, middle={"serial": 4242})
SERIALS.changed("root-serial-zero", "The root's serial number is 0.", root={"serial": 0})

_UTC = "%y%m%d%H%MZ"
BYTES.changed("version-2", "The leaf says version 2, and has extensions.", leaf={"version": 2, "extensions_all_the_same": True})
BYTES.changed("version-1-with-extensions", "The leaf is of version 1, and has extensions.", leaf={"version": 1, "extensions_all_the_same": True})
BYTES.changed("version-4", "The leaf says version 4.", leaf={"version": 4})
BYTES.changed("extension-twice", "The leaf has its subjectAltName twice.", leaf={"extra": [("names", False, alternative(NAME))]})
BYTES.changed("names-malformed", "The leaf's subjectAltName cannot be read.", leaf={"names": (), "extra": [("names", False, b"\x30\x05\x82\x09ab")]})
BYTES.changed("usage-malformed", "The leaf's keyUsage cannot be read.", leaf={"usage": b"\x04\x01\x80"})
BYTES.changed("time-without-seconds", "The leaf's dates have no seconds.", leaf={"dates": der(0x30, der(0x17, NOW.replace(year=NOW.year - 1, day=1).strftime(_UTC).encode()) + der(0x17, NOW.replace(year=NOW.year + 1, day=1).strftime(_UTC).encode()))})
BYTES.changed("generalized-time-early", "The leaf's dates are GeneralizedTime before 2050.", leaf={"dates": der(0x30, der(0x18, NOW.replace(year=NOW.year - 1, day=1).strftime("%Y%m%d%H%M%SZ").encode()) + der(0x18, NOW.replace(year=NOW.year + 1, day=1).strftime("%Y%m%d%H%M%SZ").encode()))})


@BYTES.graph("trailing-bytes", "Two bytes follow the leaf.")
def _trailing() -> Graph:
    import attrs

    found = three()
    return [attrs.evolve(found.leaf, der=found.leaf.der + b"\x05\x00"), found.middle], [found.root]


def _alone(**options: object) -> Graph:
    leaf = made(NAME, names=(NAME,), **options)  # type: ignore[arg-type]
    return [leaf], [leaf]


@ALONE.graph("self-signed", "A certificate that has signed itself, and is not in the store.")
def _self_signed() -> Graph:
    return _alone()[0], [made("Matrix Root CA", authority=True)]


ALONE.graph("self-signed-trusted", "A certificate that has signed itself, and is in the store.")(lambda: _alone())
ALONE.graph("self-signed-authority-trusted", "The same, as an authority.")(lambda: _alone(authority=True, after=300, extended=None))
ALONE.graph("self-signed-plain-trusted", "The same without any extension but its names.")(
    lambda: _alone(constraints=None, usage=None, extended=None, subject_key=None, authority_key=None)
)
ALONE.graph("self-signed-expired-trusted", "A certificate that has signed itself, is in the store, and has expired.")(lambda: _alone(after=-1))
ALONE.graph("self-signed-version-1-trusted", "A certificate of version 1 that has signed itself, and is in the store.")(lambda: _alone(version=1))


@ALONE.graph("leaf-trusted", "The leaf itself is in the store, and its issuer is not.")
def _leaf_trusted() -> Graph:
    found = three()
    return [found.leaf], [found.leaf]


@ALONE.graph("leaf-trusted-chain-sent", "The leaf itself is in the store, and its intermediate is sent.")
def _leaf_trusted_chain() -> Graph:
    found = three()
    return [found.leaf, found.middle], [found.leaf]


@ALONE.graph("store-empty-of-it", "The store has a root of the same name as the leaf's own, and another key.")
def _root_as_server() -> Graph:
    root = made(NAME, authority=True, names=(NAME,), key_label="another key", extended=None)
    return _alone()[0], [root]


@ALONE.graph("root-is-the-server", "A root of the store is the server's certificate too.")
def _root_serves() -> Graph:
    root = made(NAME, authority=True, names=(NAME,), usage=usage("digital_signature", "key_cert_sign"), after=300)
    return [root], [root]

