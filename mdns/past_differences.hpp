#pragma once

#include "base/log.hpp"
#include "dns/delta.hpp"
#include "dns/serial.hpp"
#include "dns/snapshot/zone_snapshot.hpp"
#include "mdns/content_key.hpp"
#include "mdns/metrics.hpp"
#include "mdns/signing/content_signer.hpp"
#include "mdns/signing/digest_check.hpp"
#include "storage/content_source.hpp"

#include <cstddef>
#include <optional>

namespace minidns::mdns {

/// Differences from versions that memory no longer has a step from: out of the rows of the database. The signed form of
/// what changed since is made again, in O(changes), and proven by the digests that were stored when both versions were
/// built: what doesn't lead from the one to the other isn't sent.
class PastDifferences {
 public:
  /// `digests` null: nothing is compared.
  PastDifferences(storage::ContentSource& source, ContentSigner& signer, DigestCheck* digests, const Logger& log,
                  SignedDifferenceMetrics metrics)
      : source_(source), signer_(signer), digests_(digests), log_(log), metrics_(metrics) {}

  /// From serial `from` to `newest`, which needn't be the newest any more; nothing if there is none of at most about
  /// `octets_max` octets, or the database doesn't say. Blocks: for worker threads.
  [[nodiscard]] std::optional<dns::Delta> find(const ContentKey& key, dns::Serial from, const dns::ZoneSnapshot& newest,
                                               std::size_t octets_max);

 private:
  using Difference = storage::ZoneContent::Difference;
  [[nodiscard]] std::optional<Difference> read(const ContentKey& key, dns::Serial from, dns::Version to,
                                               std::size_t octets_max);
  [[nodiscard]] std::optional<Difference> read_from(storage::ZoneContent& content, const ContentKey& key,
                                                    dns::Serial from, dns::Version to, std::size_t octets_max) const;
  [[nodiscard]] std::optional<dns::Delta> signed_form(const ContentKey& key, const dns::ZoneSnapshot& newest,
                                                      Difference difference, std::size_t octets_max);
  [[nodiscard]] bool is_proven(const ContentKey& key, const dns::Delta& delta);

  storage::ContentSource& source_;
  ContentSigner& signer_;
  DigestCheck* const digests_;
  const Logger& log_;
  const SignedDifferenceMetrics metrics_;
};

}  // namespace minidns::mdns
