#pragma once

#include "api/call.hpp"
#include "api/http_message.hpp"
#include "api/page.hpp"
#include "api/render.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace minidns::api {

[[nodiscard]] Answer json_answer(int status, const boost::json::object& body);
[[nodiscard]] Answer empty_answer(int status);

enum class Location { without, with };

/// One thing; its address in `Location` if it was created.
template <class View>
[[nodiscard]] Answer one(int status, const View& view, const Call& call, Location location = Location::without) {
  Answer answer = json_answer(status, render(view, call.base_url));
  if (location == Location::with) {
    answer.fields.push_back({"Location", call.base_url + path_of(view)});
  }
  return answer;
}

/// Whether a list says how many there are in all; in Designate only some collections do.
enum class Counted { no, yes };

/// What there is to say of a list beside its items.
struct ListFrame {
  std::string_view collection;
  Counted counted;
};

/// `items` and the rest of the list's answer. `last_id` is the last item's, if there is more after it.
[[nodiscard]] Answer list_answer(const ListFrame& frame, boost::json::array items, const Call& call,
                                 const std::optional<std::string>& last_id, std::optional<std::uint64_t> total_count);

/// Octets of record text in one page, beyond which it ends early: 1000 recordsets of 112,000 octets each would cost a
/// tenant little and us hundreds of megabytes. One item always fits.
inline constexpr std::size_t page_records_octets_max = 8 * 1024 * 1024;

/// What an item adds to that; only recordsets can be large.
[[nodiscard]] std::size_t records_octets(const RecordsetView& recordset);
template <class View>
[[nodiscard]] std::size_t records_octets(const View& /*view*/) {
  return 0;
}

template <class View>
[[nodiscard]] Answer list(const ListFrame& frame, const Page<View>& page, const Call& call) {
  boost::json::array items;
  items.reserve(page.items.size());
  std::size_t octets = 0;
  for (const View& view : page.items) {
    octets += records_octets(view);
    if (octets > page_records_octets_max && !items.empty()) {
      break;
    }
    items.push_back(render(view, call.base_url));
  }
  // A page that happens to be full is not followed by an empty one: `next` only if there is more.
  std::optional<std::string> last_id;
  if (!items.empty() && (page.more || items.size() < page.items.size())) {
    last_id = page.items[items.size() - 1].id.to_string();
  }
  return list_answer(frame, std::move(items), call, last_id, page.total_count);
}

}  // namespace minidns::api
