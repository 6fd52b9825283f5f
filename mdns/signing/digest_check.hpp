#pragma once

#include "base/log.hpp"
#include "base/metrics.hpp"
#include "base/secret_store.hpp"
#include "dnssec/zone/digest.hpp"
#include "dnssec/zone/digest_key.hpp"
#include "mdns/content_key.hpp"
#include "storage/version_digests.hpp"
#include "storage/zone_content.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <unordered_map>

namespace minidns::mdns {

/// A version of which this instance makes something else than the one that built it first, also at the second try. It
/// isn't served. Logged and counted where it is thrown.
class DigestMismatch : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A version that this instance's release isn't to build first (storage/digest_faults.hpp): to be tried again.
class VersionWithheld : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct DigestMetrics {
  Counter first;       ///< we were the first who built the version
  Counter agreed;      ///< with what another made of it
  Counter mismatched;  ///< counts each of the two tries
  Counter unchecked;   ///< served without: the database didn't answer
  Counter withheld;    ///< not served yet: our release is stopped, and no other has built the version
  Gauge quarantined;   ///< contents of which we don't serve the newest version
};
[[nodiscard]] DigestMetrics make_digest_metrics(Metrics& metrics);

/// Compares each signed version with what other instances made of it, before it is served (docs/decisions/0007):
///
///     built ──agrees──▶ served                   (the database doesn't answer: served, unchecked)
///       │ differs
///       ▼
///     suspect: built anew from the rows ──agrees──▶ served
///       │ differs
///       ▼
///     quarantined ──a newer version──▶ built
///
/// One load of a content at a time; several contents on any threads.
class DigestCheck {
 public:
  /// `secrets`, of which the digests' key is derived at the first need, must outlive this.
  DigestCheck(std::unique_ptr<storage::VersionDigests> stored, const SecretStore& secrets, const InstanceId& self,
              std::string build, DigestMetrics metrics, const Logger& log);

  /// Throws DigestMismatch if `head` is quarantined: it needn't be read.
  void expect_free(const ContentKey& key, const storage::ZoneHead& head) const;

  /// Whether the version that `head` names, in the form `zone`, is to be served. False: it must be read as a whole and
  /// asked about again. Throws DigestMismatch or VersionWithheld if it isn't to be served. Blocks for the database.
  /// O(zone).
  [[nodiscard]] bool agrees(const ContentKey& key, const storage::ZoneHead& head, const dns::ZoneSnapshot& zone);
  /// The same if it comes of `before` by `step`. O(step), if `before` was asked about lately.
  [[nodiscard]] bool agrees(const ContentKey& key, const storage::ZoneHead& head, const dns::ZoneSnapshot& before,
                            const dns::Delta& step);

  /// Whether `delta`, between two signed versions, leads from what the first instance made of the one to what was made
  /// of the other; `none`: it isn't known what that was. Throws what storage does. O(delta).
  enum class Proof { holds, fails, none };
  [[nodiscard]] Proof proof_of(const ContentKey& key, const dns::Delta& delta) const;

  /// The zone is gone.
  void forget(const ZoneId& zone);

  /// Digests that are remembered: of the contents that changed last, about 200 octets each. The digest of another is
  /// made anew, in 1 to 2 µs for each record.
  static constexpr std::size_t digests_max = 100'000;
  /// Contents in doubt. More are a fault of all zones; those that are forgotten are compared anew.
  static constexpr std::size_t doubts_max = 10'000;

 private:
  struct Known {
    ContentKey key;
    dns::Version version;
    dnssec::ZoneDigest digest;
  };
  struct Doubt {
    dns::Version version;
    bool is_quarantined;
  };

  using Keyed = dnssec::DeploymentDigestKey;

  [[nodiscard]] std::shared_ptr<const Keyed> keyed_by() const;
  [[nodiscard]] bool pass_unchecked(const storage::ZoneHead& head) const;
  [[nodiscard]] bool compare(const ContentKey& key, const storage::ZoneHead& head, const Keyed& keyed,
                             const dnssec::ZoneDigest& digest);
  [[nodiscard]] std::optional<storage::VersionDigests::Stored> ask(const ContentKey& key,
                                                                   const storage::VersionDigest& ours);
  void differs(const ContentKey& key, const storage::ZoneHead& head, const storage::VersionDigest& ours,
               const storage::VersionDigests::Stored& stored);
  void report(const storage::VersionDigest& ours);
  [[nodiscard]] std::optional<Doubt> doubt_of(const ContentKey& key, dns::Version version) const;
  void set_doubt(const ContentKey& key, std::optional<Doubt> doubt);
  void count_quarantined() const;
  [[nodiscard]] std::optional<dnssec::ZoneDigest> known(const ContentKey& key, dns::Version version) const;
  void remember(const ContentKey& key, dns::Version version, const dnssec::ZoneDigest& digest);

  const std::unique_ptr<storage::VersionDigests> stored_;
  const SecretStore& secrets_;
  const InstanceId self_;
  const std::string build_;
  const DigestMetrics metrics_;
  const Logger& log_;

  mutable std::mutex mutex_;  // guards what follows
  mutable std::shared_ptr<const Keyed> keyed_;
  std::list<Known> known_;  // used last first
  std::unordered_map<ContentKey, std::list<Known>::iterator> places_;
  std::unordered_map<ContentKey, Doubt> doubts_;
};

}  // namespace minidns::mdns
