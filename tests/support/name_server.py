"""A name server on loopback, UDP and TCP: it answers from zones as text, as a recursive resolver would, and fails as a test wants it to."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import threading
from collections.abc import Iterator

import attrs
import dns.edns
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.node
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.CNAME
import dns.rrset
import dns.zone

TTL = 300


@attrs.define
class NameServer:
    """A running server. Sets hold names without the last dot, or pairs of a name and a type.

    `secure`: the AD flag is set; `bogus`: SERVFAIL unless validation is left out (CD); `failing`: SERVFAIL; `refusing`: REFUSED; `silent`: no answer;
    `truncated`: over UDP only the TC flag; `garbled`: what is no message; `validates`: the root is authentic. `asked` has every question as
    (name, type, transport). `code` is said whatever was asked; `raw` has the data of records beside those of the zone, whatever it is.
    """

    port: int = 0
    zones: dict[str, dns.zone.Zone] = attrs.field(factory=dict)
    secure: set[str] = attrs.field(factory=set)
    bogus: set[str] = attrs.field(factory=set)
    failing: set[tuple[str, str]] = attrs.field(factory=set)
    refusing: bool = False
    silent: bool = False
    truncated: bool = False
    garbled: bool = False
    validates: bool = False
    silent_over_tcp: bool = False
    code: int = 0
    raw: dict[tuple[str, str], list[bytes]] = attrs.field(factory=dict)
    asked: list[tuple[str, str, str]] = attrs.field(factory=list)

    @property
    def address(self) -> str:
        """As `diagnose(dns=...)` takes it."""
        return f"127.0.0.1:{self.port}"

    def zone(self, origin: str, text: str) -> None:
        """Serve a zone: lines as in a master file, relative to the origin; SOA and NS are added."""
        head = f"$ORIGIN {origin}.\n$TTL {TTL}\n@ SOA ns hostmaster 1 3600 600 86400 300\n@ NS ns\n"
        self.zones[origin] = dns.zone.from_text(head + text, origin=f"{origin}.", relativize=False, check_origin=False)

    def answer(self, wire: bytes, transport: str) -> bytes | None:
        """The answer to a message; None for silence."""
        query = dns.message.from_wire(wire)
        question = query.question[0]
        name, kind = question.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(question.rdtype)
        self.asked.append((name, kind, transport))
        if self.silent or (self.silent_over_tcp and transport == "tcp"):
            return None
        if self.garbled:
            return wire[:2] + b"\x81\x80" + b"\xff" * 20
        response = dns.message.make_response(query, recursion_available=True)
        self._fill(response, query, question.name, question.rdtype)
        if self.truncated and transport == "udp":
            response.answer.clear()
            response.flags |= dns.flags.TC
        return response.to_wire()

    def _fill(self, response: dns.message.Message, query: dns.message.Message, name: dns.name.Name, kind: dns.rdatatype.RdataType) -> None:
        text = name.to_text(omit_final_dot=True).lower()
        checking = not query.flags & dns.flags.CD
        if self.code:
            response.set_rcode(dns.rcode.Rcode(self.code))
        elif self.refusing:
            response.set_rcode(dns.rcode.REFUSED)
        elif (text, dns.rdatatype.to_text(kind)) in self.failing:
            response.set_rcode(dns.rcode.SERVFAIL)
        elif checking and _within(text, self.bogus):
            response.set_rcode(dns.rcode.SERVFAIL)
            response.use_edns(0, options=[dns.edns.EDEOption(6, "signature expired")])
        elif text == ".":
            response.flags |= dns.flags.AD if self.validates else 0
        else:
            self._follow(response, name, kind)
            if (raw := self.raw.get((text, dns.rdatatype.to_text(kind)))) is not None:
                rows = [dns.rdata.GenericRdata(dns.rdataclass.IN, kind, data) for data in raw]
                response.set_rcode(dns.rcode.NOERROR)
                response.answer.append(dns.rrset.from_rdata_list(name, TTL, rows))
            if checking and _within(text, self.secure):
                response.flags |= dns.flags.AD

    def _follow(self, response: dns.message.Message, name: dns.name.Name, kind: dns.rdatatype.RdataType) -> None:
        for _ in range(20):
            node = self._node(name)
            if node is None:
                response.set_rcode(dns.rcode.NXDOMAIN)
                return
            if (found := node.get_rdataset(dns.rdataclass.IN, kind)) is not None:
                response.answer.append(dns.rrset.from_rdata_list(name, TTL, list(found)))
                return
            alias = node.get_rdataset(dns.rdataclass.IN, dns.rdatatype.CNAME)
            if alias is None:
                return
            response.answer.append(dns.rrset.from_rdata_list(name, TTL, list(alias)))
            name = alias[0].target

    def _node(self, name: dns.name.Name) -> dns.node.Node | None:
        """The records of a name; an empty node where names are below it."""
        for zone in self.zones.values():
            assert zone.origin is not None
            if name.is_subdomain(zone.origin):
                node = zone.get_node(name)
                below = any(known.is_subdomain(name) for known in zone)
                return node if node is not None else dns.node.Node() if below else None
            if zone.origin.is_subdomain(name):
                return dns.node.Node()
        return None


def _within(name: str, names: set[str]) -> bool:
    return any(name == item or name.endswith("." + item) for item in names)


@contextlib.contextmanager
def name_server(**zones: str) -> Iterator[NameServer]:
    """A running name server; zones may be given by name, with "_" for ".", or added later."""
    server = NameServer()
    for origin, text in zones.items():
        server.zone(origin.replace("_", "."), text)

    class Datagram(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            data, sock = self.request
            with contextlib.suppress(dns.exception.DNSException):
                if (answer := server.answer(data, "udp")) is not None:
                    sock.sendto(answer, self.client_address)

    class Stream(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            length = int.from_bytes(self.rfile.read(2), "big")
            with contextlib.suppress(dns.exception.DNSException):
                if (answer := server.answer(self.rfile.read(length), "tcp")) is not None:
                    self.wfile.write(len(answer).to_bytes(2, "big") + answer)

    with _pair(Datagram, Stream) as (udp, tcp):
        server.port = udp.server_address[1]
        threads = [threading.Thread(target=one.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True) for one in (udp, tcp)]
        for thread in threads:
            thread.start()
        try:
            yield server
        finally:
            for one in (udp, tcp):
                one.shutdown()
            for thread in threads:
                thread.join()


@contextlib.contextmanager
def _pair(datagram: type, stream: type) -> Iterator[tuple[socketserver.UDPServer, socketserver.TCPServer]]:
    """Both on the same port: that of TCP may be taken by another."""
    for attempt in range(20):
        udp = socketserver.ThreadingUDPServer(("127.0.0.1", 0), datagram)
        try:
            tcp = socketserver.ThreadingTCPServer(("127.0.0.1", udp.server_address[1]), stream)
        except OSError:
            udp.server_close()
            if attempt == 19:
                raise
            continue
        with udp, tcp:
            udp.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
            yield udp, tcp
        return
