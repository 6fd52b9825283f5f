"""Edge cases 1 to 12: TSIG, as dnspython computes it, on requests to mdns."""

import os
import struct
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from peer import *  # noqa


def every_message_of_a_transfer_is_signed():  # 1, 2
    messages, records = transfer(query("big.example.", "AXFR"))
    assert len(messages) > 5 and all(message.had_tsig for message in messages), len(messages)
    assert len(records) > 20_000


def a_request_out_of_time_gets_badtime_signed_with_our_time():  # 3
    for offset in (-3600, 3600):
        wire, asked = signed_at(ZONE, "SOA", time.time() + offset)
        answer = udp(wire)
        assert rcode_of(answer) == dns.rcode.NOTAUTH
        _, said = tsig_record(answer)
        assert said.error == 18 and len(said.other) == 6 and said.time_signed == asked.time_signed, said
        assert abs(int.from_bytes(said.other, "big") - time.time()) < 60
        expected, _ = dns.tsig.sign(unsigned(answer), POOL, said, said.time_signed, asked.mac)
        assert said.mac == expected.mac, "the MAC of BADTIME"


def a_wrong_secret_or_key_is_notauth_with_an_empty_mac():  # 4
    wrong = dns.tsig.Key("pool.key.", "AAAA", POOL.algorithm)
    unknown = dns.tsig.Key("unknown.key.", "AAAA", POOL.algorithm)
    for signer, error in ((wrong, 16), (unknown, 17)):
        wire, _ = signed_at(ZONE, "SOA", time.time(), signer)
        for answer in (udp(wire), Tcp().send(wire).message()):
            _, said = tsig_record(answer)
            assert (rcode_of(answer), said.error, said.mac) == (dns.rcode.NOTAUTH, error, b""), said


def the_mac_is_checked_before_the_time():  # 5
    wire, _ = signed_at(ZONE, "SOA", time.time() - 3600, dns.tsig.Key("pool.key.", "AAAA", POOL.algorithm))
    assert tsig_record(udp(wire))[1].error == 16


def a_mac_cut_too_short_is_refused():  # 6
    wire, asked = signed_at(ZONE, "SOA", time.time())
    plain = query(ZONE, "SOA", signed_by=None)
    plain.id = asked.original_id
    for size, rcode, error in ((9, 1, None), (15, 1, None), (0, 1, None)):
        answer = udp(with_tsig(plain.to_wire(), asked.replace(mac=asked.mac[:size])))
        assert rcode_of(answer) == rcode, (size, answer.hex())
    for size in (16, 20, 31):
        answer = udp(with_tsig(plain.to_wire(), asked.replace(mac=asked.mac[:size])))
        assert rcode_of(answer) in (0, 9), (size, answer.hex())
        if rcode_of(answer) == 9:
            assert tsig_record(answer)[1].error == 22, "BADTRUNC"


def an_error_in_the_request_is_refused_and_a_changed_id_is_not():  # 7
    wire, _ = signed_at(ZONE, "SOA", time.time(), error=16)
    assert rcode_of(udp(wire)) == dns.rcode.FORMERR
    wire, asked = signed_at(ZONE, "SOA", time.time())
    answer = udp(struct.pack("!H", asked.original_id ^ 0x5555) + wire[2:])
    assert rcode_of(answer) == 0 and struct.unpack("!H", answer[:2])[0] == asked.original_id ^ 0x5555


def another_pools_key_learns_nothing():  # 8
    stranger = key("stranger.key.")
    for rdtype in ("SOA", "AXFR", "IXFR", "A", "NS", "ANY", "DNSKEY"):
        answers = []
        for name in (ZONE, "host." + ZONE, "none.example.", "host.none.example."):
            message = query(name, rdtype, stranger, serial=1 if rdtype == "IXFR" else None)
            answer = ask(message, tcp=True)
            counts = [len(section) for section in answer.sections]
            answers.append((answer.rcode(), counts, answer.flags, [str(option) for option in answer.options]))
        assert all(answer == answers[0] for answer in answers), (rdtype, answers)
        assert answers[0][0] == dns.rcode.REFUSED, answers[0]
    for name in (ZONE, "none.example."):
        notify = query(name, "SOA", stranger)
        notify.set_opcode(dns.opcode.NOTIFY)
        notify.use_tsig(stranger)
        assert ask(notify).rcode() == dns.rcode.NOTAUTH


def key_names_have_no_case_and_md5_is_unknown():  # 9
    loud = dns.tsig.Key("POOL.Key.", POOL.secret, POOL.algorithm)
    wire, _ = signed_at(ZONE, "SOA", time.time(), loud)
    assert rcode_of(udp(wire)) == 0
    for algorithm in ("hmac-md5.sig-alg.reg.int.",):
        wire, _ = signed_at(ZONE, "SOA", time.time(), dns.tsig.Key("pool.key.", POOL.secret, algorithm))
        assert tsig_record(udp(wire))[1].error == 17


def two_tsig_or_one_that_is_not_last_is_a_format_error():  # 10
    wire, asked = signed_at(ZONE, "SOA", time.time())
    assert rcode_of(udp(with_tsig(wire, asked))) == dns.rcode.FORMERR
    opt = b"\0" + struct.pack("!HHIH", 41, 1232, 0, 0)
    behind = wire[:10] + struct.pack("!H", 2) + wire[12:] + opt
    assert rcode_of(udp(behind)) == dns.rcode.FORMERR


def a_signed_soa_query_by_udp_gets_a_signed_answer():  # 11
    answer = ask(query(ZONE, "SOA"))
    assert answer.had_tsig and answer.answer[0][0].rdtype == dns.rdatatype.SOA


def a_signed_notify_gets_a_signed_answer():  # 12
    notify = query(ZONE, "SOA")
    notify.set_opcode(dns.opcode.NOTIFY)
    notify.flags |= dns.flags.AA
    notify.use_tsig(POOL)
    answer = ask(notify)
    assert answer.had_tsig and answer.opcode() == dns.opcode.NOTIFY and answer.rcode() == 0


run(globals())
