"""Every protocol that has a STARTTLS, by its own name, with what speaks it; names and ports are in `tlsdiag.starttls`."""

from __future__ import annotations

from . import chat, database, directory, mailbox, rdp, smtp, tds, transfer
from .dialogue import Speaker

SPEAKERS: dict[str, Speaker] = {
    **smtp.SPEAKERS, **mailbox.SPEAKERS, **transfer.SPEAKERS, **chat.SPEAKERS, **directory.SPEAKERS, **database.SPEAKERS, **rdp.SPEAKERS,
    **tds.SPEAKERS,
}  # fmt: skip
