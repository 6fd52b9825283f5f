#pragma once

#include "base/metrics.hpp"
#include "dns/delta.hpp"
#include "dns/snapshot/builder.hpp"
#include "dns/snapshot/zone_snapshot.hpp"
#include "dnssec/zone/signing_inputs.hpp"
#include "dnssec/zone/zone_signer.hpp"
#include "mdns/signing/crypto_threads.hpp"
#include "mdns/signing/signer_cache.hpp"
#include "storage/zone_content.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <variant>

namespace minidns::mdns {

/// Makes of a zone's content in the database what is served: the same, if its version is unsigned, or its signed form.
/// Safe on every thread.
class ContentSigner {
 public:
  /// `keys` must outlive this. `signatures` counts those that are made.
  explicit ContentSigner(const dnssec::KeyOpener& keys, std::optional<Counter> signatures = std::nullopt)
      : cache_(keys), signatures_(signatures) {}

  /// A whole zone, as a stream.
  class Builder {
   public:
    /// Both throw CorruptContent, or SigningFailed.
    void add(dns::RRset rrset);
    [[nodiscard]] std::shared_ptr<const dns::ZoneSnapshot> finish() &&;

   private:
    friend class ContentSigner;
    Builder(const storage::ZoneHead& head, std::unique_ptr<const dnssec::SigningInputs> inputs,
            dnssec::Executor executor);

    const storage::ZoneHead head_;
    std::unique_ptr<const dnssec::SigningInputs> inputs_;  // null: unsigned
    std::variant<dns::SnapshotBuilder, dnssec::ZoneSigner> builder_;
  };
  /// Throws SigningFailed.
  [[nodiscard]] Builder begin(const storage::ZoneHead& head);

  /// What a version of the past was signed with.
  using ReadSigning = std::function<std::optional<storage::ZoneSigning>(dns::Version)>;
  /// The step from `before`, what is served, to `step.head`, as it is served; nothing if the zone must be read as a
  /// whole for it. `step` is `forward`. Throws SigningFailed.
  [[nodiscard]] std::optional<dns::Delta> step(const dns::ZoneSnapshot& before, storage::ZoneContent::Step step,
                                               const ReadSigning& read_signing);

  /// From a version of the past to `newest`, as both are served; nothing if nameservers must get the zone as a whole
  /// for it (DESIGN.md §4, IXFR), or if it is sure to have more than `octets_max` octets. `difference` ends at
  /// `newest`. Throws SigningFailed.
  [[nodiscard]] std::optional<dns::Delta> difference(const dns::ZoneSnapshot& newest,
                                                     storage::ZoneContent::Difference difference,
                                                     std::size_t octets_max);

 private:
  enum class Keys { opened, closed };
  [[nodiscard]] dnssec::SigningInputs inputs_to_sign(const storage::ZoneSigning& signing, const dns::Name& apex);
  [[nodiscard]] dnssec::SigningInputs inputs_of(const storage::ZoneSigning& signing, const dns::Name& apex, Keys keys);

  SignerCache cache_;
  const std::optional<Counter> signatures_;
  CryptoThreads threads_;
};

}  // namespace minidns::mdns
