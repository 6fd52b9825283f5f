// verify_request and ClientTransaction on any message that has a TSIG; whatever the fields, our own signature in their
// place must be taken.

#include "tsig/tsig.hpp"

#include "dns/wire/message.hpp"
#include "dns/wire/request.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <array>
#include <memory>
#include <utility>

namespace minidns::fuzz {
namespace {

constexpr auto now = WallTime(std::chrono::seconds(1'800'000'000));
constexpr std::size_t arcount_low = 11;

const std::shared_ptr<const tsig::Key>& key() {
  static const auto the_key = std::make_shared<const tsig::Key>(
      tsig::Key{*dns::Name::from_text("key."), tsig::Algorithm::hmac_sha256, Secret(Bytes(32, 1))});
  return the_key;
}

std::shared_ptr<const tsig::Key> find(const dns::Name& name) {
  return name == key()->name ? key() : nullptr;
}

Bytes signed_query() {
  Bytes query = dns::make_query(1, *dns::Name::from_text("example.org."), dns::RRType::axfr);
  const tsig::ClientTransaction transaction(query, key(), now);
  return query;
}

void check_failure(const tsig::Failure& failure, Bytes answer) {
  const Bytes before = answer;
  tsig::sign_failure(answer, failure, now);
  const bool goes_without = failure.kind == tsig::Failure::Kind::formerr;
  require(goes_without == (answer == before), "a failure is signed, unless it is FORMERR");
  if (!goes_without) {
    const auto read = dns::parse_message(answer);
    require(read && read->tsig, "an answer to a failed request can be read");
    require((read->tsig->error == static_cast<std::uint16_t>(failure.error)), "the TSIG error is told");
    require(read->tsig->mac.empty() == (failure.kind == tsig::Failure::Kind::unsigned_error),
            "only those whose key is known get a MAC");
  }
}

void check_request(ByteView octets, const dns::Message& message) {
  const auto result = tsig::verify_request(octets, message, find, now);
  if (const auto* failure = std::get_if<tsig::Failure>(&result)) {
    check_failure(*failure, dns::make_query(2, dns::Name::root(), dns::RRType::soa));
  } else {
    require(std::get<tsig::Verified>(result).request_mac.size() == 32, "whole MACs only");
  }
}

/// The message as an answer to a request of ours.
void check_answer(ByteView octets, const dns::Message& message) {
  Bytes request = dns::make_query(3, dns::Name::root(), dns::RRType::soa);
  tsig::ClientTransaction client(request, key(), now);
  require(client.verify(octets, message, now).has_value(), "nobody else can sign");
}

/// The message as it was before its TSIG, with one of ours.
void check_signed_again(ByteView octets, const dns::Message& message) {
  Bytes plain(octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(message.tsig->offset));
  if (plain[arcount_low]-- == 0) {
    --plain[arcount_low - 1];
  }
  if (plain.size() + tsig::record_size_octets_max > dns::message_size_octets_max) {
    return;
  }
  const tsig::ClientTransaction transaction(plain, key(), now);
  const auto read = dns::parse_message(plain);
  require(read && read->tsig, "a signed message can be read");
  const auto result = tsig::verify_request(plain, *read, find, now);
  require(std::holds_alternative<tsig::Verified>(result), "our own signature is right");
}

}  // namespace

std::vector<Bytes> seeds() {
  Bytes truncated = signed_query();
  Bytes badkey = dns::make_query(1, dns::Name::root(), dns::RRType::soa);
  const tsig::Failure failure{tsig::Failure::Kind::unsigned_error, dns::TsigErrc::badkey,
                              *dns::parse_message(truncated)->tsig, nullptr};
  tsig::sign_failure(badkey, failure, now);
  return {signed_query(), badkey};
}

}  // namespace minidns::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const minidns::ByteView octets(data, size);
  const auto message = minidns::dns::parse_message(octets);
  if (message && message->tsig) {
    minidns::fuzz::check_request(octets, *message);
    minidns::fuzz::check_answer(octets, *message);
    minidns::fuzz::check_signed_again(octets, *message);
  }
  return 0;
}
