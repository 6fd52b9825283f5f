#include "api/answers.hpp"

#include <boost/json/serialize.hpp>

namespace minidns::api {
namespace {

namespace json = boost::json;

/// The same list from after `last_id` on.
std::string next_link(const Call& call, const std::string& last_id) {
  Target target = call.target;
  std::erase_if(target.query, [](const QueryParameter& parameter) { return parameter.name == "marker"; });
  target.query.push_back({"marker", last_id, "marker=" + last_id});
  return call.base_url + target.to_text();
}

}  // namespace

Answer json_answer(int status, const json::object& body) {
  Answer answer;
  answer.status = status;
  answer.body = json::serialize(body);
  return answer;
}

Answer empty_answer(int status) {
  Answer answer;
  answer.status = status;
  return answer;
}

std::size_t records_octets(const RecordsetView& recordset) {
  std::size_t octets = 0;
  for (const RecordText& record : recordset.records) {
    octets += record.size();
  }
  return octets;
}

Answer list_answer(const ListFrame& frame, json::array items, const Call& call,
                   const std::optional<std::string>& last_id, std::optional<std::uint64_t> total_count) {
  json::object links{{"self", call.base_url + call.target.to_text()}};
  if (last_id) {
    links["next"] = next_link(call, *last_id);
  }
  json::object body{{frame.collection, std::move(items)}, {"links", std::move(links)}};
  if (frame.counted == Counted::yes) {
    body["metadata"] = total_count ? json::object{{"total_count", *total_count}} : json::object();
  }
  return json_answer(200, body);
}

}  // namespace minidns::api
