"""What the edge-case checks share: a peer of mdns, made of dnspython and plain sockets. docs/interop.md lists them."""

import json
import socket
import struct
import sys

import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import dns.tsig
import dns.wire
from dns.rdtypes.ANY.TSIG import TSIG

CONFIG = json.loads(sys.stdin.read())
ADDRESS, PORT = CONFIG["address"], CONFIG["port"]
ZONE = "edge.example."
WAIT = 20


def key(name="pool.key."):
    entry = CONFIG["keys"][name]
    return dns.tsig.Key(name, entry["secret"], entry["algorithm"])


POOL = key()


def query(name, rdtype, signed_by=POOL, serial=None, **options):
    message = dns.message.make_query(name, rdtype, **options)
    message.flags &= ~dns.flags.RD
    if serial is not None:
        message.authority.append(dns.rrset.from_text(name, 0, "IN", "SOA", f". . {serial} 0 0 0 0"))
    if signed_by:
        message.use_tsig(signed_by)
    return message


def udp(wire, wait=WAIT):
    """The answer's octets; None if there was none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.settimeout(wait)
        peer.sendto(wire, (ADDRESS, PORT))
        try:
            return peer.recv(65535)
        except TimeoutError:
            return None


class Tcp:
    def __init__(self, address=None, receive_buffer=None):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(WAIT)
        self.socket.connect((address or ADDRESS, PORT))

    def send(self, *wires):
        self.socket.sendall(b"".join(struct.pack("!H", len(wire)) + wire for wire in wires))
        return self

    def octets(self, count):
        data = b""
        while len(data) < count:
            part = self.socket.recv(count - len(data))
            if not part:
                return None
            data += part
        return data

    def message(self):
        """The next message's octets; None at the end of the stream."""
        length = self.octets(2)
        return self.octets(struct.unpack("!H", length)[0]) if length else None


def ask(message, tcp=False):
    """Sends a message and parses the answer, whose TSIG dnspython verifies."""
    wire = message.to_wire()
    answer = Tcp().send(wire).message() if tcp else udp(wire)
    assert answer is not None, "no answer"
    return dns.message.from_wire(answer, keyring=message.keyring, request_mac=message.mac, one_rr_per_rrset=True)


def rcode_of(wire):
    return wire[3] & 15


def transfer(message, connection=None, address=None):
    """All messages of an answer to AXFR or IXFR, each verified; ends as RFC 5936 and RFC 1995 say."""
    connection = connection or Tcp(address).send(message.to_wire())
    context, messages, records = None, [], []
    while not is_whole(records, message.question[0].rdtype):
        wire = connection.message()
        assert wire is not None, f"closed after {len(records)} records"
        part = dns.message.from_wire(
            wire, keyring=message.keyring, request_mac=message.mac, xfr=True, tsig_ctx=context, multi=True,
            one_rr_per_rrset=True)
        assert part.rcode() == 0, dns.rcode.to_text(part.rcode())
        context = part.tsig_ctx
        messages.append(part)
        records += [(rrset.name, rrset.ttl, rrset[0]) for rrset in part.answer]
    return messages, records


def is_whole(records, rdtype):
    soas = [(i, rdata.serial) for i, (_, _, rdata) in enumerate(records) if rdata.rdtype == dns.rdatatype.SOA]
    if not soas:
        return False
    if rdtype == dns.rdatatype.IXFR and (len(records) == 1 or soas[1:2] and soas[1][0] == 1):
        if len(records) == 1:
            return True  # up to date; mdns never begins a difference with a lone SOA
        return len(soas) >= 4 and len(soas) % 2 == 0 and soas[-1] == (len(records) - 1, soas[0][1])
    return len(soas) == 2


def content(records):
    """Without the closing SOA, in the order as sent, exact octets."""
    return [(name.to_wire(), ttl, rdata.rdtype, rdata.to_wire()) for name, ttl, rdata in records[:-1]]


def tsig_record(wire):
    """The TSIG at the end of a message: where it starts, and its RDATA."""
    parser = dns.wire.Parser(wire)
    counts = struct.unpack("!HHHH", wire[4:12])
    parser.seek(12)
    for _ in range(counts[0]):
        parser.get_name()
        parser.seek(parser.current + 4)
    start = None
    for _ in range(sum(counts[1:])):
        start = parser.current
        parser.get_name()
        rdtype, rdclass, _, length = parser.get_struct("!HHIH")
        at = parser.current
        parser.seek(at + length)
    assert start is not None and rdtype == dns.rdatatype.TSIG, "no TSIG at the end"
    return start, dns.rdata.from_wire(rdclass, rdtype, wire, at, length)


def unsigned(wire):
    """A signed message without its TSIG, for who doesn't verify."""
    start, _ = tsig_record(wire)
    return wire[:10] + struct.pack("!H", struct.unpack("!H", wire[10:12])[0] - 1) + wire[12:start]


def with_tsig(wire, tsig, owner="pool.key."):
    """The unsigned message with that TSIG record behind it."""
    rdata = tsig.to_wire()
    record = dns.name.from_text(owner).to_wire() + struct.pack("!HHIH", 250, 255, 0, len(rdata)) + rdata
    counts = struct.unpack("!H", wire[10:12])[0] + 1
    return wire[:10] + struct.pack("!H", counts) + wire[12:] + record


def signed_at(name, rdtype, when, signer=POOL, **changes):
    """A request signed at another time, or with changed TSIG fields: the octets and the TSIG."""
    message = query(name, rdtype, signed_by=None)
    wire = message.to_wire()
    template = TSIG(dns.rdataclass.ANY, dns.rdatatype.TSIG, signer.algorithm, int(when), 300, b"", message.id, 0, b"")
    signed, _ = dns.tsig.sign(wire, signer, template, int(when))
    return with_tsig(wire, signed.replace(**changes) if changes else signed, signer.name.to_text()), signed


def run(checks):
    """Runs the check that the command line names; says what is wrong by an exception."""
    checks[sys.argv[1]]()
    print("ok")
