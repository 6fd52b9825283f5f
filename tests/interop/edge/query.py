"""Edge cases 43 to 46: queries and NOTIFY, and what two instances send."""

import os
import struct
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import dns.edns
from peer import *  # noqa


def options_and_versions_of_edns_get_an_answer():  # 44
    options = [
        dns.edns.GenericOption(10, b"12345678"),  # a cookie
        dns.edns.GenericOption(3, b""),  # NSID
        dns.edns.GenericOption(65001, b"unknown"),
        dns.edns.ECSOption("192.0.2.0", 24),
        dns.edns.GenericOption(12, b"\0" * 50),  # padding
    ]
    for each in [[option] for option in options] + [options]:
        for tcp in (False, True):
            answer = ask(query(ZONE, "SOA", use_edns=0, options=each), tcp)
            assert answer.rcode() == 0 and answer.edns == 0 and answer.flags & dns.flags.AA and answer.answer
        assert len(transfer(query(ZONE, "AXFR", use_edns=0, options=each))[1]) > 50
        assert len(transfer(query(ZONE, "IXFR", serial=CONFIG["first_serial"], use_edns=0, options=each))[1]) > 3


def another_version_of_edns_is_badvers():  # 44
    for tcp in (False, True):
        message = query(ZONE, "SOA", signed_by=None)
        message.use_edns(1)
        message.use_tsig(POOL)
        answer = ask(message, tcp)
        assert answer.rcode() == dns.rcode.BADVERS and answer.edns == 0 and not answer.answer, answer.to_text()


def a_soa_is_answered_over_udp_and_tcp_with_do_and_without():  # 44
    for tcp in (False, True):
        for want_dnssec in (False, True):
            answer = ask(query("nsec.example.", "SOA", want_dnssec=want_dnssec, payload=1232), tcp)
            assert answer.flags & dns.flags.AA and answer.answer[0].rdtype == dns.rdatatype.SOA
            assert bool(answer.ednsflags & dns.flags.DO) == want_dnssec


def a_large_soa_without_edns_is_truncated():  # 44
    large = "large-soa." + ZONE
    answer = udp(query(large, "SOA").to_wire())
    assert answer[2] & 2 and len(answer) <= 512, "TC"
    assert ask(query(large, "SOA"), tcp=True).answer
    with_edns = ask(query(large, "SOA", use_edns=0, payload=1232))
    assert with_edns.answer and not with_edns.flags & dns.flags.TC


def notify(zone, serial=None, klass="IN", signed_by=POOL):
    message = query(zone, "SOA", signed_by=None)
    message.set_opcode(dns.opcode.NOTIFY)
    message.question[0].rdclass = dns.rdataclass.from_text(klass)
    if serial is not None:
        message.answer.append(dns.rrset.from_text(zone, 0, "IN", "SOA", f". . {serial} 0 0 0 0"))
    if signed_by:
        message.use_tsig(signed_by)
    return udp(message.to_wire())


def a_notify_is_acknowledged_whatever_its_serial_and_changes_nothing():  # 45
    last = CONFIG["last_serial"]
    for serial in (None, 0, last - 1, last, last + 1, 2**32 - 1):
        answer = notify(ZONE, serial)
        assert rcode_of(answer) == 0 and answer[2] >> 3 & 15 == dns.opcode.NOTIFY and answer[2] & 0x80
    assert ask(query(ZONE, "SOA")).answer[0][0].serial == last


def a_notify_for_what_we_have_not_is_notauth():  # 45
    for zone in ("none.example.", "host." + ZONE, "example."):
        assert rcode_of(notify(zone)) == dns.rcode.NOTAUTH, zone
    assert rcode_of(notify(ZONE, klass="CH")) in (dns.rcode.NOTAUTH, dns.rcode.REFUSED)
    assert rcode_of(notify(ZONE, signed_by=None)) == dns.rcode.REFUSED


def other_counts_of_questions_are_format_errors():  # 46
    for count in (0, 2):
        message = query(ZONE, "SOA", signed_by=None)
        message.question = message.question * count
        message.use_tsig(POOL)
        wire = message.to_wire()
        for answer in (udp(wire), Tcp().send(wire).message()):
            assert rcode_of(answer) == dns.rcode.FORMERR


def a_response_is_not_answered():  # 46
    message = query(ZONE, "SOA")
    message.flags |= dns.flags.QR
    assert udp(message.to_wire(), wait=0.3) is None
    assert ask(query(ZONE, "SOA")).rcode() == 0


def other_opcodes_are_not_implemented():  # 46
    for opcode in (1, 2, 3, 5, 6, 7, 15):
        wire = bytearray(query(ZONE, "SOA", signed_by=None).to_wire())
        wire[2] = opcode << 3
        assert rcode_of(udp(bytes(wire))) == dns.rcode.NOTIMP, opcode


def the_deepest_zone_answers_and_its_parent_transfers_without_it():  # 46
    child = "child." + ZONE
    assert ask(query(child, "SOA")).answer[0].name.to_text() == child
    assert ask(query("host." + child, "A")).flags & dns.flags.AA
    assert ask(query(child, "DS")).authority[0].name.to_text() == ZONE, "DS is the parent's"
    names = {name.to_text() for name, _, rdata in transfer(query(ZONE, "AXFR"))[1]}
    assert child in names and "host." + child not in names


def axfr_of_a_name_inside_or_above_a_zone_is_refused():  # 46
    for rdtype in ("AXFR", "IXFR"):
        for name, rcode in (("host." + ZONE, dns.rcode.NOTAUTH), ("none." + ZONE, dns.rcode.NOTAUTH),
                            ("example.", dns.rcode.REFUSED), (".", dns.rcode.REFUSED)):
            message = query(name, rdtype, serial=1 if rdtype == "IXFR" else None)
            assert rcode_of(Tcp().send(message.to_wire()).message()) == rcode, (rdtype, name)


def malformed_messages_are_format_errors_or_ignored():  # 46
    good = query(ZONE, "SOA", signed_by=None).to_wire()
    for wire in (good[:-1], good[:13], good + b"\0", good[:12] + b"\xc0\x0c" + good[-4:], good[:12] + b"\x40" + good[13:]):
        assert rcode_of(udp(wire)) == dns.rcode.FORMERR, wire.hex()
    for wire in (b"", good[:5], good[:11]):
        assert udp(wire, wait=0.2) is None
    assert ask(query(ZONE, "SOA")).rcode() == 0


def two_instances_send_the_same():  # 43
    zones = CONFIG["same"]
    for zone, last in zones.items():
        both = []
        for address in (ADDRESS, CONFIG["other_address"]):
            sent = [content(transfer(query(zone, "AXFR"), address=address)[1])]
            for serial in range(1, last):
                sent.append(content(transfer(query(zone, "IXFR", serial=serial), address=address)[1]))
            both.append(sent)
        assert both[0] == both[1], zone


run(globals())
