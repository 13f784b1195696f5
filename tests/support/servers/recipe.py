"""A recipe: which program a kind of server needs, which options it understands, and how it is configured."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import attrs

from .options import Options
from .running import Launch

Prepare = Callable[[Options, Path, int], Launch]

# Every recipe understands these.
_COMMON = frozenset({"chain_pem", "key_pem", "versions", "tls"})
_POSTGRESQL = sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin")))  # Debian keeps them off the PATH
_SEARCH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin", "/usr/local/sbin", *_POSTGRESQL])


@attrs.frozen(kw_only=True)
class Recipe:
    """One kind of server."""

    kind: str
    program: str
    """The program to look for on the PATH, or "python:module" for a module of this interpreter."""
    package: str
    """The Debian package, or the distribution, that brings it; for the reason of a skipped test."""
    understands: frozenset[str]
    """The options beside the common ones."""
    modes: frozenset[str] = frozenset({"implicit"})
    """Values of the option `tls` that make sense for it."""
    needs_root: bool = False
    """The program insists on changing its user."""
    prepare: Prepare

    def missing(self) -> str | None:
        """Why this kind cannot be started here, or None."""
        if self.program.startswith("python:"):
            from importlib.util import find_spec

            found = find_spec(self.program.removeprefix("python:")) is not None
        else:
            found = which(self.program) is not None
        if found and self.needs_root and os.geteuid() != 0:
            return f"{self.kind} can be started by root only"
        return None if found else f"{self.kind} needs {self.program} (package {self.package})"

    def refuse_what_it_cannot_do(self, options: Options) -> None:
        """Raise `ValueError` for an option that this program would not obey."""
        allowed = _COMMON | self.understands
        for field in attrs.fields(Options):
            if field.name not in allowed and getattr(options, field.name) != field.default:
                raise ValueError(f"{self.kind} does not understand the option {field.name}")
        if options.tls not in self.modes:
            raise ValueError(f"{self.kind} has tls={sorted(self.modes)}, not {options.tls!r}")


RECIPES: dict[str, Recipe] = {}


def recipe(
    kind: str,
    *,
    program: str,
    package: str,
    understands: str = "",
    modes: str = "implicit",
    needs_root: bool = False,
) -> Callable[[Prepare], Prepare]:
    """Register a function that writes a server's configuration and says how to start it."""

    def register(prepare: Prepare) -> Prepare:
        RECIPES[kind] = Recipe(
            kind=kind,
            program=program,
            package=package,
            understands=frozenset(understands.split()),
            modes=frozenset(modes.split()),
            needs_root=needs_root,
            prepare=prepare,
        )
        return prepare

    return register


def which(program: str) -> str | None:
    """The path of a program, looked for in the administrator's directories too."""
    return shutil.which(program, path=_SEARCH)


def path_of(program: str) -> str:
    """The path of a program that is known to be there."""
    found = which(program)
    if found is None:
        raise FileNotFoundError(program)
    return found


def write(directory: Path, name: str, content: bytes | str, *, mode: int = 0o644) -> Path:
    """Write a file into the server's directory."""
    path = directory / name
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    path.chmod(mode)
    return path
