"""A client of Python's own, run by another interpreter: reads chains from standard input, prints a verdict for each. Imports nothing of ours."""

import base64
import os
import ssl
import sys
import warnings

warnings.simplefilter("ignore")


def verdict(host, flight, anchors):
    """Accept is an empty text, else what the client says."""
    context = ssl.create_default_context(capath=os.path.dirname(__file__))  # a folder without certificates keeps the system's away
    for anchor in anchors:
        try:
            context.load_verify_locations(cadata=anchor)
        except ssl.SSLError:
            continue  # it could not have been put into a store
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(incoming, outgoing, server_hostname=host)
    try:
        client.do_handshake()
    except ssl.SSLWantReadError:
        pass
    incoming.write(flight)
    try:
        client.do_handshake()
    except ssl.SSLWantReadError:
        return ""
    except ssl.SSLCertVerificationError as exc:
        return "%s (%d)" % (exc.verify_message, exc.verify_code)
    except ssl.SSLError as exc:
        return exc.reason or str(exc)
    return ""


print(ssl.OPENSSL_VERSION + ", Python " + sys.version.split()[0])
for line in sys.stdin:
    name, host, flight, store = line.rstrip("\n").split("\t")
    anchors = [base64.b64decode(item) for item in store.split(",")]
    print(name + "\t" + verdict(host, base64.b64decode(flight), anchors))
