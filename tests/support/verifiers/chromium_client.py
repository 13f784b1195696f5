"""Chromium, started once a chain: reads chains from standard input, prints a verdict for each. To be run in a network of its own, with loopback only; slow.

The anchors are put into the database in which Chromium looks for a user's authorities on Linux.
"""

import base64
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

_WORDS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--host-resolver-rules=MAP * 127.0.0.1"]
_ACCEPTED = {"ERR_CONNECTION_CLOSED", "ERR_CONNECTION_RESET", "ERR_SSL_PROTOCOL_ERROR"}
"""What a client says that was content with the certificates, and to which nothing more was said."""


def _serve(listener, flight):
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            try:
                connection.recv(65536)
                connection.sendall(flight)
                connection.settimeout(0.3)
                connection.recv(100)
            except OSError:
                continue


def _trust(home, anchors):
    database = Path(home) / ".pki" / "nssdb"
    database.mkdir(parents=True)
    subprocess.run(["certutil", "-N", "-d", f"sql:{database}", "--empty-password"], check=True, capture_output=True)
    for number, der in enumerate(anchors):
        (Path(home) / "anchor.der").write_bytes(der)
        words = ["certutil", "-A", "-d", f"sql:{database}", "-n", f"a{number}", "-t", "C,,", "-i", f"{home}/anchor.der"]
        subprocess.run(words, check=False, capture_output=True)


def verdict(host, flight, anchors):
    """Accept is an empty text, else the name of Chromium's error."""
    with tempfile.TemporaryDirectory(prefix="chromium-") as home, socket.create_server(("127.0.0.1", 0)) as listener:
        _trust(home, anchors)
        threading.Thread(target=_serve, args=(listener, flight), daemon=True).start()
        place = f"https://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}/"
        words = ["chromium", *_WORDS, f"--user-data-dir={home}/user", "--dump-dom", place]
        done = subprocess.run(words, capture_output=True, text=True, timeout=60, env={**os.environ, "HOME": home}, check=False)
        listener.shutdown(socket.SHUT_RDWR)
    said = re.findall(r"net::(ERR_\w+)", done.stderr) or [f"said nothing: {done.stderr[-200:]}"]
    return "" if said[-1] in _ACCEPTED else said[-1]


print(subprocess.run(["chromium", "--version"], capture_output=True, text=True, check=True).stdout.strip().split(" built")[0], flush=True)
for line in sys.stdin:
    name, host, flight, store = line.rstrip("\n").split("\t")
    said = verdict(host, base64.b64decode(flight), [base64.b64decode(item) for item in store.split(",")])
    print(name + "\t" + " ".join(said.split()), flush=True)
