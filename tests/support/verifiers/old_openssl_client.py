"""A client of OpenSSL 1.1.1, as it lies in old wheels of cryptography: run in an environment of its own. Imports nothing of ours.

Security level 1 is what OpenSSL 1.1.1 was built with; the flag against partial wildcards is what Python sets.
"""

import base64
import sys

from OpenSSL import SSL, crypto
from OpenSSL._util import ffi, lib

_NO_PARTIAL_WILDCARDS = 4


def verdict(host, flight, anchors):
    """Accept is an empty text, else what the client says."""
    context = SSL.Context(SSL.SSLv23_METHOD)
    lib.SSL_CTX_set_max_proto_version(context._context, 0x0303)
    context.set_verify(SSL.VERIFY_PEER, lambda *told: bool(told[-1]))
    store = context.get_cert_store()
    for der in anchors:
        store.add_cert(crypto.load_certificate(crypto.FILETYPE_ASN1, der))
    client = SSL.Connection(context, None)
    parameters = lib.SSL_get0_param(client._ssl)
    if lib.X509_VERIFY_PARAM_set1_ip_asc(parameters, host.encode()) != 1:
        lib.ERR_clear_error()
        lib.X509_VERIFY_PARAM_set_hostflags(parameters, _NO_PARTIAL_WILDCARDS)
        lib.X509_VERIFY_PARAM_set1_host(parameters, host.encode(), len(host))
    client.set_connect_state()
    try:
        client.do_handshake()
    except SSL.WantReadError:
        pass
    client.bio_write(flight)
    try:
        client.do_handshake()
    except SSL.WantReadError:
        return ""
    except SSL.Error as exc:
        code = lib.SSL_get_verify_result(client._ssl)
        if code:
            return "%s (%d)" % (ffi.string(lib.X509_verify_cert_error_string(code)).decode(), code)
        return exc.args[0][0][-1] if exc.args and exc.args[0] else "refused"
    return ""


print(SSL.SSLeay_version(SSL.SSLEAY_VERSION).decode())
for line in sys.stdin:
    name, host, flight, store = line.rstrip("\n").split("\t")
    print(name + "\t" + verdict(host, base64.b64decode(flight), [base64.b64decode(item) for item in store.split(",")]))
