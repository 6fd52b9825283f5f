#pragma once

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
  /// `keys` must outlive this.
  explicit ContentSigner(const dnssec::KeyOpener& keys) : cache_(keys) {}

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

 private:
  enum class Keys { opened, closed };
  [[nodiscard]] dnssec::SigningInputs inputs_of(const storage::ZoneSigning& signing, const dns::Name& apex, Keys keys);

  SignerCache cache_;
  CryptoThreads threads_;
};

}  // namespace minidns::mdns
