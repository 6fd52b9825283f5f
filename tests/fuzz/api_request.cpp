// Request bodies and targets: a first octet chooses the parser, the rest is its input. What a parser takes must keep
// the limits that the types promise; what it refuses must name a reason; what driver settings are written as reads
// back.

#include "api/dnssec_request.hpp"
#include "api/json_text.hpp"
#include "api/list_query.hpp"
#include "api/nameserver_request.hpp"
#include "api/pool_request.hpp"
#include "api/recordset_request.hpp"
#include "api/target.hpp"
#include "api/text_check.hpp"
#include "api/tsig_key_request.hpp"
#include "api/zone_request.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <string_view>

namespace minidns::fuzz {
namespace {

using namespace minidns::api;

template <class T>
void require_reason(const api::Result<T>& result) {
  if (result) {
    return;
  }
  const Problem& problem = result.error();
  require(traits_of(problem.type).status == 400, "a bad request is the client's fault");
  require(!problem.errors.empty() || problem.type != ProblemType::invalid_object, "an error names its field");
  for (const FieldError& error : problem.errors) {
    require(!error.message.empty(), "an error has words");
  }
}

void require_text(const std::string& text) {
  require(count_code_points(text).has_value(), "text is UTF-8");
  require(text.find('\0') == std::string::npos, "PostgreSQL can store it");
}

void check_records(const std::vector<RecordText>& records) {
  require(records.size() <= records_max, "records have a bound");
  for (const RecordText& record : records) {
    require_text(record);
    require(!record.empty() && record.find('\n') == std::string::npos, "a record is a line");
  }
}

void check_new_zone(std::string_view body) {
  const auto zone = parse_new_zone(body);
  require_reason(zone);
  if (zone) {
    require(!zone->name.is_root(), "the root is no zone");
    require_text(zone->email);
    require_text(zone->description.value_or(""));
    require((zone->type == ZoneType::secondary) == !zone->masters.empty(), "masters go with the type");
  }
}

void check_new_recordset(std::string_view body) {
  const auto recordset = parse_new_recordset(body);
  require_reason(recordset);
  if (recordset) {
    require(!recordset->type.is_meta(), "meta types are no data");
    check_records(recordset->records);
  }
}

void check_recordset_change(std::string_view body) {
  const auto change = parse_recordset_change(body);
  require_reason(change);
  if (change && change->records) {
    check_records(*change->records);
  }
}

void check_new_nameserver(std::string_view body) {
  const auto nameserver = parse_new_nameserver(body);
  require_reason(nameserver);
  if (nameserver) {
    const auto again = driver_settings_from_json(driver_of(nameserver->settings), to_json_text(nameserver->settings));
    require(again && *again == nameserver->settings, "settings read back");
  }
}

void check_target(std::string_view text) {
  const auto target = parse_target(text);
  require_reason(target);
  if (!target) {
    return;
  }
  ListQuery query(target->query);
  (void)query.pattern("name");
  (void)query.rr_type("type");
  (void)query.ttl("ttl");
  const auto page = query.page<ZoneId>(zone_sort_words, true);
  (void)query.finish();
  require(page.limit >= 1 && page.limit <= ZonePageRequest::limit_max, "pages have a bound");
  if (!target->authority && target->path != "*") {
    const auto again = parse_target(target->to_text());
    require(again && again->to_text() == target->to_text(), "a target reads back");
  }
}

/// What the first octet chooses, in this order.
constexpr std::uint8_t parsers = 11;

void run_parser(std::uint8_t choice, std::string_view text) {
  switch (choice % parsers) {
    case 0:
      return check_new_zone(text);
    case 1:
      return require_reason(parse_zone_change(text));
    case 2:
      return check_new_recordset(text);
    case 3:
      return check_recordset_change(text);
    case 4:
      return require_reason(parse_new_pool(text));
    case 5:
      return require_reason(parse_pool_change(text));
    case 6:
      return check_new_nameserver(text);
    case 7:
      return require_reason(parse_nameserver_change(text));
    case 8:
      require_reason(parse_new_tsig_key(text));
      return require_reason(parse_tsig_key_change(text));
    case 9:
      return check_target(text);
    default:
      require_reason(parse_new_dnssec_policy(text));
      require_reason(parse_dnssec_policy_change(text));
      require_reason(parse_zone_signing(text));
      require_reason(parse_roll(text));
      return require_reason(parse_ds_report(text));
  }
}

Bytes seed(std::uint8_t choice, std::string_view text) {
  Bytes octets{choice};
  octets.insert(octets.end(), text.begin(), text.end());
  return octets;
}

}  // namespace

std::vector<Bytes> seeds() {
  return {
      seed(0, R"({"name":"example.org.","email":"a@b.org","ttl":60,"description":"d","attributes":{"a":"b"}})"),
      seed(0, R"({"name":"example.org.","type":"SECONDARY","masters":["192.0.2.1","[::1]:53"]})"),
      seed(1, R"({"email":"a@b.org","description":null,"masters":[],"name":"a.","type":"PRIMARY"})"),
      seed(2, R"({"name":"*.\\046.example.","type":"TXT","records":["\"a b\"","\u00e4\t\\\\"],"ttl":null})"),
      seed(3, R"({"records":["192.0.2.1","192.0.2.2"],"ttl":2147483647,"type":"TYPE65280"})"),
      seed(4, R"({"name":"p","ns_records":[{"hostname":"a.","priority":1}],"primaries":[{"address":"::1","port":1}]})"),
      seed(5, R"({"threshold":null,"unknown_zones":"ignore","is_default":true})"),
      seed(6, R"({"pool_id":"794ccc2c-d751-44fe-b57f-8894c9f5c842","name":"n","driver":"bind","address":"::1",
        "settings":{"control_port":1,"statistics_url":"http://[::1]:80","view":"v"},"secret":"AAEC"})"),
      seed(6, R"({"pool_id":"794ccc2c-d751-44fe-b57f-8894c9f5c842","name":"n","driver":"powerdns","address":"1.2.3.4",
        "settings":{"api_url":"http://1.2.3.4:80"},"secret":"x"})"),
      seed(7, R"({"driver":"bind","settings":{"control_algorithm":"hmac-sha512"},"notify_key_id":null})"),
      seed(8, R"({"name":"k","algorithm":"hmac-sha256","secret":"AAEC","scope":"POOL",
        "resource_id":"794ccc2c-d751-44fe-b57f-8894c9f5c842"})"),
      seed(9, "/v2/zones/?name=%2A.example.&limit=max&marker=794ccc2c-d751-44fe-b57f-8894c9f5c842&sort_dir=desc"),
      seed(9, "http://a:1/v2/recordsets?ttl=60&type=A+"),
  };
}

}  // namespace minidns::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace minidns;
  if (size > 0) {
    fuzz::run_parser(data[0], as_text({data + 1, size - 1}));
  }
  return 0;
}
