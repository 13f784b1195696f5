"""What tells an intercepted connection: the certificate that a name gets which nobody has."""

from __future__ import annotations

from typing import ClassVar

import attrs

from ..observation import Observation
from .common import Attempt


@attrs.frozen(kw_only=True)
class MadeUpName(Observation):
    """The same hello with a server name that was made up and that no server is for: what came back.

    A server answers with its default certificate, or refuses; what makes certificates on demand answers with one for this very name.
    `anchor_is_public`: the certificate of the real name ends, in the client's store, at one of Mozilla's roots (None: at no anchor).
    """

    name: ClassVar[str] = "made-up-name"

    server_name: str
    attempt: Attempt
    anchor_is_public: bool | None = None
