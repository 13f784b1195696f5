"""The import budget: `import tlsdiag` loads neither checks nor cryptography nor asyncio."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("cryptography", "asyncio", "ssl", "idna", "certifi", "attr", "rich", "dns", "tlsdiag.checks", "tlsdiag.probes", "tlsdiag.iana")


def modules_after(statement: str) -> set[str]:
    """The modules that a fresh interpreter has loaded after a statement."""
    code = f"import sys; before = set(sys.modules); {statement}; print('\\n'.join(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_importing_the_package_loads_nothing_heavy() -> None:
    loaded = modules_after("import tlsdiag")
    assert not {name for name in loaded if name.startswith(HEAVY)}


def test_importing_the_package_loads_a_handful_of_modules() -> None:
    assert len(modules_after("import tlsdiag")) < 40


def test_iana_loads_no_table_before_a_name_is_asked_for() -> None:
    loaded = modules_after("import tlsdiag.iana as iana; iana.CipherSuite(0x1301)")
    assert not {name for name in loaded if "_tables" in name}


def test_an_offer_can_be_made_without_cryptography() -> None:
    loaded = modules_after("from tlsdiag.handshake.offer import Offer; Offer.broad('a.example')")
    assert "cryptography" not in loaded
