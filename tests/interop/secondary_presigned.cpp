// Zones that were signed elsewhere, served by each secondary; the verdict is dnssec-verify's, ldns-verify-zone's and
// delv's.

#include "tests/harness/dns_probe.hpp"
#include "tests/harness/process.hpp"
#include "tests/interop/presigned_zone.hpp"
#include "tests/interop/secondary_fixture.hpp"

namespace minidns::mdns::test {
namespace {

class SecondaryPresigned : public SecondaryTest {
 protected:
  static std::vector<Set> content(const std::string& zone, int number) {
    std::vector<Set> sets{{"host." + zone, "A", {"192.0.2." + std::to_string(number)}},
                          {"text." + zone, "TXT", {"\"some text\""}},
                          {"*.wild." + zone, "A", {"192.0.2.2"}},
                          {"a.b.ent." + zone, "A", {"192.0.2.3"}},
                          {"www." + zone, "CNAME", {"host." + zone}},
                          {"cut." + zone, "NS", {"ns.cut." + zone}},
                          {"ns.cut." + zone, "A", {"192.0.2.4"}},
                          {"safe." + zone, "NS", {"ns.other.example."}},
                          {"safe." + zone, "DS", {"12345 13 2 " + std::string(64, 'c')}},
                          {"tree." + zone, "DNAME", {"forest.example."}},
                          {"n" + std::to_string(number) + "." + zone, "A", {"192.0.2.5"}}};
    for (int i = 0; i < 60; ++i) sets.push_back({"filler" + std::to_string(i) + "." + zone, "A", {"192.0.2.6"}});
    return sets;
  }

  /// What dnssec-verify and ldns-verify-zone have against the zone that the secondary transfers.
  /// PowerDNS gives NSEC3PARAM a TTL of its own, which dnssec-verify objects to.
  [[nodiscard]] std::string objections(const std::string& zone, Signer::Denial denial) const {
    const harness::TempDir folder("verify");
    std::string text;
    for (const auto& line : harness::dig(secondary().address(), secondary().port(), {"+onesoa", zone, "AXFR"})) {
      text += line + "\n";
    }
    harness::write_file(folder / "zone", text);
    const auto bind = harness::run({"dnssec-verify", "-o", zone, folder / "zone"});
    const auto ldns = harness::run({"ldns-verify-zone", folder / "zone"});
    const bool ask_bind = denial == Signer::Denial::nsec || !is("Powerdns");
    return (bind.status == 0 || !ask_bind ? "" : bind.out + bind.err) + (ldns.status == 0 ? "" : ldns.out + ldns.err);
  }

  /// What delv says of an answer: its "; fully validated" lines.
  [[nodiscard]] std::string delv(const Signer& signer, const std::string& zone, const std::string& name,
                                 const std::string& type) const {
    const auto result = harness::run({"delv", "@" + secondary().address(), "-p", std::to_string(secondary().port()),
                                      "-a", signer.anchor_file(), "+root=" + zone, name, type});
    return result.out + result.err;
  }

  void follows(const std::string& zone, Signer::Denial denial) {
    Signer signer(zone, denial);
    ZoneModel model(world(), zone, signer.sign(content(zone, 1), 1));
    secondary().add_zone(zone, primaries());
    ASSERT_TRUE(arrives(model));
    for (int number = 2; number <= 6; ++number) {
      model.change(signer.sign(content(zone, number), static_cast<std::uint32_t>(number)));
      ASSERT_TRUE(arrives(model)) << number;
      ASSERT_EQ(objections(zone, denial), "") << number;
    }
    struct Question {
      std::string name, type, verdict;
    };
    const std::string right = "; fully validated", right_denial = "; negative response, fully validated";
    std::vector<Question> questions{{"host." + zone, "A", right},         {"www." + zone, "A", right},
                                    {"safe." + zone, "DS", right},        {zone, "SOA", right},
                                    {"host." + zone, "MX", right_denial}, {"b.ent." + zone, "A", right_denial}};
    if (denial != Signer::Denial::nsec3_opt_out) {  // else these are insecure by RFC 5155 §9.2
      questions.push_back({"any.wild." + zone, "A", right});
      questions.push_back({"none." + zone, "A", right_denial});
      questions.push_back({"x.wild." + zone, "TXT", right_denial});
    }
    for (const auto& question : questions) {
      const auto answer = delv(signer, zone, question.name, question.type);
      EXPECT_NE(answer.find(question.verdict), std::string::npos) << question.name << question.type << "\n" << answer;
    }
  }
};

INSTANTIATE_TEST_SUITE_P(All, SecondaryPresigned, testing::ValuesIn(secondary_kinds()),
                         [](const auto& kind) { return kind.param; });

// edge cases 33, 34, 41
TEST_P(SecondaryPresigned, AZoneWithNsecValidatesAfterEachChange) {
  follows("nsec.example.", Signer::Denial::nsec);
}

// edge cases 33, 34, 41
TEST_P(SecondaryPresigned, AZoneWithNsec3ValidatesAfterEachChange) {
  follows("nsec3.example.", Signer::Denial::nsec3);
}

// edge case 34
TEST_P(SecondaryPresigned, AZoneWithOptOutValidatesAfterEachChange) {
  follows("optout.example.", Signer::Denial::nsec3_opt_out);
}

}  // namespace
}  // namespace minidns::mdns::test
