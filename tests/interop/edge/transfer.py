"""Edge cases 13 to 38: serials, IXFR, AXFR and what happens around a transfer."""

import json
import os
import select
import socket
import struct
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from peer import *  # noqa

FIRST, LAST = CONFIG["first_serial"], CONFIG["last_serial"]


def serials(records):
    return [rdata.serial for _, _, rdata in records if rdata.rdtype == dns.rdatatype.SOA]


def ixfr(serial, zone=ZONE, **options):
    return transfer(query(zone, "IXFR", serial=serial, **options))[1]


def axfr(zone=ZONE, signer=POOL):
    return transfer(query(zone, "AXFR", signer))[1]


def a_serial_at_half_the_range_gets_the_zone():  # 13
    assert serials(ixfr((LAST + 2**31) % 2**32)) == [LAST, LAST]


def a_client_that_is_ahead_gets_the_soa_only():  # 14
    for serial in (LAST + 1, LAST + 2**31 - 1):
        records = ixfr(serial)
        assert len(records) == 1 and serials(records) == [LAST], serial


def the_same_serial_gets_one_soa():  # 17
    assert len(ixfr(LAST)) == 1


def an_unknown_serial_gets_the_zone_under_the_question_ixfr():  # 18
    message = query(ZONE, "IXFR", serial=FIRST - 50)
    messages, records = transfer(message)
    assert content(records) == content(axfr())
    assert all(part.question[0].rdtype == dns.rdatatype.IXFR for part in messages)


def by_udp_a_difference_that_fits_comes_else_the_soa():  # 19
    small = ask(query(ZONE, "IXFR", serial=LAST - 1))
    assert len(small.answer) > 3 and not small.flags & dns.flags.TC
    large = ask(query("big.example.", "IXFR", serial=1))
    assert len(large.answer) == 1 and not large.flags & dns.flags.TC


def every_difference_gives_what_axfr_gives():  # 20, 21, 22, 23
    now = sorted(content(axfr()))
    for serial in range(FIRST, LAST):
        difference = ixfr(serial)
        assert serials(difference) == [LAST, serial, LAST, LAST], serials(difference)
        have = [tuple(bytes.fromhex(f) if isinstance(f, str) else f for f in record) for record in versions()[serial]]
        soas = 0
        for name, ttl, rdata in difference[1:-1]:
            record = (name.to_wire(), ttl, rdata.rdtype, rdata.to_wire())
            soas += rdata.rdtype == dns.rdatatype.SOA
            assert (record in have) == (soas == 1), (serial, record)
            (have.remove if soas == 1 else have.append)(record)
        assert sorted(have) == now, serial


def remember():
    """No check: writes down what AXFR gives now, for every_difference_gives_what_axfr_gives."""
    records = axfr()
    with open(CONFIG["versions"], "a") as file:
        file.write(json.dumps({serials(records)[0]: [
            [f.hex() if isinstance(f, bytes) else f for f in record] for record in content(records)]}) + "\n")


def versions():
    result = {}
    with open(CONFIG["versions"]) as file:
        for line in file:
            result.update({int(serial): zone for serial, zone in json.loads(line).items()})
    return result


def what_came_and_went_is_in_no_difference():  # 21
    assert not [name for name, _, _ in ixfr(FIRST) if name.to_text().startswith("passing.")]


def a_ttl_alone_replaces_the_whole_rrset():  # 22
    records = [(ttl, rdata.to_text()) for name, ttl, rdata in ixfr(FIRST) if name.to_text() == "pair." + ZONE]
    assert sorted(records) == [(60, "192.0.2.11"), (60, "192.0.2.12"), (300, "192.0.2.11"), (300, "192.0.2.12")], records


def the_old_soa_is_sent_as_it_was():  # 23
    old = [rdata for _, _, rdata in ixfr(FIRST) if rdata.rdtype == dns.rdatatype.SOA]
    assert (old[0].refresh, old[1].refresh) == (7200, 3600), old


def signing_and_unsigning_are_sent_as_the_zone():  # 24
    for zone in ("signing.example.", "unsigning.example.", "resalting.example."):
        assert serials(ixfr(1, zone)) == [2, 2], zone


def a_difference_above_half_the_zone_is_sent_as_the_zone():  # 25
    assert serials(ixfr(1, "rewritten.example.")) == [2, 2]


def an_ixfr_without_exactly_the_clients_soa_is_a_format_error():  # 26
    none = query(ZONE, "IXFR")
    two = query(ZONE, "IXFR", signed_by=None, serial=FIRST)
    two.authority.append(dns.rrset.from_text(ZONE, 0, "IN", "SOA", f". . {LAST} 0 0 0 0"))
    two.use_tsig(POOL)
    other = query(ZONE, "IXFR", signed_by=None)
    other.authority.append(dns.rrset.from_text("host." + ZONE, 0, "IN", "SOA", ". . 1 0 0 0 0"))
    other.use_tsig(POOL)
    oversized = query(ZONE, "IXFR", signed_by=None)
    rdata = dns.rdata.GenericRdata(1, 6, b"\0" * 23 + b"\0" * 500)
    oversized.authority.append(dns.rrset.from_rdata(ZONE, 0, rdata))
    oversized.use_tsig(POOL)
    for message in (none, two, other, oversized):
        wire = message.to_wire()
        for answer in (udp(wire), Tcp().send(wire).message()):
            assert rcode_of(answer) == dns.rcode.FORMERR, answer.hex()


def a_good_ixfr_is_never_answered_with_an_error():  # 27
    for serial in (0, 1, FIRST, LAST - 1, LAST, LAST + 1, 2**31, 2**32 - 1):
        for options in ({}, {"use_edns": 0}, {"use_edns": 0, "payload": 512, "want_dnssec": True}):
            for name in (ZONE, ZONE.upper()):
                message = query(name, "IXFR", serial=serial, **options)
                assert transfer(message)[1] and ask(message).rcode() == 0
    full = query(ZONE, "IXFR", signed_by=None)
    full.authority.append(axfr_soa())
    full.use_tsig(POOL)
    assert ask(full).rcode() == 0


def axfr_soa():
    name, ttl, rdata = axfr()[0]
    return dns.rrset.from_rdata(name, ttl, rdata)


def an_empty_zone_and_a_ttl_of_zero_are_sent():  # 28
    records = axfr("empty.example.")
    assert [rdata.rdtype for _, _, rdata in records] == [6, 2, 2, 6]
    assert [ttl for name, ttl, _ in axfr() if name.to_text() == "zerottl." + ZONE] == [0]


def rdata_names(wire):
    """For each record: its type, and whether a compression pointer stands in its RDATA; checks all pointers."""
    def skip(at):
        start = at
        while wire[at] and wire[at] < 0xC0:
            at += 1 + wire[at]
        if wire[at] >= 0xC0:
            target = struct.unpack("!H", wire[at:at + 2])[0] & 0x3FFF
            assert target < start, "a pointer forward"
            return at + 2, True
        return at + 1, False

    at = 12
    for _ in range(struct.unpack("!H", wire[4:6])[0]):
        at = skip(at)[0] + 4
    for _ in range(struct.unpack("!H", wire[6:8])[0]):
        at, _ = skip(at)
        rdtype, _, _, length = struct.unpack("!HHIH", wire[at:at + 10])
        at += 10
        start = {33: 6, 15: 2, 64: 2, 65: 2, 46: 18, 36: 2, 18: 2, 21: 2, 39: 0, 47: 0, 2: 0, 5: 0, 12: 0}.get(rdtype)
        yield rdtype, start is not None and skip(at + start)[1]
        at += length


def only_names_that_rfc_1035_knew_are_compressed():  # 30
    seen = {}
    for zone, count in ((ZONE, 1), ("nsec.example.", 1), ("big.example.", 20)):  # messages to look at
        connection = Tcp().send(query(zone, "AXFR").to_wire())
        for _ in range(count):
            for rdtype, compressed in rdata_names(connection.message()):
                seen[rdtype] = seen.get(rdtype, False) or compressed
        connection.socket.close()
    assert seen[15], "MX may be"
    wrong = {rdtype for rdtype, compressed in seen.items() if compressed} - {2, 5, 6, 7, 8, 9, 12, 14, 15}
    assert not wrong and {33, 39, 46, 47, 64} <= set(seen), (wrong, seen)


def the_root_zone_is_served_with_a_key_of_its_own():  # 32
    records = axfr(".", key("root.key."))
    assert records[0][0] == dns.name.root and len(records) == 5, records
    assert ask(query("host.", "A", key("root.key."))).rcode() == 0
    assert ask(query("edge.example.", "SOA", key("root.key."))).rcode() == dns.rcode.NXDOMAIN


def another_class_is_refused():  # 36
    for klass in ("CH", "HS", "ANY", "NONE"):
        for rdtype in ("SOA", "AXFR"):
            message = query(ZONE, rdtype, signed_by=None)
            message.question[0].rdclass = dns.rdataclass.from_text(klass)
            message.use_tsig(POOL)
            assert rcode_of(Tcp().send(message.to_wire()).message()) in (dns.rcode.REFUSED, dns.rcode.NOTAUTH), klass


def two_transfers_on_one_connection_are_whole():  # 38
    one, other = query("big.example.", "AXFR"), query(ZONE, "AXFR")
    connection = Tcp().send(one.to_wire(), other.to_wire())
    parts = {one.id: [], other.id: []}
    while any(not is_whole(records, 252) for records in parts.values()):
        wire = connection.message()
        assert wire is not None
        part = dns.message.from_wire(unsigned(wire), one_rr_per_rrset=True, xfr=True)
        parts[part.id] += [(rrset.name, rrset.ttl, rrset[0]) for rrset in part.answer]
    assert len(parts[one.id]) > 20_000 and content(parts[other.id]) == content(axfr())


def a_client_that_closes_its_writing_half_gets_all():  # 38
    message = query("big.example.", "AXFR")
    connection = Tcp().send(message.to_wire())
    connection.socket.shutdown(socket.SHUT_WR)
    assert len(transfer(message, connection)[1]) > 20_000


def resets_in_mid_transfer_harm_nobody():  # 38
    for _ in range(30):
        connection = Tcp().send(query("big.example.", "AXFR").to_wire())
        connection.octets(100)
        connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.socket.close()
    assert len(axfr("big.example.")) > 20_000


def begin_slowly(zone):
    """The connection of a transfer of which one message was read, when the test has been told so."""
    message = query(zone, "AXFR")
    connection = Tcp(receive_buffer=4096).send(message.to_wire())
    first = connection.message()
    with open(CONFIG["begun"], "w") as file:
        file.write(zone)
    return connection, first


def rest_of(connection, first):
    records = []
    wire = first
    while not is_whole(records, 252):
        if wire is None:
            return None
        part = dns.message.from_wire(unsigned(wire), one_rr_per_rrset=True, xfr=True)
        records += [(rrset.name, rrset.ttl, rrset[0]) for rrset in part.answer]
        if not is_whole(records, 252):
            wire = connection.message()
    return records


def until(condition):
    end = time.monotonic() + WAIT
    while not condition():
        assert time.monotonic() < end, "waited too long"
        select.select([], [], [], 0.02)


def a_transfer_goes_on_with_its_version_when_the_zone_changes():  # 37
    connection, first = begin_slowly("changing.example.")
    until(lambda: ask(query("changing.example.", "SOA")).answer[0][0].serial == 3)
    records = rest_of(connection, first)
    assert serials(records) == [2, 2] and len(records) > 50_000
    assert "added" not in {name.labels[0].decode() for name, _, _ in records}


def a_transfer_of_a_zone_that_is_deleted_is_whole_or_cut():  # 37
    connection, first = begin_slowly("deleted.example.")
    until(lambda: ask(query("deleted.example.", "SOA")).rcode() == dns.rcode.REFUSED)
    records = rest_of(connection, first)
    assert records is None or serials(records) == [2, 2] and len(records) > 50_000


def many_who_read_nothing_leave_room_for_one_who_does():  # 38
    lazy = [Tcp().send(query("big.example.", "AXFR").to_wire()) for _ in range(8)]
    assert content(axfr()) and lazy


run(globals())
