#pragma once

#include "tests/postgres/signing_support.hpp"
#include "tests/unit/dnssec_zone_support.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace minidns::storage::postgres {

/// A signed zone on one nameserver, whose keys are rolled with time moved on in the database.
class RollTest : public SigningStorageTest {
 protected:
  RollTest() : SigningStorageTest(1) {}
  void SetUp() override {
    SigningStorageTest::SetUp();
    reader_.emplace(conninfo(), signing().master());
    const auto zone = desk().create_zone("example.org.");
    zone_ = zone.id;
    (void)desk().create_recordset(zone.id, "www.example.org.", dns::RRType::a, {"192.0.2.1"});
    (void)desk().create_recordset(zone.id, "*.wild.example.org.", dns::RRType::txt, {"\"any\""});
  }

  /// The zone's signing, past its first days.
  void sign(const std::string& policy = "default") {
    signing().sign(zone(), policy);
    pass_caches(7 * day_s);
    ASSERT_EQ(phase(), "");
  }

  central::ZoneDnssecPort& port() { return signing().zones(); }
  Reader& reader() { return *reader_; }
  [[nodiscard]] const ZoneId& zone() const { return *zone_; }
  [[nodiscard]] api::ZoneDnssecView view() { return port().get(Desk::scope(), zone()).value(); }
  /// The refusal's words; empty: it was accepted.
  template <class T>
  static std::string refusal(const api::Result<T>& result) {
    return result ? ""
                  : result.error().message + (result.error().errors.empty() ? "" : result.error().errors[0].message);
  }
  std::string roll(api::KeyRole role) { return refusal(port().roll(Desk::scope(), zone(), role)); }
  std::string cancel() { return refusal(port().cancel_roll(Desk::scope(), zone())); }

  void advance() { signing().roller().advance_due(); }
  /// The nameserver shows all that is committed.
  void confirm_all() { confirm(1, desk().number()); }
  void let_time_pass(std::int64_t seconds) const {
    const auto interval = " - " + std::to_string(seconds) + " * interval '1 second'";
    sql("update key_rolls set next_at = next_at" + interval + ", visible_at = visible_at" + interval +
        "; update dnssec_keys set ds_at = ds_at" + interval);
  }
  /// The nameserver has the newest version, and after so long caches have nothing else.
  void pass_caches(std::int64_t seconds) {
    confirm_all();
    let_time_pass(61);
    advance();
    let_time_pass(seconds);
    advance();
  }
  /// As if the new keys were active for 8 days, and every slot had moved since.
  void pass_slots() {
    let_time_pass(8 * day_s);
    sql("update key_rolls set active_from = active_from - 691200;"
        "update key_set_zsks set active_from = active_from - 691200"
        " where active_from between 1 and 9e18 and key_set_id = (select key_set_id from zones)");
    advance();
  }
  void pass_parent_look() {
    let_time_pass(3601);
    advance();
  }

  [[nodiscard]] std::string phase() const {
    return sql("select phase || case when visible_at is null then '' else ' seen' end from key_rolls");
  }
  /// Tags of the keys of a role, sorted.
  [[nodiscard]] std::vector<std::uint16_t> tags(api::KeyRole role) {
    std::vector<std::uint16_t> tags;
    for (const auto& key : view().keys) {
      if (key.role == role) {
        tags.push_back(key.key_tag);
      }
    }
    std::ranges::sort(tags);
    return tags;
  }
  [[nodiscard]] std::vector<std::uint16_t> ds_tags() {
    std::vector<std::uint16_t> tags;
    for (const auto& ds : view().ds) {
      if (ds.digest_type == 2) {
        tags.push_back(ds.key_tag);
      }
    }
    return tags;
  }
  /// The DS set that is wanted, as text, in SHA-256.
  [[nodiscard]] std::vector<std::string> wanted_ds() {
    std::vector<std::string> texts;
    for (const auto& ds : view().ds) {
      if (ds.digest_type == 2) {
        texts.push_back(std::to_string(ds.key_tag) + " " + std::to_string(ds.algorithm) + " 2 " + ds.digest);
      }
    }
    return texts;
  }
  [[nodiscard]] std::string complaints(dnssec::test::KeyRoles roles = dnssec::test::KeyRoles::split) {
    return dnssec::test::complaints(*reader().signed_zone(zone()), roles);
  }
  /// Of the newest version, at the apex.
  [[nodiscard]] std::vector<dns::Rdata> apex_records(dns::RRType type) {
    const auto zone = reader().signed_zone(*zone_);
    const auto rrset = zone->find(zone->apex(), type);
    return rrset ? rrset->rdata : std::vector<dns::Rdata>();
  }
  /// Algorithms of the signatures of www's A, and of the DNSKEY set: `13+15 of 13`.
  [[nodiscard]] std::string algorithms();

  static constexpr std::int64_t day_s = 86'400;

 private:
  std::optional<Reader> reader_;
  std::optional<ZoneId> zone_;
};

}  // namespace minidns::storage::postgres
