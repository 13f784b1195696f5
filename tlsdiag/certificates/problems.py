"""What can be wrong with the bytes of a certificate, code by code, and whom it disturbs.

Three grades, because the answer to "does it matter?" differs by reader: OpenSSL takes much of BER and hardly looks at most extensions, while Go, rustls,
NSS and Chromium read DER by the letter. A grade is about reading alone; rules that a path breaks are `paths`' and `strict`'s.
"""

from __future__ import annotations

from enum import StrEnum

import attrs


class Grade(StrEnum):
    """Whom a problem disturbs."""

    FATAL = "fatal"
    """Nearly every client ends the handshake, OpenSSL among them."""
    STRICT = "strict"
    """Strict readers refuse the certificate (one or more of Go, Chromium, NSS, rustls, `cryptography`); OpenSSL goes on."""
    REMARK = "remark"
    """Against the letter of a standard; it is common, or no client that matters looks at it."""


@attrs.frozen
class ProblemKind:
    """A code's grade and meaning."""

    grade: Grade
    meaning: str


OPENSSL_READS = frozenset({
    "2.5.29.14", "2.5.29.15", "2.5.29.17", "2.5.29.19", "2.5.29.30", "2.5.29.31", "2.5.29.35", "2.5.29.37", "1.3.6.1.5.5.7.1.14", "2.16.840.1.113730.1.1",
})  # fmt: skip
"""The extensions that OpenSSL decodes before it looks at a certificate's issuer: a damaged one reads "unable to get local issuer certificate" there.

In others it does not see what is fatal elsewhere.
"""


def grade_of(code: str, extension: str = "") -> Grade:
    """The grade of a problem; in an extension that OpenSSL does not read, nothing is worse than strict."""
    kind = PROBLEMS.get(code)
    grade = kind.grade if kind is not None else Grade.STRICT
    return Grade.STRICT if grade is Grade.FATAL and extension and extension not in OPENSSL_READS else grade


_F, _S, _R = Grade.FATAL, Grade.STRICT, Grade.REMARK
PROBLEMS: dict[str, ProblemKind] = {
    # the frame
    "certificate-malformed": ProblemKind(_F, "its frame cannot be followed: it is cut short, or an element is missing or has another type"),
    "trailing-data": ProblemKind(_F, "bytes follow where an element should end"),
    "encoding-not-der": ProblemKind(_S, "a length, BOOLEAN, BIT STRING or other element is written as BER allows and DER does not"),
    "integer-padded": ProblemKind(_F, "an INTEGER has a leading byte that it does not need, or no byte at all"),
    "default-encoded": ProblemKind(_R, "a value that is the default is written out, such as `critical FALSE` or `cA FALSE`; DER leaves it out"),
    "set-empty": ProblemKind(_S, "a part of a name is there and has nothing in it"),
    "set-unsorted": ProblemKind(_R, "the elements of a SET OF are not in the order of their encodings"),
    "too-many-elements": ProblemKind(_R, "it has more names, extensions or elements than are looked at here: a bound of ours, which says nothing of clients"),
    # the fields
    "version-malformed": ProblemKind(_S, "the version is not v1, v2 or v3, or cannot be read"),
    "version-2": ProblemKind(_R, "it is of version 2, which hardly any authority has ever used"),
    "version-too-old": ProblemKind(_S, "it has extensions or unique identifiers, and its version is too old for them"),
    "unique-identifier": ProblemKind(_R, "it has an issuerUniqueID or subjectUniqueID, which no authority may write"),
    "serial-malformed": ProblemKind(_F, "the serial number is no INTEGER"),
    "serial-negative": ProblemKind(_S, "the serial number is negative"),
    "serial-zero": ProblemKind(_R, "the serial number is zero"),
    "serial-too-long": ProblemKind(_S, "the serial number has more than 20 bytes"),
    "name-malformed": ProblemKind(_F, "the issuer's or the subject's name cannot be read"),
    "string-malformed": ProblemKind(_F, "a UTF8String is no UTF-8, or a string of wide characters has half a one"),
    "string-characters": ProblemKind(_S, "a string has characters that its type does not have"),
    "string-tolerated": ProblemKind(_R, "a PrintableString has * or &, which are not in its alphabet; readers let them pass"),
    "string-type-old": ProblemKind(_R, "a string is a TeletexString, BMPString or UniversalString"),
    "validity-malformed": ProblemKind(_F, "notBefore or notAfter is no time of the form that RFC 5280 wants"),
    "validity-without-seconds": ProblemKind(_F, "a date is written without seconds, as BER allows; OpenSSL refuses it"),
    "validity-encoding": ProblemKind(_R, "a date before 2050 is a GeneralizedTime, or one after 2049 is not"),
    "validity-reversed": ProblemKind(_F, "it ends before it begins"),
    "key-malformed": ProblemKind(_F, "the public key cannot be read"),
    "key-parameters": ProblemKind(_S, "the parameters of the key's algorithm are not as its standard wants them"),
    "signature-malformed": ProblemKind(_F, "the signature or its algorithm cannot be read"),
    "signature-parameters": ProblemKind(_S, "the signature algorithm has parameters that its standard forbids, or lacks those that it needs"),
    "signature-parameters-absent": ProblemKind(_R, "an RSA signature algorithm lacks its NULL parameters"),
    "signature-algorithms-differ": ProblemKind(_F, "the signed part names another signature algorithm than the outer one"),
    # the extensions
    "extensions-malformed": ProblemKind(_F, "the list of extensions cannot be followed"),
    "extensions-empty": ProblemKind(_S, "the list of extensions is there and empty"),
    "extension-duplicate": ProblemKind(_F, "an extension comes twice"),
    "extension-malformed": ProblemKind(_F, "the value of an extension cannot be read"),
    "extension-minor": ProblemKind(_R, "the value of an extension that clients do not read is not as its standard wants it"),
    "extension-empty": ProblemKind(_S, "an extension that lists something lists nothing"),
    "usage-empty": ProblemKind(_F, "keyUsage is there and allows nothing; OpenSSL refuses it, Go takes it"),
    "extension-trailing-data": ProblemKind(_S, "bytes follow the value of an extension"),
    "policy-duplicate": ProblemKind(_S, "certificatePolicies lists a policy twice"),
    "policy-mapping-any": ProblemKind(_S, "policyMappings maps anyPolicy"),
    "constraints-inconsistent": ProblemKind(_S, "a path length is there, and the certificate is no authority"),
    "general-name-malformed": ProblemKind(_S, "a name or address in an extension is not of its form: an iPAddress of odd length, a dNSName with a space"),
    "general-name-odd": ProblemKind(_R, "a dNSName has an underscore, or is an address"),
    "name-constraints-malformed": ProblemKind(_S, "a subtree of the name constraints has no sense: an address without a proper mask, a minimum or maximum"),
    "authority-key-incomplete": ProblemKind(_F, "the authorityKeyIdentifier names the issuer without its serial number, or the number without the issuer"),
}
"""Every code that `Problem.code` can have."""
