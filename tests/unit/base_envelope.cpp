#include "base/envelope.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace minidns {
namespace {

using namespace std::chrono_literals;

Secret secret(std::string_view text) {
  return Secret(Bytes(as_bytes(text).begin(), as_bytes(text).end()));
}

SecretBox box_of(std::uint8_t octet) {
  return *SecretBox::create(Secret(Bytes(32, octet)));
}

MasterKeys masters_of(std::vector<std::uint8_t> octets) {
  std::vector<SecretBox> boxes;
  for (const std::uint8_t octet : octets) boxes.push_back(box_of(octet));
  return *MasterKeys::create(std::move(boxes));
}

DataKeyId id_of(std::uint8_t number) {
  std::array<std::uint8_t, 16> octets{};
  octets.back() = number;
  return DataKeyId(Uuid(octets));
}

class StoppedClock final : public Clock {
 public:
  [[nodiscard]] WallTime wall() const override { return {}; }
  [[nodiscard]] SteadyTime steady() const override { return now; }
  SteadyTime now{1h};
};

/// The table of data keys.
class FakeSource final : public DataKeySource {
 public:
  [[nodiscard]] std::vector<WrappedDataKey> read() override {
    ++reads;
    if (is_away) throw std::runtime_error("told so");
    return keys;
  }
  std::vector<WrappedDataKey> keys;
  bool is_away = false;
  int reads = 0;
};

class Envelopes : public testing::Test {
 protected:
  Envelopes() {
    const MasterKeys first = masters_of({1});
    source_.keys = {first.make(id_of(1), DataKeyPurpose::seal), first.make(id_of(2), DataKeyPurpose::derive)};
  }
  [[nodiscard]] Envelope with(std::vector<std::uint8_t> masters, DataKeyPurpose sealing = DataKeyPurpose::seal) {
    return {masters_of(std::move(masters)), source_, sealing, clock_};
  }
  /// What `central master-key rewrap` does.
  void rewrap(std::uint8_t from, std::uint8_t to) {
    for (auto& key : source_.keys) {
      key = wrap(box_of(to), key.id, key.purpose, *masters_of({from}).unwrap(key));
    }
  }
  [[nodiscard]] static SecretErrc error_of(const Result<Secret, SecretError>& result) {
    EXPECT_TRUE(result.has_error());
    return result.has_error() ? result.error().code : SecretErrc::bad_master_key;
  }

  FakeSource source_;
  StoppedClock clock_;
};

TEST_F(Envelopes, OpenWhatAnotherProgramSealed) {
  const Bytes sealed = with({1}).seal(secret("s"), "tsig-key:1");
  EXPECT_EQ(sealed.size(), 1 + 16 + 12 + 1 + 16U);
  EXPECT_EQ(sealed[0], Envelope::version);
  EXPECT_TRUE(std::ranges::equal(ByteView(sealed).subspan(1, 16), id_of(1).uuid().octets()));
  EXPECT_TRUE(with({1}).open(sealed, "tsig-key:1")->equals(secret("s")));
}

TEST_F(Envelopes, AnotherMasterKeyChangesNothingThatIsSealedOrDerived) {
  const Envelope running = with({1});
  const Bytes sealed = running.seal(secret("s"), "c");
  const Secret derived = *running.derive("purpose");
  rewrap(1, 2);
  for (const auto& masters : std::vector<std::vector<std::uint8_t>>{{1, 2}, {2, 1}, {2}}) {
    const Envelope restarted = with(masters);
    EXPECT_TRUE(restarted.open(sealed, "c")->equals(secret("s")));
    EXPECT_TRUE(restarted.derive("purpose")->equals(derived));
  }
  EXPECT_TRUE(running.open(sealed, "c")->equals(secret("s"))) << "what is open stays open";
  EXPECT_TRUE(running.derive("purpose")->equals(derived)) << "mdns that weren't restarted make the same digests";
  EXPECT_TRUE(running.open(with({2}).seal(secret("new"), "c"), "c")->equals(secret("new")));
  clock_.now += 1h;
  EXPECT_TRUE(with({2}).open(running.seal(secret("old"), "c"), "c")->equals(secret("old")));
  EXPECT_EQ(error_of(with({1}).open(sealed, "c")), SecretErrc::unknown_data_key) << "the old one alone opens nothing";
  EXPECT_EQ(error_of(with({1}).derive("purpose")), SecretErrc::unknown_data_key);
}

TEST_F(Envelopes, OpenWhatWasSealedUnderAMasterKeyItself) {
  const Bytes old = box_of(1).seal(secret("s"), "c");
  EXPECT_TRUE(with({1}).open(old, "c")->equals(secret("s")));
  EXPECT_TRUE(with({2, 1}).open(old, "c")->equals(secret("s")));
  EXPECT_EQ(error_of(with({2, 1}).open(old, "d")), SecretErrc::malformed);
  EXPECT_EQ(error_of(with({2}).open(old, "c")), SecretErrc::wrong_master_key);
  EXPECT_EQ(source_.reads, 0);
}

TEST_F(Envelopes, NoticeAnyChangedOrMissingOctetAndAnotherPlace) {
  const Envelope envelope = with({1});
  const Bytes sealed = envelope.seal(secret("a secret"), "tsig-key:1");
  for (std::size_t at = 0; at < sealed.size(); ++at) {
    Bytes changed = sealed;
    changed[at] ^= 1U;
    EXPECT_TRUE(envelope.open(changed, "tsig-key:1").has_error()) << at;
    EXPECT_TRUE(envelope.open(ByteView(sealed).first(at), "tsig-key:1").has_error()) << at;
  }
  EXPECT_EQ(error_of(envelope.open(sealed, "tsig-key:2")), SecretErrc::malformed) << "moved to another row";
  EXPECT_EQ(error_of(envelope.open({}, "tsig-key:1")), SecretErrc::malformed);
  Bytes longer = sealed;
  longer.push_back(0);
  EXPECT_EQ(error_of(envelope.open(longer, "tsig-key:1")), SecretErrc::malformed);
}

TEST_F(Envelopes, ADataKeyIsOfOneIdOnePurposeAndOneHierarchy) {
  const MasterKeys masters = masters_of({1});
  const WrappedDataKey key = masters.make(id_of(9), DataKeyPurpose::seal);
  EXPECT_TRUE(masters.unwrap(key));
  EXPECT_FALSE(masters.unwrap({id_of(8), key.purpose, key.wrapped})) << "moved to another row";
  EXPECT_FALSE(masters.unwrap({key.id, DataKeyPurpose::derive, key.wrapped})) << "another purpose";
  EXPECT_FALSE(masters.unwrap({key.id, DataKeyPurpose::ksk, key.wrapped})) << "moved to the other table";
  for (std::size_t size = 0; size < key.wrapped.size(); ++size) {
    EXPECT_FALSE(masters.unwrap(
        {key.id, key.purpose, Bytes(key.wrapped.begin(), key.wrapped.begin() + static_cast<std::ptrdiff_t>(size))}));
  }
  const WrappedDataKey wrong_size{
      id_of(7), DataKeyPurpose::seal,
      box_of(1).seal(Secret(Bytes(16, 1)), wrapping_context(id_of(7), DataKeyPurpose::seal))};
  EXPECT_EQ(masters.unwrap(wrong_size).error().code, SecretErrc::bad_master_key) << "AES-128 isn't what we use";

  source_.keys.push_back(masters.make(id_of(3), DataKeyPurpose::ksk));
  const Bytes sealed = with({1}, DataKeyPurpose::ksk).seal(secret("s"), "c");
  EXPECT_TRUE(with({1}, DataKeyPurpose::ksk).open(sealed, "c"));
  EXPECT_EQ(error_of(with({1}).open(sealed, "c")), SecretErrc::unknown_data_key)
      << "nor is it used for another purpose";
}

TEST_F(Envelopes, SealUnderTheNewestDataKeyThatIsThere) {
  const Envelope envelope = with({1});
  source_.keys.push_back(masters_of({1}).make(id_of(5), DataKeyPurpose::seal));
  EXPECT_EQ(envelope.seal(secret("s"), "c")[16], 5);
  source_.keys.pop_back();  // a failover lost it
  EXPECT_EQ(envelope.seal(secret("s"), "c")[16], 5) << "asked for within the second";
  clock_.now += Envelope::ask_interval;
  EXPECT_EQ(envelope.seal(secret("s"), "c")[16], 1);
  source_.keys.clear();
  clock_.now += Envelope::ask_interval;
  EXPECT_THROW((void)envelope.seal(secret("s"), "c"), SecretStoreUnusable);
  source_.is_away = true;
  clock_.now += Envelope::ask_interval;
  EXPECT_THROW((void)envelope.seal(secret("s"), "c"), std::runtime_error);
}

TEST_F(Envelopes, AskForADataKeyThatTheyLackOnceInASecond) {
  const Envelope envelope = with({1});
  const MasterKeys masters = masters_of({1});
  const auto late = masters.make(id_of(6), DataKeyPurpose::seal);
  FakeSource other;
  other.keys = {late};
  const Envelope writer(masters_of({1}), other, DataKeyPurpose::seal, clock_);
  const Bytes sealed = writer.seal(secret("s"), "c");
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(error_of(envelope.open(sealed, "c")), SecretErrc::unknown_data_key);
  }
  EXPECT_EQ(source_.reads, 1);
  source_.keys.push_back(late);
  clock_.now += Envelope::ask_interval;
  EXPECT_TRUE(envelope.open(sealed, "c"));
  EXPECT_TRUE(envelope.open(sealed, "c"));
  EXPECT_EQ(source_.reads, 2);
}

TEST_F(Envelopes, NeedNoSourceForDataKeysThatTheyWereTold) {
  const Bytes sealed = with({1}).seal(secret("s"), "c");
  const Secret derived = *with({1}).derive("p");
  const auto stored = source_.keys;
  source_.is_away = true;
  source_.reads = 0;
  const Envelope restarted = with({3, 1});
  EXPECT_EQ(error_of(restarted.open(sealed, "c")), SecretErrc::unknown_data_key);
  const auto learnt = restarted.learn(stored);
  EXPECT_EQ(learnt.all, 2U);
  EXPECT_EQ(learnt.foreign, 0U);
  EXPECT_TRUE(restarted.open(sealed, "c")->equals(secret("s")));
  EXPECT_TRUE(restarted.derive("p")->equals(derived));
  EXPECT_EQ(source_.reads, 1);
  EXPECT_EQ(with({3}).learn(stored).foreign, 2U);
}

TEST_F(Envelopes, MayBeUsedByAnyThread) {
  const Envelope envelope = with({1});
  const Bytes sealed = with({1}).seal(secret("s"), "c");
  const auto keys = source_.keys;
  std::atomic<int> opened{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 200; ++n) {
        (void)envelope.learn(keys);
        const Bytes mine = envelope.seal(secret("mine"), "c");
        opened += envelope.open(mine, "c") && envelope.open(sealed, "c") && envelope.derive("p") ? 1 : 0;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(opened.load(), 800);
}

}  // namespace
}  // namespace minidns
