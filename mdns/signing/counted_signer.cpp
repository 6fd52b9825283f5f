#include "mdns/signing/counted_signer.hpp"

#include <memory>
#include <utility>

namespace minidns::mdns {
namespace {

class CountedSigner final : public dnssec::Signer {
 public:
  CountedSigner(std::shared_ptr<const dnssec::Signer> signer, const Counter& signatures)
      : signer_(std::move(signer)), signatures_(signatures) {}

  [[nodiscard]] dnssec::Algorithm algorithm() const override { return signer_->algorithm(); }
  [[nodiscard]] std::uint16_t key_tag() const override { return signer_->key_tag(); }
  [[nodiscard]] dnssec::Result<std::vector<Bytes>> sign(std::span<const ByteView> messages) const override {
    signatures_.increment(static_cast<double>(messages.size()));
    return signer_->sign(messages);
  }

 private:
  const std::shared_ptr<const dnssec::Signer> signer_;
  const Counter signatures_;
};

}  // namespace

dnssec::SigningInputs counted(dnssec::SigningInputs inputs, const Counter& signatures) {
  for (auto* keys : {&inputs.zone_keys, &inputs.apex_keys}) {
    for (dnssec::SigningKey& key : *keys) {
      if (key.signer) {
        key.signer = std::make_shared<const CountedSigner>(std::move(key.signer), signatures);
      }
    }
  }
  return inputs;
}

}  // namespace minidns::mdns
