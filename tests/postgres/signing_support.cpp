#include "tests/postgres/signing_support.hpp"

#include "dns/text/rdata_text.hpp"
#include "dnssec/crypto/make_signer.hpp"
#include "dnssec/crypto/private_key.hpp"
#include "dnssec/dnskey.hpp"
#include "dnssec/zone/zone_signer.hpp"

#include <fcntl.h>
#include <map>
#include <stdexcept>
#include <unistd.h>
#include <utility>
#include <vector>

namespace minidns::storage::postgres {

using namespace std::chrono_literals;

namespace {

std::string words_of(const api::Problem& problem) {
  std::string text(api::traits_of(problem.type).type);
  text += ": " + problem.message;
  for (const auto& error : problem.errors) {
    for (const auto& step : error.path) {
      text += "; " + step;
    }
    text += ": " + error.message;
  }
  return text;
}

ConnectionSettings settings_of(const std::string& conninfo) {
  ConnectionSettings settings;
  settings.conninfo = conninfo;
  settings.application_name = "test";
  return settings;
}

dnssec::Denial denial_of(Denial denial) {
  switch (denial) {
    case Denial::nsec:
      return dnssec::Denial::nsec;
    case Denial::nsec3:
      return dnssec::Denial::nsec3;
    case Denial::nsec3_opt_out:
      return dnssec::Denial::nsec3_opt_out;
  }
  throw std::logic_error("no such denial");
}

dnssec::SigningKey signing_key(const ZoneSigningKey& key, const SecretStore& master) {
  const auto stored = master.open(key.private_sealed, sealing_context(key.id));
  if (!stored) {
    throw std::runtime_error(stored.error().detail);
  }
  const auto flags = dnssec::Dnskey::from_rdata(key.dnskey.octets()).value().flags;
  auto signer = dnssec::make_signer(dnssec::PrivateKey::from_stored(stored->reveal()).value(), flags).value();
  return {key.dnskey, key.active_from, std::move(signer)};
}

dnssec::SigningInputs inputs_of(const ZoneHead& head, const SecretStore& master) {
  const ZoneSigning& signing = head.signing.value();
  dnssec::SigningInputs inputs{.rules = signing.stamp.rules,
                               .apex = head.name,
                               .signing_time_s = signing.stamp.signing_time,
                               .times = {.period_s = signing.times.period,
                                         .lifetime_s = signing.times.lifetime,
                                         .skew_s = signing.times.skew,
                                         .buckets = static_cast<std::uint32_t>(signing.stamp.buckets)},
                               .denial = denial_of(signing.denial),
                               .zonemd = signing.zonemd,
                               .key_ttl = signing.ttl,
                               .dnskey = signing.dnskey,
                               .cds = signing.cds,
                               .cdnskey = signing.cdnskey,
                               .zone_keys = {},
                               .apex_keys = {},
                               .stored = {}};
  for (const ZoneSigningKey& key : signing.keys) {
    inputs.zone_keys.push_back(signing_key(key, master));
  }
  std::map<dns::RRType, std::vector<dns::Rdata>> stored;
  for (const ApexSignature& signature : signing.apex_signatures) {
    stored[signature.type].push_back(signature.rrsig);
  }
  for (auto& [type, rrsigs] : stored) {
    inputs.stored.push_back({type, std::move(rrsigs)});
  }
  return inputs;
}

}  // namespace

central::ParentView FakeParent::look(const dns::Name& /*zone*/) {
  central::ParentView::Server server{.name = "ns1.parent.", .ds = {}, .ttl_s = ttl_s, .failure = "it is silent"};
  if (ds_) {
    server.ds.emplace();
    for (const auto& text : *ds_) {
      server.ds->push_back(dns::rdata_from_text(dns::RRType::ds, text).value());
    }
  }
  return {.servers = {std::move(server)}};
}

SigningDesk::SigningDesk(Desk& desk)
    : master_(*SecretBox::create(Secret(Bytes(32, 7)))),
      zone_store_(desk.pool()),
      policy_store_(desk.pool()),
      refresh_(desk.pool()),
      rolls_(desk.pool()),
      ksk_master_(*SecretBox::create(Secret(Bytes(32, 9)))),
      vault_(master_, &ksk_master_),
      policies_(policy_store_, clock_),
      zones_({zone_store_, policy_store_, desk.editor(), refresh_}, vault_, desk.announcer(), clock_),
      log_fd_(::open("/dev/null", O_WRONLY | O_CLOEXEC)),
      log_("test", LogLevel::debug, log_fd_),
      roller_(rolls_, desk.editor(), vault_, &parent_, desk.announcer(), log_, clock_) {}

SigningDesk::~SigningDesk() {
  ::close(log_fd_);
}

api::ZoneDnssecView SigningDesk::sign(const ZoneId& zone, const std::string& policy) {
  auto result = zones_.sign(Desk::scope(), zone, {.policy = policy});
  if (!result) {
    throw std::runtime_error(words_of(result.error()));
  }
  return *std::move(result);
}

std::string SigningDesk::refusal(const ZoneId& zone, const std::string& policy) {
  const auto result = zones_.sign(Desk::scope(), zone, {.policy = policy});
  return result ? "" : words_of(result.error());
}

void SigningDesk::add_policy(const std::string& name, const api::DnssecPolicyRequest& fields) {
  const auto result = policies_.create(Desk::scope(), {name, fields});
  if (!result) {
    throw std::runtime_error(words_of(result.error()));
  }
}

void SigningStorageTest::SetUp() {
  StorageTest::SetUp();
  add_pool(nameservers_);
  desk_.emplace(conninfo());
  signing_.emplace(*desk_);
}

Reader::Reader(const std::string& conninfo, const SecretStore& master)
    : master_(master),
      content_(std::make_shared<ConnectionPool>(settings_of(conninfo), 1, 10s, [](Connection& connection) {
        connection.execute_script("set role minidns_mdns");
      })) {}

ZoneHead Reader::head(const ZoneId& zone) {
  std::optional<ZoneHead> head;
  if (!content_.read_zone(
          zone, default_view, [&](ZoneHead read) { head = std::move(read); }, [](const dns::RRset&) {})) {
    throw std::runtime_error("the zone isn't there");
  }
  return *std::move(head);
}

std::shared_ptr<const dns::ZoneSnapshot> Reader::signed_zone(const ZoneId& zone) {
  std::optional<ZoneHead> head;
  std::optional<dnssec::SigningInputs> inputs;
  std::optional<dnssec::ZoneSigner> signer;
  const auto on_head = [&](ZoneHead read) {
    head = std::move(read);
    inputs = inputs_of(*head, master_);
    signer = dnssec::ZoneSigner::make(*inputs, head->soa_rrset()).value();
  };
  const auto on_rrset = [&](dns::RRset rrset) { signer->add(std::move(rrset)).value(); };
  if (!content_.read_zone(zone, default_view, on_head, on_rrset)) {
    throw std::runtime_error("the zone isn't there");
  }
  return std::move(*signer).finish(head->version).value();
}

}  // namespace minidns::storage::postgres
