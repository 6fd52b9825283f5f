#pragma once

#include "dnssec/zone/digest_key.hpp"
#include "pool-manager/proof/content_outcome.hpp"
#include "pool-manager/proof/proof_scope.hpp"
#include "pool-manager/proof/transfer_client.hpp"
#include "storage/zone_proofs.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

namespace minidns::pool {

/// Compares what a nameserver transfers of a zone with the zone's version:
///
///     AXFR from the nameserver ──its digest is stored for the version──▶ same
///              │ none is stored, or another, or the nameserver makes its own NSEC
///              ▼
///     AXFR from an mdns, summed up with the same key ──▶ same, differs
///
/// On the session's strand.
class ContentProof {
 public:
  explicit ContentProof(const ProofScope& scope) : scope_(scope) {}

  struct Result {
    ContentOutcome outcome;
    std::string detail = {};                                 ///< for a person
    std::optional<storage::ProvedZone> zone = std::nullopt;  ///< as it is now, if there is one
    std::optional<dns::Serial> serial = std::nullopt;        ///< that the nameserver transferred
    std::optional<SignatureTimes> first_signature_end = std::nullopt;
  };
  [[nodiscard]] boost::asio::awaitable<Result> compare(dns::Name name);

 private:
  using Sum = minidns::Result<ZoneSum, ContentError>;

  [[nodiscard]] boost::asio::awaitable<void> find_key();
  [[nodiscard]] boost::asio::awaitable<std::optional<storage::ProvedZone>> look_up(dns::Name name);
  [[nodiscard]] boost::asio::awaitable<Sum> ask_nameserver(dns::Name name);
  [[nodiscard]] boost::asio::awaitable<Sum> ask_nameserver_as(dns::Name name, bool is_signed);
  [[nodiscard]] boost::asio::awaitable<Sum> ask_mdns(dns::Name name);
  [[nodiscard]] boost::asio::awaitable<bool> is_stored(storage::ProvedZone zone, ZoneSum sum);
  [[nodiscard]] const dnssec::DigestKey& digest_key() const;
  [[nodiscard]] bool makes_own_denial() const;
  [[nodiscard]] TransferBounds bounds() const;

  const ProofScope& scope_;
  std::optional<dnssec::DeploymentDigestKey> key_;  ///< what stored digests are made with
  std::optional<dnssec::DigestKey> own_key_;        ///< for two transfers, where that can't be had
  bool asks_unsigned_ = false;                      ///< that is what the nameserver lets through
  std::size_t primary_ = 0;                         ///< that answered last
};

}  // namespace minidns::pool
