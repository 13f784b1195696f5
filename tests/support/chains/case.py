"""One row of the matrix: a chain as a server would send it, and the store of the client that meets it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import attrs

from .making import NAME, NOW, Made, made


@attrs.frozen(kw_only=True)
class Chain:
    """`sent` has the leaf first, as in the Certificate message; `store` holds the client's anchors; all in DER."""

    name: str
    family: str
    about: str
    sent: tuple[bytes, ...] = attrs.field(repr=False)
    store: tuple[bytes, ...] = attrs.field(repr=False)
    host: str = NAME
    at: datetime = NOW

    @property
    def leaf(self) -> bytes:
        """The server's certificate."""
        return self.sent[0]


@attrs.frozen(kw_only=True)
class Three:
    """The usual chain: leaf, one intermediate, root."""

    leaf: Made
    middle: Made
    root: Made


Options = dict[str, Any]


def three(*, leaf: Options | None = None, middle: Options | None = None, root: Options | None = None) -> Three:
    """The usual chain, changed in what is named."""
    top = made("Matrix Root CA", authority=True, **(root or {}))
    between = made("Matrix Issuing CA", by=top, authority=True, **(middle or {}))
    return Three(leaf=made(NAME, by=between, **{"names": (NAME,), **(leaf or {})}), middle=between, root=top)


Maker = Callable[[], tuple[Chain, ...]]


@attrs.define
class Family:
    """The rows of a family, made when asked for."""

    name: str
    makers: list[Callable[[], Chain]] = attrs.field(factory=list)

    def changed(
        self, title: str, about: str, *, host: str = NAME, leaf: Options | None = None, middle: Options | None = None, root: Options | None = None
    ) -> None:
        """The usual chain with one thing changed."""

        def make() -> Chain:
            found = three(leaf=leaf, middle=middle, root=root)
            return self.chain(title, about, [found.leaf, found.middle], [found.root], host=host)

        self.makers.append(make)

    def graph(self, title: str, about: str, *, host: str = NAME) -> Callable[[Callable[[], tuple[Sequence[Made], Sequence[Made]]]], None]:
        """A function that gives what is sent and what is in the store."""

        def keep(function: Callable[[], tuple[Sequence[Made], Sequence[Made]]]) -> None:
            self.makers.append(lambda: self.chain(title, about, *function(), host=host))

        return keep

    def chain(self, title: str, about: str, sent: Sequence[Made], store: Sequence[Made], *, host: str = NAME) -> Chain:
        """A row."""
        return Chain(
            name=title, family=self.name, about=about, sent=tuple(item.der for item in sent), store=tuple(item.der for item in store), host=host
        )
