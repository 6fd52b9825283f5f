// ECDSA (FIPS 186-5 §6.4.1) with the nonces of RFC 6979, in batches: all nonces of a batch share one inversion modulo
// the order, and their points one inversion in the field.

#include "dnssec/crypto/curve.hpp"
#include "dnssec/crypto/message_digest.hpp"
#include "dnssec/crypto/nonces.hpp"
#include "dnssec/crypto/scalar_field.hpp"
#include "dnssec/crypto/signers.hpp"
#include "dnssec/crypto/wiped.hpp"

#include <algorithm>
#include <array>

namespace minidns::dnssec {
namespace {

template <std::size_t limbs>
class EcdsaSigner final : public Signer {
 public:
  EcdsaSigner(const Curve& curve, std::uint16_t key_tag, ByteView private_key, ByteView public_key)
      : curve_(curve),
        key_tag_(key_tag),
        field_(Field::read(curve.order())),
        nonces_(private_key, curve.order()),
        verifier_(curve, public_key) {
    Wiped<Scalar> key;
    key.value = Field::read(private_key);
    private_key_.value = field_.to_montgomery(key.value);
  }

  Algorithm algorithm() const override { return limbs == 4 ? Algorithm::ecdsap256sha256 : Algorithm::ecdsap384sha384; }
  std::uint16_t key_tag() const override { return key_tag_; }

  Result<std::vector<Bytes>> sign(std::span<const ByteView> messages) const override {
    std::vector<Bytes> signatures(messages.size());
    BasePointMultiples multiples(curve_, std::min(messages.size(), batch_size_max));
    for (std::size_t done = 0; done < messages.size(); done += batch_size_max) {
      const std::size_t count = std::min(messages.size() - done, batch_size_max);
      const auto batch = messages.subspan(done, count);
      const auto made = std::span(signatures).subspan(done, count);
      const Digests digests = hash(batch);
      sign_batch(multiples, std::span(digests).first(count), made, 0);
      wipe_dead_stack();
      const std::size_t sample = pick_sample(batch);
      if (!verifier_.verify(digests[sample], made[sample])) {
        return Error{Errc::fault, "a signature of key " + std::to_string(key_tag_) + " doesn't verify"};
      }
    }
    return signatures;
  }

 private:
  using Field = ScalarField<limbs>;
  using Scalar = typename Field::Scalar;
  using Digest = std::array<std::uint8_t, Field::octets>;
  using Digests = std::array<Digest, batch_size_max>;

  static Digests hash(std::span<const ByteView> messages) {
    Digests digests;
    for (std::size_t i = 0; i < messages.size(); ++i) {
      if constexpr (limbs == 4) {
        sha256_into(messages[i], digests[i]);
      } else {
        sha384_into(messages[i], digests[i]);
      }
    }
    return digests;
  }

  /// Of one batch, everything that would give the private key away.
  struct Work {
    std::array<std::uint8_t, Field::octets * batch_size_max> nonces;
    std::array<Scalar, batch_size_max> k;         ///< nonces in Montgomery form, then their inverses
    std::array<Scalar, batch_size_max> products;  ///< of the nonces up to this one
  };

  // Not inlined, so that its frame is dead when the stack below `sign` is wiped.
  [[gnu::noinline]] void sign_batch(BasePointMultiples& multiples, std::span<const Digest> digests,
                                    std::span<Bytes> signatures, unsigned skipped) const {
    Wiped<Work> wiped;
    Work& work = wiped.value;
    const std::size_t count = digests.size();
    const auto nonces = std::span(work.nonces).first(count * Field::octets);
    for (std::size_t i = 0; i < count; ++i) {
      const auto nonce = nonces.subspan(i * Field::octets, Field::octets);
      nonces_.make(digests[i], skipped, nonce);
      work.k[i] = field_.to_montgomery(Field::read(nonce));
    }
    std::array<std::uint8_t, Field::octets * batch_size_max> x;
    multiples.x_coordinates(nonces, std::span(x).first(nonces.size()));
    invert(work, count);
    for (std::size_t i = 0; i < count; ++i) {
      // x is below 2^(64·limbs), which is below twice the order: one subtraction reduces it.
      const Scalar r = field_.reduce(Field::read(ByteView(x).subspan(i * Field::octets, Field::octets)));
      const Scalar h = field_.reduce(Field::read(digests[i]));
      const Scalar s = field_.multiply(field_.add(h, field_.multiply(r, private_key_.value)), work.k[i]);
      if (Field::is_zero(r) || Field::is_zero(s)) {
        // RFC 6979 §3.2 step h.3: this one goes on alone with its next nonce.
        sign_batch(multiples, digests.subspan(i, 1), signatures.subspan(i, 1), skipped + 1);
        continue;
      }
      signatures[i].resize(2 * Field::octets);
      Field::write(r, std::span(signatures[i]).first(Field::octets));
      Field::write(s, std::span(signatures[i]).subspan(Field::octets));
    }
  }

  /// All of `work.k` with one inversion (Montgomery's trick). No nonce is 0, so that no product is.
  void invert(Work& work, std::size_t count) const {
    work.products[0] = work.k[0];
    for (std::size_t i = 1; i < count; ++i) {
      work.products[i] = field_.multiply(work.products[i - 1], work.k[i]);
    }
    Wiped<Scalar> rest;  // the inverse of the product up to i
    rest.value = field_.inverse(work.products[count - 1]);
    for (std::size_t i = count - 1; i > 0; --i) {
      const Scalar inverse = field_.multiply(rest.value, work.products[i - 1]);
      rest.value = field_.multiply(rest.value, work.k[i]);
      work.k[i] = inverse;
    }
    work.k[0] = rest.value;
  }

  const Curve& curve_;
  std::uint16_t key_tag_;
  Field field_;
  Nonces nonces_;
  CurveVerifier verifier_;
  Wiped<Scalar> private_key_;  ///< in Montgomery form
};

}  // namespace

SharedSigner make_ecdsa_signer(Algorithm algorithm, std::uint16_t key_tag, ByteView private_key, ByteView public_key) {
  const Curve& curve = Curve::of(algorithm);
  if (algorithm == Algorithm::ecdsap256sha256) {
    return std::make_shared<EcdsaSigner<4>>(curve, key_tag, private_key, public_key);
  }
  return std::make_shared<EcdsaSigner<6>>(curve, key_tag, private_key, public_key);
}

}  // namespace minidns::dnssec
