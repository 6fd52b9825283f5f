#include "bench/zone_to_sign.hpp"

#include "dns/soa.hpp"
#include "dnssec/crypto/make_signer.hpp"
#include "dnssec/crypto/private_key.hpp"
#include "dnssec/zone/zone_signer.hpp"
#include "tests/harness/process.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace minidns::bench {
namespace {

constexpr std::size_t first_host = 1'000'000;  // owners of the same length: their order is that of the numbers
constexpr std::uint32_t ttl_s = 3600;
constexpr std::int64_t signing_time_s = 1'790'000'000;
constexpr std::int64_t day_s = 86'400;

std::string label(std::size_t host) {
  return "host-" + std::to_string(first_host + host);
}

std::uint8_t octet(std::size_t host, unsigned shift) {
  return static_cast<std::uint8_t>(host >> shift & 0xff);
}

bool has_ipv6(std::size_t host) {
  return host % 12 == 0;
}

dns::RRset rrset(const dns::Name& owner, dns::RRType type, Bytes rdata) {
  return {owner, type, dns::Ttl::from_wire(ttl_s), {dns::Rdata::from_octets(std::move(rdata)).value()}};
}

std::string read(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("can't read " + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string keygen(const ZoneToSign& zone, const std::string& folder, dnssec::Algorithm algorithm, bool is_ksk) {
  std::vector<std::string> command{
      "dnssec-keygen", "-q", "-K", folder, "-L", std::to_string(ttl_s), "-a", std::string(to_text(algorithm))};
  if (is_ksk) command.insert(command.end(), {"-f", "KSK"});
  command.push_back(zone.apex().to_text());
  const auto made = harness::run(command);
  if (made.status != 0) throw std::runtime_error("dnssec-keygen: " + made.err);
  return folder + "/" + made.out.substr(0, made.out.find_last_not_of('\n') + 1);
}

}  // namespace

dns::RRset ZoneToSign::soa(std::uint32_t serial) const {
  const dns::Soa fields{.mname = dns::Name::from_text("ns1.test.").value(),
                        .rname = dns::Name::from_text("a.bench.example.").value(),
                        .serial = dns::Serial(serial),
                        .refresh_s = 3600,
                        .retry_s = 600,
                        .expire_s = 604'800,
                        .minimum_s = ttl_s};
  return {apex_, dns::RRType::soa, dns::Ttl::from_wire(ttl_s), {fields.to_rdata()}};
}

dns::RRset ZoneToSign::address(std::size_t host, std::uint8_t which) const {
  return rrset(apex_.child(label(host)).value(), dns::RRType::a,
               {which, octet(host, 16), octet(host, 8), octet(host, 0)});
}

dns::RRset ZoneToSign::new_address(std::size_t host) const {
  return rrset(apex_.child(label(host) + "-new").value(), dns::RRType::a, {192, 0, 2, 1});
}

std::vector<dns::RRset> ZoneToSign::rrsets() const {
  std::vector<dns::RRset> all;
  all.reserve(records() + 1);
  all.push_back(rrset(apex_, dns::RRType::ns, Bytes{3, 'n', 's', '1', 4, 't', 'e', 's', 't', 0}));
  for (std::size_t host = 0; host < hosts_; ++host) {
    all.push_back(address(host));
    if (has_ipv6(host)) {
      all.push_back(
          rrset(all.back().owner, dns::RRType::aaaa,
                {0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, octet(host, 16), octet(host, 8), octet(host, 0)}));
    }
  }
  return all;
}

void ZoneToSign::write(const std::string& path) const {
  std::ofstream out(path, std::ios::trunc);
  out << "$ORIGIN " << apex_.to_text() << "\n$TTL " << ttl_s
      << "\n@ IN SOA ns1.test. a.bench.example. 1 3600 600 604800 3600\n@ IN NS ns1.test.\n";
  for (std::size_t host = 0; host < hosts_; ++host) {
    out << label(host) << " IN A 10." << (host >> 16 & 255) << '.' << (host >> 8 & 255) << '.' << (host & 255) << '\n';
    if (has_ipv6(host)) {
      out << label(host) << " IN AAAA 2001:db8::" << std::hex << (host >> 16 & 255) << ':' << (host & 0xffff)
          << std::dec << '\n';
    }
  }
  if (!out.flush()) throw std::runtime_error("can't write " + path);
}

dnssec::Result<std::vector<Bytes>> CountingSigner::sign(std::span<const ByteView> messages) const {
  count_ += messages.size();
  if (makes_ == Makes::signatures) {
    return signer_->sign(messages);
  }
  constexpr std::size_t signature_octets = 64;
  return std::vector<Bytes>(messages.size(), Bytes(signature_octets));
}

ZoneKeys::ZoneKeys(const ZoneToSign& zone, dnssec::Algorithm algorithm)
    : algorithm_(algorithm),
      bases_{keygen(zone, folder(), algorithm, true), keygen(zone, folder(), algorithm, false)} {}

ZoneKeys::Inputs ZoneKeys::inputs(const ZoneToSign& zone, std::uint32_t buckets, CountingSigner::Makes makes) const {
  dnssec::SigningInputs inputs{.apex = zone.apex(),
                               .signing_time_s = signing_time_s,
                               .times = {7 * day_s, 21 * day_s, day_s, buckets},
                               .denial = dnssec::Denial::nsec,
                               .key_ttl = dns::Ttl::from_wire(ttl_s),
                               .dnskey = {},
                               .cds = {},
                               .cdnskey = {},
                               .zone_keys = {},
                               .apex_keys = {},
                               .stored = {}};
  std::shared_ptr<const CountingSigner> signer;
  for (const bool is_ksk : {true, false}) {
    const auto key = dnssec::PrivateKey::from_bind_text(read(bases_[is_ksk ? 0 : 1] + ".private")).value();
    const auto flags = is_ksk ? dnssec::Dnskey::flags_ksk : dnssec::Dnskey::flags_zsk;
    signer = std::make_shared<const CountingSigner>(dnssec::make_signer(key, flags).value(), makes);
    inputs.dnskey.push_back(key.dnskey(flags).rdata());
    (is_ksk ? inputs.apex_keys : inputs.zone_keys).push_back({inputs.dnskey.back(), 0, signer});
  }
  return {std::move(inputs), std::move(signer)};
}

std::shared_ptr<const dns::ZoneSnapshot> sign_whole(const ZoneToSign& zone, std::vector<dns::RRset> rrsets,
                                                    const dnssec::SigningInputs& inputs,
                                                    const dnssec::Executor& executor) {
  auto signer = dnssec::ZoneSigner::make(inputs, zone.soa(), executor).value();
  for (auto& rrset : rrsets) signer.add(std::move(rrset)).value();
  return std::move(signer).finish(dns::Version(1)).value();
}

}  // namespace minidns::bench
