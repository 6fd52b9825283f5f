"""Compares what a nameserver transfers with what was written; prints the differences, nothing if there are none.

compare_zone.py ADDRESS PORT ZONE [exact] [without=TYPE,...]: the written records on standard input, one per line as
"owner TTL type RDATA". Without "exact" names are compared as DNSSEC does (RFC 4034 section 6.2): some servers store
owners and the names of well-known RDATA in lower case. dnspython parses and fetches, so that our own code is no judge.
"""
import collections
import sys

import dns.name
import dns.query
import dns.rdata
import dns.rdataclass
import dns.rdatatype

address, port, zone = sys.argv[1], int(sys.argv[2]), dns.name.from_text(sys.argv[3])
exact = "exact" in sys.argv[4:]
without = {dns.rdatatype.from_text(t) for a in sys.argv[4:] if a.startswith("without=") for t in a[8:].split(",")}


def record(owner, ttl, rdata):
    wire = rdata.to_wire() if exact else rdata.to_digestable(dns.name.root)
    name = owner if exact else owner.canonicalize()
    return name.to_text(), ttl, dns.rdatatype.to_text(rdata.rdtype), wire


wanted = collections.Counter()
for line in sys.stdin:
    owner, ttl, rdtype, text = line.rstrip("\n").split(" ", 3)
    rdata = dns.rdata.from_text(dns.rdataclass.IN, rdtype, text, relativize=False)
    if rdata.rdtype not in without:
        wanted[record(dns.name.from_text(owner), int(ttl), rdata)] += 1

served = collections.Counter()
for message in dns.query.xfr(address, zone, port=port, relativize=False, timeout=20, lifetime=60):
    for rrset in message.answer:
        for rdata in rrset:
            if rrset.rdtype not in without:
                served[record(rrset.name, rrset.ttl, rdata)] += 1
for key in served:
    if key[2] == "SOA":
        served[key] -= 1  # it comes first and last

for what, difference in (("missing", wanted - served), ("not written", served - wanted)):
    for (owner, ttl, rdtype, wire), count in sorted(difference.items()):
        print(what, count, owner, ttl, rdtype, wire[:60].hex())
