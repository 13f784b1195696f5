"""ClientCredentials: the client certificate that the target names, as its files are. It opens no connection."""

from __future__ import annotations

import attrs

from ..local import read_credential
from ..plugin import ClientCredentials, Probe, Scene, Scope, Unavailable, Why


class ClientCredentialsProbe(Probe):
    """Reads certificate and key, and compares them."""

    name = "client-credentials"
    provides = ClientCredentials
    scope = Scope.TARGET

    async def run(self, scene: Scene) -> ClientCredentials | Unavailable:
        """Say what the files hold; a caller's context does not tell what it has."""
        given = scene.target.client_certificate
        if given is None:
            detail = "a context does not tell its client certificate" if scene.target.client is not None else "no client certificate was given"
            return Unavailable(why=Why.NOT_APPLICABLE, detail=detail, by=self.name)
        found = read_credential(given.certificate, given.key, given.password)
        return ClientCredentials(**attrs.asdict(found))
