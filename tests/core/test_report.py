"""Reports: verdicts, filters, saving and reading back, and what a hostile file may not do."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import attrs
import plugins
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tlsdiag.depth import Depth
from tlsdiag.diagnosis import Diagnosis
from tlsdiag.errors import ReportFormatError
from tlsdiag.failure import Blame
from tlsdiag.finding import Finding, Fix, Layer, Severity
from tlsdiag.observation import Observations, Resolution, Unavailable, UnknownObservation, Why
from tlsdiag.registry import BrokenPlugin, Origin
from tlsdiag.report import Report, UnknownFinding, Verdict
from tlsdiag.serial import from_plain, to_plain
from tlsdiag.target import Endpoint, Target

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def report() -> Report:
    found = asyncio.run(Diagnosis(registry=plugins.registry(plugins.RedCheck)).run(Target.parse("a.example", now=NOW)))
    return attrs.evolve(found, target=Target.parse("a.example", now=NOW, proxy="http://user:secret@proxy.example:1"))


def empty(*findings: Finding, **changes: Any) -> Report:
    return Report(target=Target.parse("a.example"), started=NOW, findings=findings, **changes)


def test_a_saved_report_reads_back_the_same(report: Report) -> None:
    again = Report.from_json(report.to_json())
    assert again.to_dict() == report.to_dict()
    assert isinstance(again.findings[0], plugins.ColourFinding)
    assert again.findings[0].evidence == {"value": "red"}


def test_without_the_built_in_checks_nothing_is_called_healthy() -> None:
    broken = BrokenPlugin(origin=Origin(package="tlsdiag", version="1", entry_point="builtin"), reason="cannot be imported")
    other = attrs.evolve(broken, origin=Origin(package="acme", version="1", entry_point="odd"))
    assert empty(plugins=(broken,)).verdict is Verdict.UNKNOWN
    assert empty(plugins=(other,)).verdict is Verdict.HEALTHY


def test_a_saved_report_holds_no_password(report: Report) -> None:
    assert "secret" not in report.to_json()
    assert "proxy.example" in report.to_json()


def test_findings_and_observations_of_absent_plugins_survive(report: Report) -> None:
    plain = report.to_dict()
    plain["findings"][0]["type"] = "gone/finding"
    plain["rules"]["test/red"]["title"] = "as it was"
    again = Report.from_dict(plain)
    found = again.findings[0]
    assert isinstance(found, UnknownFinding)
    assert found.data == {"value": "red"}
    assert found.rule.title == "as it was"
    kinds = {type(value) for _, value in again.observations}
    assert UnknownObservation in kinds
    assert again.to_dict()["findings"] == plain["findings"]
    assert again.to_dict()["observations"] == plain["observations"]


def test_the_text_of_a_report_is_ascii_json(report: Report) -> None:
    assert report.to_json().isascii()
    assert json.loads(report.to_json())["schema"] == "tlsdiag-report/1"


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", "{", '{"schema": "other/1"}', "[" * 100_000, b"\xff\xfe"])
def test_what_is_no_report_is_refused_in_words(text: str | bytes) -> None:
    with pytest.raises(ReportFormatError):
        Report.from_json(text)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("target",), None),
        (("target", "port"), "x"),
        (("findings",), {}),
        (("findings", 0), 3),
        (("findings", 0, "code"), "nobody"),
        (("findings", 0, "severity"), "awful"),
        (("findings", 0, "blocks"), "yes"),
        (("findings", 0, "endpoint"), {"address": 1}),
        (("rules", "test/red", "code"), "Not A Slug"),
        (("observations",), {}),
        (("observations", 0), {}),
        (("observations", 0, "data"), []),
        (("started",), "yesterday"),
        (("elapsed",), True),
        (("connections",), 1.5),
        (("skipped",), [{}]),
        (("depth",), "abyss"),
    ],
)
def test_a_value_of_the_wrong_shape_is_refused_with_its_place(report: Report, path: tuple[Any, ...], value: Any) -> None:
    plain = json.loads(report.to_json())
    place: Any = plain
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(ReportFormatError):
        Report.from_dict(plain)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda c: st.lists(c) | st.dictionaries(st.text(), c)))
def test_any_json_is_a_report_or_an_error_in_words(plain: Any) -> None:
    wrapped = {"schema": "tlsdiag-report/1", "findings": plain, "observations": plain, "target": plain}
    with pytest.raises(ReportFormatError):
        Report.from_dict(wrapped)


def test_findings_are_filtered_by_everything(report: Report) -> None:
    assert len(report.filter(code="test/red")) == 1
    assert report.filter(code=["other"]) == ()
    assert len(report.filter(severity=Severity.HIGH)) == 1
    assert report.filter(severity=Severity.CRITICAL) == ()
    assert report.filter(layer=Layer.NETWORK) == ()
    assert report.filter(blame=Blame.CLIENT) == ()
    assert len(report.filter(type=plugins.ColourFinding)) == 1
    assert report.filter(endpoint=plugins.ENDPOINTS[1]) == ()
    assert report.find(report.findings[0].key) is report.findings[0]
    assert report.find("nothing") is None


def test_verdicts_follow_from_what_was_found() -> None:
    bag = Observations()
    here = Endpoint(address="192.0.2.1", port=443)
    bag.put(Resolution, here, Resolution(host="a.example"))
    assert empty().verdict is Verdict.HEALTHY
    flaw = Finding.of(plugins.RED, "x", blocks=False)
    assert empty(flaw).verdict is Verdict.FLAWED
    assert empty(attrs.evolve(flaw, severity=Severity.INFO)).verdict is Verdict.HEALTHY
    assert empty(Finding.of(plugins.RED, "x", endpoint=here), observations=bag).verdict is Verdict.BROKEN
    assert empty().root_cause is None


def test_a_recheck_without_a_network_finds_the_same() -> None:
    import tlsdiag

    report = tlsdiag.diagnose("no-such-host.invalid", depth="quick", now=NOW)
    again = tlsdiag.Report.from_json(report.to_json()).recheck()
    assert again.to_dict()["findings"] == report.to_dict()["findings"]
    assert again.to_dict()["skipped"] == report.to_dict()["skipped"]


def test_the_bag_tells_nobody_looked_from_could_not_look() -> None:
    bag = Observations()
    assert bag.find(Resolution) is None
    bag.put(Resolution, None, Unavailable(why=Why.FAILED, detail="no"))
    assert isinstance(bag.find(Resolution), Unavailable)
    assert bag.get(Resolution) is None
    assert len(bag) == 1
    assert bag.unavailable[0][0] == "resolution"


@pytest.mark.parametrize("value", [None, True, 3, 2.5, "x", b"\x00\xff", NOW, Severity.HIGH, Blame.SERVER, (1, 2), Depth.FULL])
def test_plain_values_read_back(value: Any) -> None:
    kind = tuple[int, ...] if isinstance(value, tuple) else type(value) if value is not None else int | None
    assert from_plain(kind, json.loads(json.dumps(to_plain(value)))) == value  # type: ignore[arg-type] - a union is no type


def test_what_has_no_plain_form_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="no plain form for object"):
        to_plain(object())


def test_a_snippet_holds_the_names_of_this_target_and_nothing_that_a_shell_would_run() -> None:
    fix = Fix(summary="Look.", snippets={"shell": "dig NAME; ss 'sport = :PORT' at ADDRESS; RENAME"})
    filled = fix.filled({"NAME": "a.example", "PORT": "443", "ADDRESS": "2001:db8::1"})
    assert filled.snippets["shell"] == "dig a.example; ss 'sport = :443' at 2001:db8::1; RENAME"
    assert fix.filled({"NAME": "$(id)", "PORT": "443"}).snippets["shell"] == "dig NAME; ss 'sport = :443' at ADDRESS; RENAME"
