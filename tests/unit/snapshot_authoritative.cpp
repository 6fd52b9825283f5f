#include "dns/snapshot/authoritative.hpp"
#include "dns/text/rdata_text.hpp"
#include "tests/unit/snapshot_support.hpp"

#include <gtest/gtest.h>

#include <map>
#include <sstream>
#include <string>

namespace minidns::dns::test {
namespace {

/// Owner relative to the apex (`@`), type, RDATA. TTL 3600; the SOA's MINIMUM is 300.
constexpr const char* zone_text = R"(
@           NS     ns1.example.org.
@           NS     ns.sub.example.org.
@           NS     ns.elsewhere.net.
@           MX     10 mail.example.org.
@           A      192.0.2.1
ns1         A      192.0.2.53
ns1         AAAA   2001:db8::53
mail        A      192.0.2.25
MiXed       TXT    "case"
alias       CNAME  mail.example.org.
far         CNAME  www.example.net.
chain1      CNAME  chain2.example.org.
chain2      CNAME  alias.example.org.
dangling    CNAME  nothing.here.example.org.
loop1       CNAME  loop2.example.org.
loop2       CNAME  loop1.example.org.
self        CNAME  self.example.org.
intosub     CNAME  host.sub.example.org.
nodata      CNAME  mail.example.org.
a.ent       A      192.0.2.2
*.wild      TXT    "wild"
*.wild      MX     5 mail.example.org.
host.wild   A      192.0.2.3
sub.ent.wild A     192.0.2.4
*.cwild     CNAME  mail.example.org.
a.*.entwild A      192.0.2.5
sub         NS     ns.sub.example.org.
sub         NS     ns1.example.org.
sub         NS     ns.glue.example.org.
sub         DS     12345 13 2 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
ns.sub      A      198.51.100.1
ns.sub      AAAA   2001:db8:1::1
deep.cut.sub A     198.51.100.9
glue        NS     ns.glue.example.org.
ns.glue     A      198.51.100.2
dname       DNAME  target.example.org.
dname       A      192.0.2.6
occluded.dname A   192.0.2.7
x.target    A      192.0.2.8
out         DNAME  other.example.net.
dloop       DNAME  dloop.dloop.example.org.
_sip._tcp   SRV    0 5 5060 mail.example.org.
_bad._tcp   SRV    0 5 5060 ns.sub.example.org.
)";

Content zone() {
  const Name apex = name("example.org.");
  Content content{apex, soa(apex, 7), {}};
  std::map<Content::Key, RRset> sets;
  std::istringstream lines(zone_text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    std::string owner, type, data;
    if (!(fields >> owner >> type)) {
      continue;
    }
    std::getline(fields >> std::ws, data);
    const Name full = owner == "@" ? apex : name(owner + ".example.org.");
    const RRType rr_type = RRType::from_text(type).value();
    const Content::Key key{OwnerKey::of(full, apex), rr_type.value()};
    auto at = content.rrsets.find(key);
    if (at == content.rrsets.end()) {
      at = content.rrsets.emplace(key, rrset(full, rr_type, {})).first;
    }
    at->second.rdata.push_back(rdata_from_text(rr_type, data).value());
  }
  return content;
}

/// `owner/TYPE` of each RRset, with the case of the owner.
std::string shown(const std::vector<RRset>& section) {
  std::string text;
  for (const auto& rrset : section) {
    text += (text.empty() ? "" : " ") + rrset.owner.to_text() + "/" + rrset.type.to_text();
  }
  return text;
}

struct Case {
  const char* reason;
  const char* qname;
  const char* qtype;
  Rcode rcode;
  bool aa;
  const char* answer;
  const char* authority = "";
  const char* additional = "";
};

constexpr const char* negative = "example.org./SOA";
constexpr const char* sub_glue =
    "ns.sub.example.org./A ns.sub.example.org./AAAA ns.glue.example.org./A ns1.example.org./A ns1.example.org./AAAA";

constexpr Case cases[] = {
    // Positive
    {"apex SOA", "example.org.", "SOA", Rcode::noerror, true, "example.org./SOA"},
    {"apex NS with addresses, glue too", "example.org.", "NS", Rcode::noerror, true, "example.org./NS", "",
     "ns.sub.example.org./A ns.sub.example.org./AAAA ns1.example.org./A ns1.example.org./AAAA"},
    {"MX with its exchanger's address", "example.org.", "MX", Rcode::noerror, true, "example.org./MX", "",
     "mail.example.org./A"},
    {"SRV likewise", "_sip._tcp.example.org.", "SRV", Rcode::noerror, true, "_sip._tcp.example.org./SRV", "",
     "mail.example.org./A"},
    {"an address below a cut isn't ours to give", "_bad._tcp.example.org.", "SRV", Rcode::noerror, true,
     "_bad._tcp.example.org./SRV"},
    {"found without case, shown with the zone's (RFC 4343 §4.1)", "mIXED.example.ORG.", "TXT", Rcode::noerror, true,
     "MiXed.example.org./TXT"},
    // ANY (RFC 8482 §4.1)
    {"ANY gets one RRset", "ns1.example.org.", "ANY", Rcode::noerror, true, "ns1.example.org./A"},
    {"ANY at the apex", "example.org.", "ANY", Rcode::noerror, true, "example.org./SOA"},
    {"ANY of an alias is the alias", "alias.example.org.", "ANY", Rcode::noerror, true, "alias.example.org./CNAME"},
    {"ANY of an empty non-terminal", "ent.example.org.", "ANY", Rcode::noerror, true, "", negative},
    {"ANY of what isn't there", "none.example.org.", "ANY", Rcode::nxdomain, true, "", negative},
    // Negative
    {"no such name", "none.example.org.", "A", Rcode::nxdomain, true, "", negative},
    {"no such type", "mail.example.org.", "AAAA", Rcode::noerror, true, "", negative},
    {"empty non-terminal (RFC 4592 §2.2.2)", "ent.example.org.", "A", Rcode::noerror, true, "", negative},
    {"below a name without children", "a.b.mail.example.org.", "A", Rcode::nxdomain, true, "", negative},
    {"a longer label is another name", "mails.example.org.", "A", Rcode::nxdomain, true, "", negative},
    // Aliases
    {"alias in the zone", "alias.example.org.", "A", Rcode::noerror, true,
     "alias.example.org./CNAME mail.example.org./A"},
    {"CNAME asked for isn't followed", "alias.example.org.", "CNAME", Rcode::noerror, true, "alias.example.org./CNAME"},
    {"chain", "chain1.example.org.", "A", Rcode::noerror, true,
     "chain1.example.org./CNAME chain2.example.org./CNAME alias.example.org./CNAME mail.example.org./A"},
    {"out of the zone", "far.example.org.", "A", Rcode::noerror, true, "far.example.org./CNAME"},
    {"to nothing: RCODE of the last name (RFC 6604 §3)", "dangling.example.org.", "A", Rcode::nxdomain, true,
     "dangling.example.org./CNAME", negative},
    {"to a name without the type", "nodata.example.org.", "AAAA", Rcode::noerror, true, "nodata.example.org./CNAME",
     negative},
    {"loop of two", "loop1.example.org.", "A", Rcode::noerror, true,
     "loop1.example.org./CNAME loop2.example.org./CNAME"},
    {"loop of one", "self.example.org.", "A", Rcode::noerror, true, "self.example.org./CNAME"},
    {"into a delegation: AA is of the first name (RFC 6604 §2)", "intosub.example.org.", "A", Rcode::noerror, true,
     "intosub.example.org./CNAME", "sub.example.org./NS", sub_glue},
    // Wildcards (RFC 4592)
    {"wildcard", "any.wild.example.org.", "TXT", Rcode::noerror, true, "any.wild.example.org./TXT"},
    {"wildcard over several labels", "a.b.wild.example.org.", "TXT", Rcode::noerror, true, "a.b.wild.example.org./TXT"},
    {"the name as asked", "AnY.wild.example.org.", "TXT", Rcode::noerror, true, "AnY.wild.example.org./TXT"},
    {"additional of a wildcard's answer", "any.wild.example.org.", "MX", Rcode::noerror, true,
     "any.wild.example.org./MX", "", "mail.example.org./A"},
    {"wildcard without the type", "any.wild.example.org.", "A", Rcode::noerror, true, "", negative},
    {"the wildcard itself", "*.wild.example.org.", "TXT", Rcode::noerror, true, "*.wild.example.org./TXT"},
    {"not for a name that exists", "host.wild.example.org.", "TXT", Rcode::noerror, true, "", negative},
    {"not for an empty non-terminal", "ent.wild.example.org.", "TXT", Rcode::noerror, true, "", negative},
    {"not below a name that exists", "x.host.wild.example.org.", "TXT", Rcode::nxdomain, true, "", negative},
    {"not below an empty non-terminal", "x.ent.wild.example.org.", "TXT", Rcode::nxdomain, true, "", negative},
    {"wildcard alias", "x.cwild.example.org.", "A", Rcode::noerror, true,
     "x.cwild.example.org./CNAME mail.example.org./A"},
    {"ANY by wildcard", "x.cwild.example.org.", "ANY", Rcode::noerror, true, "x.cwild.example.org./CNAME"},
    {"a wildcard that is an empty non-terminal", "x.entwild.example.org.", "A", Rcode::noerror, true, "", negative},
    // Delegations
    {"at a cut", "sub.example.org.", "A", Rcode::noerror, false, "", "sub.example.org./NS", sub_glue},
    {"NS of a cut are the child's", "sub.example.org.", "NS", Rcode::noerror, false, "", "sub.example.org./NS",
     sub_glue},
    {"below a cut", "no.such.sub.example.org.", "A", Rcode::noerror, false, "", "sub.example.org./NS", sub_glue},
    {"occluded data", "deep.cut.sub.example.org.", "A", Rcode::noerror, false, "", "sub.example.org./NS", sub_glue},
    {"glue asked for is a referral", "ns.glue.example.org.", "A", Rcode::noerror, false, "", "glue.example.org./NS",
     "ns.glue.example.org./A"},
    {"DS of a cut is ours (RFC 4035 §3.1.4.1)", "sub.example.org.", "DS", Rcode::noerror, true, "sub.example.org./DS"},
    {"DS of an unsigned cut", "glue.example.org.", "DS", Rcode::noerror, true, "", negative},
    {"DS below a cut is the child's", "x.sub.example.org.", "DS", Rcode::noerror, false, "", "sub.example.org./NS",
     sub_glue},
    {"DS of our own apex", "example.org.", "DS", Rcode::noerror, true, "", negative},
    // DNAME (RFC 6672)
    {"DNAME in the zone", "x.dname.example.org.", "A", Rcode::noerror, true,
     "dname.example.org./DNAME x.dname.example.org./CNAME x.target.example.org./A"},
    {"the owner itself isn't redirected (§2.3)", "dname.example.org.", "A", Rcode::noerror, true,
     "dname.example.org./A"},
    {"DNAME asked for at its owner", "dname.example.org.", "DNAME", Rcode::noerror, true, "dname.example.org./DNAME"},
    {"names below are occluded", "occluded.dname.example.org.", "A", Rcode::nxdomain, true,
     "dname.example.org./DNAME occluded.dname.example.org./CNAME", negative},
    {"the CNAME it makes, asked for", "x.dname.example.org.", "CNAME", Rcode::noerror, true,
     "dname.example.org./DNAME x.dname.example.org./CNAME"},
    {"out of the zone", "a.b.out.example.org.", "A", Rcode::noerror, true,
     "out.example.org./DNAME a.b.out.example.org./CNAME"},
};

TEST(AuthoritativeAnswer, IsWhatTheRfcsSay) {
  const Snapshot snapshot = build(zone());
  for (const auto& row : cases) {
    SCOPED_TRACE(std::string(row.reason) + ": " + row.qname + " " + row.qtype);
    const auto answer = answer_authoritatively(*snapshot, name(row.qname), RRType::from_text(row.qtype).value());
    EXPECT_EQ(answer.rcode, row.rcode);
    EXPECT_EQ(answer.aa, row.aa);
    EXPECT_EQ(shown(answer.answer), row.answer);
    EXPECT_EQ(shown(answer.authority), row.authority);
    EXPECT_EQ(shown(answer.additional), row.additional);
    EXPECT_EQ(answer.is_referral, !answer.authority.empty() && answer.authority[0].type == RRType::ns);
  }
}

TEST(AuthoritativeAnswer, LimitsTheTtlOfANegativeAnswer) {
  Content content = zone();
  content.soa.ttl = Ttl::from_wire(3600);
  EXPECT_EQ(answer_authoritatively(*build(content), name("none.example.org."), RRType::a).authority[0].ttl,
            Ttl::from_wire(300));
  content.soa.ttl = Ttl::from_wire(60);
  EXPECT_EQ(answer_authoritatively(*build(content), name("none.example.org."), RRType::a).authority[0].ttl,
            Ttl::from_wire(60));
}

TEST(AuthoritativeAnswer, MakesTheCnameOfADnameWithItsTtlAndTarget) {
  const auto answer = answer_authoritatively(*build(zone()), name("a.b.out.example.org."), RRType::a);
  ASSERT_EQ(answer.answer.size(), 2U);
  EXPECT_EQ(answer.answer[1].ttl, Ttl::from_wire(3600));
  EXPECT_EQ(answer.answer[1].rdata, std::vector{rdata({}, name("a.b.other.example.net."))});
}

TEST(AuthoritativeAnswer, SaysYxdomainWhenADnameMakesTooLongAName) {
  Content content = zone();
  const std::string label(60, 'l');
  content.put(rrset(name("grow.example.org."), RRType::dname,
                    {rdata({}, name(label + "." + label + "." + label + ".example.net."))}));
  const auto answer =
      answer_authoritatively(*build(content), name(label + "." + label + ".grow.example.org."), RRType::a);
  EXPECT_EQ(answer.rcode, Rcode::yxdomain);
  EXPECT_EQ(shown(answer.answer), "grow.example.org./DNAME");
}

TEST(AuthoritativeAnswer, EndsWhereADnameRunsInACircle) {
  const auto answer = answer_authoritatively(*build(zone()), name("x.dloop.example.org."), RRType::a);
  EXPECT_LE(answer.answer.size(), 1U + alias_steps_max);
}

TEST(AuthoritativeAnswer, CutsAVeryLongChain) {
  Content content = zone();
  for (int i = 0; i < 100; ++i) {
    content.put(rrset(name("c" + std::to_string(i) + ".example.org."), RRType::cname,
                      {rdata({}, name("c" + std::to_string(i + 1) + ".example.org."))}));
  }
  const auto answer = answer_authoritatively(*build(content), name("c0.example.org."), RRType::a);
  EXPECT_EQ(answer.answer.size(), static_cast<std::size_t>(alias_steps_max));
  EXPECT_EQ(answer.rcode, Rcode::noerror);
}

TEST(AuthoritativeAnswer, WorksInTheRootZone) {
  Content content{Name::root(), soa(Name::root(), 1), {}};
  content.put(rrset(Name::root(), RRType::ns, {rdata({}, name("a.root."))}));
  content.put(rrset(name("org."), RRType::ns, {rdata({}, name("ns.org."))}));
  content.put(addresses(name("ns.org."), 1));
  const Snapshot snapshot = build(content);
  EXPECT_EQ(answer_authoritatively(*snapshot, name("nope."), RRType::a).rcode, Rcode::nxdomain);
  const auto referral = answer_authoritatively(*snapshot, name("www.example.org."), RRType::a);
  EXPECT_EQ(shown(referral.authority), "org./NS");
  EXPECT_EQ(shown(referral.additional), "ns.org./A");
  EXPECT_EQ(shown(answer_authoritatively(*snapshot, Name::root(), RRType::ns).answer), "./NS");
}

}  // namespace
}  // namespace minidns::dns::test
