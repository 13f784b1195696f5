"""Plugins: what is refused, with which words, and that a broken one is data."""

from __future__ import annotations

from typing import Any

import attrs
import plugins
import pytest

from tlsdiag.plugin import Check, Probe
from tlsdiag.registry import CHECKS_GROUP, PROBES_GROUP, Registry


def make(base: type, **attributes: Any) -> type:
    return type("Made", (base,), {"run": lambda self, seen: iter(()), **attributes})


def broken(*entries: Any) -> list[str]:
    return [item.reason for item in Registry.of_entries(entries).broken]


def raise_exit() -> None:
    raise SystemExit("no licence")


def test_a_good_plugin_is_loaded_with_its_origin() -> None:
    found = Registry.of_entries([plugins.entry(CHECKS_GROUP, plugins.RedCheck)])
    assert [check.name for check in found.checks] == ["test/red"]
    assert str(found.origin("test/red")) == "testpack 1.2"
    assert found.broken == ()
    assert set(found.rules()) == {"test/red"}


@pytest.mark.parametrize("work", [lambda: 1 / 0, raise_exit, lambda: __import__("no_such_module")])
def test_a_plugin_that_cannot_be_imported_is_reported(work: Any) -> None:
    assert "cannot be imported" in broken(plugins.entry(CHECKS_GROUP, plugins.loader(work)))[0]


def test_an_interrupt_while_loading_is_not_swallowed() -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Registry.of_entries([plugins.entry(CHECKS_GROUP, plugins.loader(interrupt))])


class Unconstructible(plugins.RedCheck):
    def __init__(self) -> None:
        raise RuntimeError("no")


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (42, "not a subclass of tlsdiag.plugin.Check"),
        (make(Check), "has no name"),
        (make(Check, name="test/x", scope="endpoint"), "scope must be"),
        (make(Check, name="test/x", rules=("no",)), "Rule instances"),
        (make(Check, name="test/x", rules=(attrs.evolve(plugins.RED, code="red"),)), "belongs to tlsdiag"),
        (Unconstructible, "cannot be constructed"),
        (make(Check, name="test/x", rules=3), "cannot be constructed"),
    ],
)
def test_a_check_that_breaks_the_contract_is_refused_in_words(kind: Any, words: str) -> None:
    assert words in broken(plugins.entry(CHECKS_GROUP, kind))[0]


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (plugins.RedCheck, "not a subclass of tlsdiag.plugin.Probe"),
        (make(Probe, name="test/x"), "provides must name"),
        (make(Probe, name="", provides=plugins.Colour), "has no name"),
        (plugins.FakeResolution, "must begin with the pack's own name"),
    ],
)
def test_a_probe_that_breaks_the_contract_is_refused_in_words(kind: Any, words: str) -> None:
    assert words in broken(plugins.entry(PROBES_GROUP, kind))[0]


def test_a_name_is_taken_once() -> None:
    entries = [plugins.entry(CHECKS_GROUP, plugins.RedCheck), plugins.entry(CHECKS_GROUP, plugins.RedCheck, "other")]
    assert "already taken by testpack 1.2" in broken(*entries)[0]


def test_a_code_is_defined_once() -> None:
    twin = make(Check, name="test/other", rules=(plugins.RED,))
    assert "already defined by the check 'test/red'" in broken(plugins.entry(CHECKS_GROUP, (plugins.RedCheck, twin)))[0]


def test_a_code_in_the_pack_of_another_package_is_refused() -> None:
    guest = make(Check, name="guest/x", rules=(attrs.evolve(plugins.RED, code="test/blue"),))
    entries = [plugins.entry(CHECKS_GROUP, plugins.RedCheck), plugins.entry(CHECKS_GROUP, guest, "guestpack")]
    assert "in the pack of testpack 1.2" in broken(*entries)[0]


def test_an_observation_is_provided_once() -> None:
    twin = make(Probe, name="test/twin", provides=plugins.Colour)
    assert "already provided" in broken(plugins.entry(PROBES_GROUP, (plugins.ColourProbe, twin)))[0]


def test_the_installed_plugins_are_all_sound() -> None:
    found = Registry.installed()
    assert [str(item) for item in found.broken if item.origin.is_builtin] == []
    assert found.checks
    assert found.probes
