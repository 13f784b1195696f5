"""Code points: generated from the tables in the corpus, open, and named."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from tlsdiag.iana import AlertDescription, CipherSuite, CodePoint, ExtensionType, NamedGroup, ProtocolVersion, SignatureScheme, rows, version_label

CORPUS = Path(__file__).parents[1] / "corpus" / "iana"
PACKAGE = Path(importlib.util.find_spec("tlsdiag.iana").origin or "").parent  # type: ignore[union-attr]


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate_iana", CORPUS / "generate.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_generated_files_are_what_the_generator_gives() -> None:
    for path, text in generator().outputs().items():
        assert (PACKAGE / path.name).read_text(encoding="utf-8") == text, f"{path.name}: run tests/corpus/iana/generate.py"


@pytest.mark.parametrize("registry", sorted(path.name[1:-10] for path in PACKAGE.glob("_*_tables.py")))
def test_every_table_has_rows_with_names(registry: str) -> None:
    assert rows(registry)
    assert all(row["name"] for row in rows(registry).values())


def test_a_value_knows_its_name() -> None:
    assert CipherSuite(0x1301).name == "TLS_AES_128_GCM_SHA256"
    assert NamedGroup.X25519.name == "x25519"
    assert str(AlertDescription(40)) == "handshake_failure"
    assert repr(SignatureScheme(0x0403)) == "SignatureScheme.ecdsa_secp256r1_sha256"


def test_an_unknown_value_is_kept() -> None:
    assert NamedGroup(0xFE99).name == "unknown_0xfe99"
    assert not NamedGroup(0xFE99).is_known
    assert int(NamedGroup(0xFE99)) == 0xFE99


@pytest.mark.parametrize(("value", "grease"), [(0x0A0A, True), (0xFAFA, True), (0x0A1A, False), (0x0A0B, False)])
def test_grease_is_recognised(value: int, grease: bool) -> None:
    assert CipherSuite(value).is_grease is grease
    assert ExtensionType(value).name.startswith("GREASE" if grease else "unknown")


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [(CipherSuite, "ECDHE-RSA-AES128-GCM-SHA256", 0xC02F), (NamedGroup, "secp256r1", 23), (NamedGroup, "X25519", 29), (ProtocolVersion, "TLSv1.3", 0x304)],
)
def test_a_value_is_found_by_its_names(kind: type[CodePoint], name: str, value: int) -> None:
    assert kind.by_name(name) == value


def test_an_unknown_name_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        CipherSuite.by_name("no such suite")


def test_versions_have_labels_for_people() -> None:
    assert [version_label(code) for code in (2, 0x300, 0x304)] == ["SSL 2.0", "SSL 3.0", "TLS 1.3"]
    assert version_label(0x0399).startswith("unknown")
