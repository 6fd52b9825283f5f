#include "mdns/rendered_differences.hpp"
#include "tests/unit/mdns_support.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

namespace minidns::mdns::test {
namespace {

using Answer = RenderedDifferences::Answer;

DifferenceKey key(std::uint32_t from, std::int64_t to = 100) {
  return {ContentKey{ZoneId(uuid(1))}, dns::Serial(from), dns::Version(to)};
}

Answer answer(int changes = 1) {
  dns::Delta delta{dns::Version(1),
                   dns::Version(2),
                   head(1, "example.", 1, 1).soa_rrset(),
                   head(1, "example.", 2, 2).soa_rrset(),
                   {}};
  for (int i = 0; i < changes; ++i) {
    delta.changes.push_back({{}, {a_rrset("h" + std::to_string(i) + ".example.")}});
  }
  return dns::IxfrAnswer::render(delta, 1'000'000);
}

TEST(RenderedDifferences, AreMadeOnceForAllWhoAskMeanwhile) {
  RenderedDifferences differences(1'000'000);
  WorkerPool workers("test", 2, 100);
  std::promise<void> may_end;
  const auto ended = may_end.get_future().share();
  std::atomic<int> made = 0;
  const auto make = [&] {
    ended.wait();
    ++made;
    return answer();
  };
  std::vector<std::future<Answer>> answers;
  for (int i = 0; i < 20; ++i) {
    const auto promise = std::make_shared<std::promise<Answer>>();
    answers.push_back(promise->get_future());
    EXPECT_TRUE(differences.obtain(workers, key(1), make, [promise](const Answer& a) { promise->set_value(a); }));
  }
  may_end.set_value();
  const Answer first = answers[0].get();
  ASSERT_TRUE(first);
  for (std::size_t i = 1; i < answers.size(); ++i) {
    EXPECT_EQ(answers[i].get(), first);
  }
  EXPECT_EQ(made, 1);
  EXPECT_EQ(differences.find(key(1)), first);
  EXPECT_EQ(differences.find(key(2)), nullptr);
  EXPECT_EQ(differences.find(key(1, 101)), nullptr);
}

TEST(RenderedDifferences, ThatThereIsNoneIsNotRemembered) {
  RenderedDifferences differences(1'000'000);
  WorkerPool workers("test", 1, 100);
  for (const Answer& given : {Answer(), answer()}) {
    std::promise<Answer> promise;
    EXPECT_TRUE(differences.obtain(
        workers, key(1), [&] { return given; }, [&](const Answer& a) { promise.set_value(a); }));
    EXPECT_EQ(promise.get_future().get(), given);
  }
}

TEST(RenderedDifferences, ThoseUsedLastAreKeptWithinTheLimit) {
  const Answer one = answer(100);
  RenderedDifferences differences(5 * one->size_octets());
  for (std::uint32_t from = 1; from <= 20; ++from) {
    differences.put(key(from), one);
    EXPECT_EQ(differences.find(key(1)), one) << "used again and again";
    EXPECT_LE(differences.octets(), 5 * one->size_octets());
  }
  EXPECT_EQ(differences.find(key(2)), nullptr);
  EXPECT_EQ(differences.find(key(20)), one);
  differences.put(key(30), answer(1000));
  EXPECT_EQ(differences.find(key(30)), nullptr) << "larger than all that is kept";
  EXPECT_EQ(differences.find(key(20)), one);
}

TEST(RenderedDifferences, AreNotMadeByWorkersThatAreBusy) {
  RenderedDifferences differences(1'000'000);
  WorkerPool workers("test", 1, 1);
  workers.stop();
  EXPECT_FALSE(differences.obtain(
      workers, key(1), [] { return answer(); }, [](const Answer&) { FAIL(); }));
}

TEST(RenderedDifferences, ManyThreadsAskForManyAtOnce) {
  RenderedDifferences differences(20'000);
  auto workers = std::make_unique<WorkerPool>("test", 2, 100'000);
  std::atomic<int> answered = 0;
  constexpr int threads = 4;
  constexpr int each = 2'000;
  {
    std::vector<std::jthread> askers;
    for (int t = 0; t < threads; ++t) {
      askers.emplace_back([&] {
        for (std::uint32_t i = 0; i < each; ++i) {
          EXPECT_TRUE(differences.obtain(
              *workers, key(i % 50), [] { return answer(3); }, [&](const Answer& a) { answered += a ? 1 : 0; }));
        }
      });
    }
  }
  workers.reset();  // when all is done
  EXPECT_EQ(answered, threads * each);
}

}  // namespace
}  // namespace minidns::mdns::test
