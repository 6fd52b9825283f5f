// TSIG as dnspython understands it, both ways.

#include "tests/harness/process.hpp"
#include "tests/unit/tsig_support.hpp"

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

namespace minidns::tsig::test {
namespace {

class Oracle {
 public:
  explicit Oracle(const Key& key)
      : arguments_{std::string(to_text(key.algorithm)), to_base64(key.secret.reveal())}, name_(key.name.to_text()) {}

  /// The lines of its answer.
  [[nodiscard]] std::vector<std::string> run(const std::string& command, const std::vector<Bytes>& messages,
                                             const std::vector<std::string>& more = {}) const {
    // Debian's interpreter, for which python3-dnspython is packaged; isolated, so that no folder `dns` is taken for it.
    std::vector<std::string> line{"/usr/bin/python3", "-I", MINIDNS_TSIG_ORACLE, command, name_};
    line.insert(line.end(), arguments_.begin(), arguments_.end());
    line.insert(line.end(), more.begin(), more.end());
    std::string input;
    for (const Bytes& message : messages) input += to_hex(message) + "\n";
    const harness::CommandResult result = harness::run(line, input);
    EXPECT_EQ(result.status, 0) << result.err;
    std::vector<std::string> lines;
    std::istringstream out(result.out);
    for (std::string text; std::getline(out, text);) lines.push_back(text);
    return lines;
  }

 private:
  std::vector<std::string> arguments_;
  std::string name_;
};

class TsigOracle : public testing::TestWithParam<Algorithm> {
 protected:
  std::shared_ptr<const Key> key_ = make_key("Transfer.Key.example.", GetParam());
  Oracle oracle_{*key_};
  WallTime now_ = SystemClock().wall();  // dnspython reads its own
};

TEST_P(TsigOracle, ItsRequestsAreTakenByUs) {
  const Bytes request = from_hex(oracle_.run("request", {}).at(0)).value();
  const auto result = verify(request, only(key_), now_);
  EXPECT_TRUE(std::holds_alternative<Verified>(result));
}

TEST_P(TsigOracle, TakesOurRequestAndOurAnswersToItOneOrMany) {
  for (const int count : {1, 2, 250}) {
    Bytes request = query();
    ClientTransaction client(request, key_, now_);
    AnswerSigner signer(std::get<Verified>(verify(request, only(key_), now_)));
    std::vector<Bytes> messages{request};
    for (int i = 0; i < count; ++i) {
      Bytes reply = answer();
      sign_answer(reply, signer, now_);
      messages.push_back(reply);
    }
    EXPECT_EQ(oracle_.run("check", messages), std::vector<std::string>{"ok"}) << count;
    messages.back().at(3) ^= 1;
    EXPECT_NE(oracle_.run("check", messages), std::vector<std::string>{"ok"}) << count;
  }
}

TEST_P(TsigOracle, ItsAnswersAreTakenByUsWithAndWithoutGaps) {
  struct Row {
    int count, gap;
    bool is_right;
  };
  for (const Row& row : {Row{1, 0, true}, Row{100, 0, true}, Row{3, 1, true}, Row{3, 99, true}, Row{2, 100, false}}) {
    Bytes request = query();
    ClientTransaction client(request, key_, now_);
    bool is_right = true;
    for (const std::string& line :
         oracle_.run("answer", {request}, {std::to_string(row.count), std::to_string(row.gap)})) {
      const Bytes reply = from_hex(line).value();
      is_right = is_right && !client.verify(reply, parsed(reply), now_);
    }
    EXPECT_EQ(is_right && client.is_complete(), row.is_right) << row.count << " messages, gaps of " << row.gap;
  }
}

TEST_P(TsigOracle, AgreesOnHowErrorsAreSaid) {
  struct Row {
    Bytes request;
    WallTime our_time;
    std::string expected;
  };
  Bytes truncated_request = signed_query(key_, now_);
  TsigFields truncated = fields_of(truncated_request);
  truncated.mac.resize(truncated.mac.size() / 2 < 10 ? 10 : truncated.mac.size() / 2);
  truncated_request = with_tsig(query(), truncated);
  const Bytes request = signed_query(key_, now_);
  Bytes changed = request;
  changed[3] ^= 1;
  const Row rows[] = {
      {request, now_ + std::chrono::hours(1), "BADTIME signed"},
      {truncated_request, now_, "BADTRUNC signed"},
      {changed, now_, "BADSIG"},
      {signed_query(make_key("unknown.", GetParam()), now_), now_, "BADKEY"},
  };
  for (const Row& row : rows) {
    const Failure failure = std::get<Failure>(verify(row.request, only(key_), row.our_time));
    Bytes reply = answer();
    sign_failure(reply, failure, row.our_time);
    EXPECT_EQ(oracle_.run("error", {row.request, reply}), std::vector<std::string>{row.expected});
  }
}

INSTANTIATE_TEST_SUITE_P(Algorithms, TsigOracle,
                         testing::Values(Algorithm::hmac_sha1, Algorithm::hmac_sha224, Algorithm::hmac_sha256,
                                         Algorithm::hmac_sha384, Algorithm::hmac_sha512),
                         [](const auto& algorithm) {
                           return "Sha" +
                                  std::string(to_text(algorithm.param).substr(std::string_view("hmac-sha").size()));
                         });

}  // namespace
}  // namespace minidns::tsig::test
