"""dnspython as a judge of our TSIG: makes signed messages, and checks ours.

Usage: tsig_oracle.py COMMAND KEY-NAME ALGORITHM SECRET-BASE64 [...]
Messages are in hexadecimal, one per line, on standard input and output.

request          makes a signed request
answer COUNT GAP reads a request, checks it, makes COUNT signed messages with GAP unsigned ones between any two
check            reads a request and the messages of its answer; prints "ok", or what is wrong
error            reads a request and an answer that says that the request's TSIG failed; prints its TSIG error, and
                 "signed" if dnspython makes the same MAC
"""

import sys

import dns.exception
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.tsig


def signed_request(key):
    query = dns.message.make_query("example.org.", "AXFR")
    query.use_tsig(key)
    return query.to_wire()


def make_answers(request_wire, key, count, gap):
    request = dns.message.from_wire(request_wire, keyring=key)
    context = None
    wires = []
    for i in range(count):
        for _ in range(gap if i > 0 else 0):
            wire = dns.message.make_response(request)
            wire.tsig = None
            wire = wire.to_wire()
            context.update(wire)
            wires.append(wire)
        answer = dns.message.make_response(request)
        answer.use_tsig(key)
        answer.request_mac = request.mac
        wires.append(answer.to_wire(multi=True, tsig_ctx=context))
        context = answer.tsig_ctx
    return wires


def check(request_wire, answer_wires, key):
    try:
        request = dns.message.from_wire(request_wire, keyring=key)
        context = None
        for wire in answer_wires:
            answer = dns.message.from_wire(
                wire, keyring=key, request_mac=request.mac, xfr=True, tsig_ctx=context, multi=True
            )
            context = answer.tsig_ctx
            if not answer.had_tsig:
                return "a message is not signed"
        return "ok"
    except dns.exception.DNSException as error:
        return f"{type(error).__name__}: {error}"


def last_record(wire):
    """The TSIG record at the end of a message whose only other part is one question: its start and its RDATA.

    Read without dns.message, which refuses errors and wrong times before it gives anything back."""
    parser = dns.wire.Parser(wire)
    parser.seek(12)
    parser.get_name()
    parser.seek(parser.current + 4)
    start = parser.current
    parser.get_name()
    rdtype, rdclass, _, length = parser.get_struct("!HHIH")
    assert rdtype == dns.rdatatype.TSIG
    return start, dns.rdata.from_wire(rdclass, rdtype, wire, parser.current, length)


def describe_error(request_wire, answer_wire, key):
    _, asked = last_record(request_wire)
    start, said = last_record(answer_wire)
    text = dns.rcode.to_text(said.error, tsig=True)
    plain = bytearray(answer_wire[:start])
    plain[11] -= 1
    expected, _ = dns.tsig.sign(bytes(plain), key, said, said.time_signed, asked.mac)
    if said.mac:
        text += " signed" if said.mac == expected.mac else " signed wrongly"
    return text


def main():
    command, name, algorithm, secret = sys.argv[1:5]
    key = dns.tsig.Key(name, secret, algorithm)
    lines = [bytes.fromhex(line) for line in sys.stdin.read().split()]
    if command == "request":
        print(signed_request(key).hex())
    elif command == "answer":
        for wire in make_answers(lines[0], key, int(sys.argv[5]), int(sys.argv[6])):
            print(wire.hex())
    elif command == "check":
        print(check(lines[0], lines[1:], key))
    elif command == "error":
        print(describe_error(lines[0], lines[1], key))
    else:
        sys.exit(f"unknown command {command}")


main()
