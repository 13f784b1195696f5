"""OpenSSL's configuration file, as far as it tells every program how to speak TLS: `openssl_conf` -> `ssl_conf` -> `system_default`.

The format is that of config(5): sections in brackets, `name = value`, comments, `.include` of a file or a directory. Variables (`$name`) are
left as they stand. Reading is bounded in bytes and in depth.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

import attrs

from .files import read_file

MAX_FILE = 1_000_000
MAX_INCLUDES = 32
_SECTION = re.compile(r"\[\s*([^\]]*?)\s*\]")
_SETTING = re.compile(r"([^=\s]+)\s*=\s*(.*)")
_INCLUDE = re.compile(r"\.include\s*=?\s*(.+)")
_POLICY = "/etc/crypto-policies/config"


@attrs.frozen(kw_only=True)
class Configuration:
    """What the file says to every program. `problem` says why it could not be read; `policy` is the system-wide crypto policy's name."""

    path: str
    chosen_by: str = ""
    problem: str = ""
    settings: tuple[tuple[str, str], ...] = ()
    properties: str = ""
    policy: str = ""


def read_configuration(environment: Mapping[str, str], built_in: str) -> Configuration:
    """Read the file that OPENSSL_CONF names, else `built_in`."""
    chosen = environment.get("OPENSSL_CONF")
    path = built_in if chosen is None else chosen
    source = "" if chosen is None else "OPENSSL_CONF"
    policy = _policy()
    reader = _Reader()
    try:
        reader.read(path)
    except OSError as exc:
        return Configuration(path=path, chosen_by=source, problem=f"{path}: {exc.strerror or exc}", policy=policy)
    algorithms = reader.section(reader.first("openssl_conf"))
    default = reader.section(reader.section(algorithms.get("ssl_conf", "")).get("system_default", ""))
    properties = reader.section(algorithms.get("alg_section", "")).get("default_properties", "")
    return Configuration(path=path, chosen_by=source, settings=tuple(default.items()), properties=properties, policy=policy)


def _policy() -> str:
    try:
        lines = [line.strip() for line in read_file(_POLICY, 4096).decode("utf-8", "replace").splitlines()]
    except OSError:
        return ""
    return next((line for line in lines if line and not line.startswith("#")), "")


class _Reader:
    """The sections of a file and of what it includes; a later setting of the same name wins."""

    def __init__(self) -> None:
        self._sections: dict[str, dict[str, str]] = {"default": {}}
        self._left = MAX_INCLUDES

    def first(self, name: str) -> str:
        return self._sections["default"].get(name, "")

    def section(self, name: str) -> dict[str, str]:
        return self._sections.get(name, {})

    def read(self, path: str, current: str = "default") -> None:
        text = read_file(path, MAX_FILE).decode("utf-8", "replace")
        for line in text.replace("\\\n", "").splitlines():
            line = line.partition("#")[0].strip()
            if not line:
                continue
            if included := _INCLUDE.fullmatch(line):
                self._include(included.group(1).strip(), current)
            elif section := _SECTION.fullmatch(line):
                current = section.group(1)
                self._sections.setdefault(current, {})
            elif setting := _SETTING.fullmatch(line):
                name = setting.group(1).partition("::")
                where, key = (name[0], name[2]) if name[1] else (current, name[0])
                self._sections.setdefault(where, {})[key.rpartition(".")[2]] = setting.group(2).strip()

    def _include(self, path: str, current: str) -> None:
        names = [path]
        if os.path.isdir(path):
            names = [os.path.join(path, name) for name in sorted(os.listdir(path)) if name.endswith((".cnf", ".conf"))]
        for name in names:
            self._left -= 1
            if self._left > 0:
                try:
                    self.read(name, current)
                except OSError:
                    continue  # OpenSSL passes over an include that is missing
