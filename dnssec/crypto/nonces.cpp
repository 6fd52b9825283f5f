#include "dnssec/crypto/nonces.hpp"

#include "dnssec/crypto/wiped.hpp"

#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <cassert>

namespace minidns::dnssec {
namespace {

struct Sha256 {
  using Context = SHA256_CTX;
  static constexpr std::size_t size = SHA256_DIGEST_LENGTH;
  static constexpr std::size_t block = SHA256_CBLOCK;
  static void init(Context& c) { SHA256_Init(&c); }
  static void add(Context& c, ByteView octets) { SHA256_Update(&c, octets.data(), octets.size()); }
  static void finish(Context& c, std::uint8_t* out) { SHA256_Final(out, &c); }
};

struct Sha384 {
  using Context = SHA512_CTX;
  static constexpr std::size_t size = SHA384_DIGEST_LENGTH;
  static constexpr std::size_t block = SHA512_CBLOCK;
  static void init(Context& c) { SHA384_Init(&c); }
  static void add(Context& c, ByteView octets) { SHA384_Update(&c, octets.data(), octets.size()); }
  static void finish(Context& c, std::uint8_t* out) { SHA384_Final(out, &c); }
};

template <class Hash>
using Block = std::array<std::uint8_t, Hash::size>;

/// HMAC (RFC 2104) on the hash's raw contexts: its one-call form costs more than all that it hashes here.
template <class Hash>
class Hmac {
 public:
  explicit Hmac(const Block<Hash>& key) {
    Wiped<std::array<std::uint8_t, Hash::block>> pad;
    start(inner_.value, pad.value, key, 0x36);
    start(outer_.value, pad.value, key, 0x5c);
  }

  void add(ByteView octets) { Hash::add(inner_.value, octets); }
  void add(std::uint8_t octet) { Hash::add(inner_.value, {&octet, 1}); }
  /// The end of this computation; a copy made before goes on.
  void finish(Block<Hash>& out) {
    Hash::finish(inner_.value, out.data());
    Hash::add(outer_.value, out);
    Hash::finish(outer_.value, out.data());
  }

 private:
  static void start(typename Hash::Context& context, std::array<std::uint8_t, Hash::block>& pad, const Block<Hash>& key,
                    std::uint8_t with) {
    pad.fill(with);
    for (std::size_t i = 0; i < key.size(); ++i) {
      pad[i] ^= key[i];
    }
    Hash::init(context);
    Hash::add(context, pad);
  }

  Wiped<typename Hash::Context> inner_;
  Wiped<typename Hash::Context> outer_;
};

/// a ≥ b, big-endian; the time doesn't depend on where they differ.
bool is_not_below(ByteView a, ByteView b) {
  unsigned borrow = 0;
  for (std::size_t i = a.size(); i > 0; --i) {
    borrow = (static_cast<unsigned>(a[i - 1]) - b[i - 1] - borrow) >> 31U;
  }
  return borrow == 0;
}

bool is_zero(ByteView octets) {
  unsigned bits = 0;
  for (const std::uint8_t octet : octets) {
    bits |= octet;
  }
  return bits == 0;
}

}  // namespace

struct Nonces::State {
  virtual ~State() = default;
  virtual void make(ByteView digest, unsigned skipped, std::span<std::uint8_t> nonce) const = 0;
};

namespace {

template <class Hash>
class Generator final : public Nonces::State {
 public:
  Generator(ByteView private_key, ByteView order) : first_(Block<Hash>{}) {
    assert(private_key.size() == Hash::size && order.size() == Hash::size);
    std::copy(private_key.begin(), private_key.end(), private_key_.value.begin());
    std::copy(order.begin(), order.end(), order_.begin());
    first_.add(ones());
    first_.add(0);
    first_.add(private_key);
  }

  void make(ByteView digest, unsigned skipped, std::span<std::uint8_t> nonce) const override {
    assert(digest.size() == Hash::size && nonce.size() == Hash::size);
    const Block<Hash> reduced = reduce(digest);
    Wiped<Block<Hash>> key;
    Wiped<Block<Hash>> value;
    Hmac<Hash> first = first_;  // step d
    first.add(reduced);
    first.finish(key.value);
    value.value = ones();
    Hmac<Hash> keyed(key.value);
    next(keyed, value.value);   // step e
    Hmac<Hash> second = keyed;  // step f
    second.add(value.value);
    second.add(1);
    second.add(private_key_.value);
    second.add(reduced);
    second.finish(key.value);
    keyed = Hmac<Hash>(key.value);
    next(keyed, value.value);          // step g
    for (unsigned left = skipped;;) {  // step h
      next(keyed, value.value);
      if (!is_zero(value.value) && !is_not_below(value.value, order_) && left-- == 0) {
        break;
      }
      Hmac<Hash> again = keyed;
      again.add(value.value);
      again.add(0);
      again.finish(key.value);
      keyed = Hmac<Hash>(key.value);
      next(keyed, value.value);
    }
    std::copy(value.value.begin(), value.value.end(), nonce.begin());
  }

 private:
  static Block<Hash> ones() {
    Block<Hash> block;
    block.fill(1);
    return block;
  }

  static void next(const Hmac<Hash>& keyed, Block<Hash>& value) {
    Hmac<Hash> hmac = keyed;
    hmac.add(value);
    hmac.finish(value);
  }

  /// §2.3.4, bits2octets; of public octets, so that it may branch.
  Block<Hash> reduce(ByteView digest) const {
    Block<Hash> reduced;
    std::copy(digest.begin(), digest.end(), reduced.begin());
    if (is_not_below(digest, order_)) {
      unsigned borrow = 0;
      for (std::size_t i = reduced.size(); i > 0; --i) {
        const unsigned step = static_cast<unsigned>(digest[i - 1]) - order_[i - 1] - borrow;
        reduced[i - 1] = static_cast<std::uint8_t>(step);
        borrow = step >> 31U;
      }
    }
    return reduced;
  }

  Hmac<Hash> first_;  ///< step d up to the digest: the same for all messages
  Wiped<Block<Hash>> private_key_;
  Block<Hash> order_{};
};

}  // namespace

Nonces::Nonces(ByteView private_key, ByteView order) {
  if (order.size() == Sha256::size) {
    state_ = std::make_unique<Generator<Sha256>>(private_key, order);
  } else {
    state_ = std::make_unique<Generator<Sha384>>(private_key, order);
  }
}

Nonces::~Nonces() = default;

void Nonces::make(ByteView digest, unsigned skipped, std::span<std::uint8_t> nonce) const {
  state_->make(digest, skipped, nonce);
}

}  // namespace minidns::dnssec
