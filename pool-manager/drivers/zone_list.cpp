#include "pool-manager/drivers/zone_list.hpp"

#include "pool-manager/drivers/failure.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/error.hpp>

#include <algorithm>
#include <limits>

namespace minidns::pool {
namespace {

namespace json = boost::json;
using boost::system::error_code;

DriverError malformed(std::string_view what) {
  return DriverError{DriverErrc::protocol, "zone list: " + std::string(what)};
}

/// Both servers write names in presentation form, BIND without the dot at the end. A dot after an odd number of
/// backslashes belongs to the last label.
std::string with_final_dot(std::string text) {
  std::size_t backslashes = 0;
  while (backslashes + 1 < text.size() && text[text.size() - 2 - backslashes] == '\\') {
    ++backslashes;
  }
  if (!text.ends_with('.') || backslashes % 2 == 1) {
    text += '.';
  }
  return text;
}

/// What is kept of one zone's object while it is read.
struct ZoneFields {
  std::string name;
  std::string type;  ///< BIND's `type`, PowerDNS's `kind`
  std::string klass;
  std::optional<std::uint64_t> serial;
};

}  // namespace

/// Boost.JSON's events (its "SAX handler"): functions named by the library. They return false, with `error` set, to
/// stop.
class ZoneListParser::Handler {
 public:
  static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_array_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_key_size = string_octets_max;
  static constexpr std::size_t max_string_size = string_octets_max;

  explicit Handler(ZoneListFormat format) : format_(std::move(format)) {}

  std::vector<ListedZone> zones;
  std::optional<DriverError> failure;  ///< why we stopped, if it was us

  /// Whether the list was there at all; an answer without one must not pass for an empty list.
  [[nodiscard]] bool has_list() const { return has_list_; }

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }

  bool on_object_begin(error_code&) {
    path_.emplace_back();
    has_list_ = has_list_ || (format_.kind == ZoneListFormat::Kind::bind && is_in_list_holder());
    if (is_in_zone()) {
      fields_ = ZoneFields{};
    }
    return true;
  }

  bool on_object_end(std::size_t, error_code& error) {
    const bool is_kept = !is_in_zone() || keep_zone();
    path_.pop_back();
    if (!is_kept) {
      error = json::make_error_code(json::error::exception);  // any: `failure` says why
    }
    return is_kept;
  }

  bool on_array_begin(error_code&) {
    path_.emplace_back();
    has_list_ = has_list_ || (format_.kind == ZoneListFormat::Kind::powerdns && is_in_list_holder());
    return true;
  }
  bool on_array_end(std::size_t, error_code&) {
    path_.pop_back();
    return true;
  }

  bool on_key_part(json::string_view part, std::size_t, error_code&) {
    partial_.append(part.data(), part.size());
    return true;
  }
  bool on_key(json::string_view part, std::size_t, error_code&) {
    partial_.append(part.data(), part.size());
    path_.back() = std::exchange(partial_, {});
    return true;
  }

  bool on_string_part(json::string_view part, std::size_t, error_code&) {
    partial_.append(part.data(), part.size());
    return true;
  }
  bool on_string(json::string_view part, std::size_t, error_code&) {
    partial_.append(part.data(), part.size());
    std::string value = std::exchange(partial_, {});
    if (is_in_zone()) {
      take_string(std::move(value));
    }
    return true;
  }

  bool on_int64(std::int64_t value, json::string_view, error_code&) {
    if (value >= 0) {
      take_number(static_cast<std::uint64_t>(value));
    }
    return true;
  }
  bool on_uint64(std::uint64_t value, json::string_view, error_code&) {
    take_number(value);
    return true;
  }

  bool on_number_part(json::string_view, error_code&) { return true; }
  bool on_double(double, json::string_view, error_code&) { return true; }
  bool on_bool(bool, error_code&) { return true; }
  bool on_null(error_code&) { return true; }
  bool on_comment_part(json::string_view, error_code&) { return true; }
  bool on_comment(json::string_view, error_code&) { return true; }

 private:
  /// `path_` has an entry per open object (its present key) and array (an empty one).
  [[nodiscard]] bool is_in_zone() const {
    switch (format_.kind) {
      case ZoneListFormat::Kind::bind:
        return path_.size() == 5 && path_[0] == "views" && path_[1] == format_.view && path_[2] == "zones";
      case ZoneListFormat::Kind::powerdns:
        return path_.size() == 2;
    }
    return false;
  }

  /// What must be there even if there are no zones: BIND leaves `zones` out of a view without any.
  [[nodiscard]] bool is_in_list_holder() const {
    switch (format_.kind) {
      case ZoneListFormat::Kind::bind:
        return path_.size() == 3 && path_[0] == "views" && path_[1] == format_.view;
      case ZoneListFormat::Kind::powerdns:
        return path_.size() == 1;
    }
    return false;
  }

  void take_string(std::string value) {
    const std::string& key = path_.back();
    if (key == "name") {
      fields_.name = std::move(value);
    } else if (key == "type" || key == "kind") {
      fields_.type = std::move(value);
    } else if (key == "class") {
      fields_.klass = std::move(value);
    }
  }

  void take_number(std::uint64_t value) {
    if (is_in_zone() && path_.back() == "serial") {
      fields_.serial = value;
    }
  }

  [[nodiscard]] bool is_ours() const {
    switch (format_.kind) {
      case ZoneListFormat::Kind::bind:
        return fields_.klass == "IN" && (fields_.type == "secondary" || fields_.type == "slave");
      case ZoneListFormat::Kind::powerdns:
        return fields_.type == "Slave" || fields_.type == "Secondary";
    }
    return false;
  }

  /// PowerDNS says serial 0 for a zone that it has not transferred yet; we never use 0 (dns::Serial::advanced).
  [[nodiscard]] std::optional<dns::Serial> serial() const {
    const bool is_absent = !fields_.serial || *fields_.serial > std::numeric_limits<std::uint32_t>::max() ||
                           (format_.kind == ZoneListFormat::Kind::powerdns && *fields_.serial == 0);
    return is_absent ? std::nullopt : std::optional(dns::Serial(static_cast<std::uint32_t>(*fields_.serial)));
  }

  [[nodiscard]] bool keep_zone() {
    if (!is_ours()) {
      return true;
    }
    if (zones.size() == zones_max) {
      failure = malformed("more than " + std::to_string(zones_max) + " zones");
      return false;
    }
    if (fields_.name.empty()) {
      failure = malformed("a zone without a name");
      return false;
    }
    dns::Result<dns::Name> name = dns::Name::from_text(with_final_dot(fields_.name));
    if (!name) {
      failure = malformed("not a name: " + quote(fields_.name));
      return false;
    }
    zones.push_back(ListedZone{std::move(*name), serial()});
    return true;
  }

  ZoneListFormat format_;
  std::vector<std::string> path_;
  std::string partial_;
  ZoneFields fields_;
  bool has_list_ = false;
};

struct ZoneListParser::State {
  explicit State(ZoneListFormat format) : parser(options(), std::move(format)) {}

  static json::parse_options options() {
    json::parse_options options;
    options.max_depth = depth_max;
    return options;
  }

  json::basic_parser<Handler> parser;
};

ZoneListParser::ZoneListParser(ZoneListFormat format) : state_(std::make_unique<State>(std::move(format))) {}
ZoneListParser::~ZoneListParser() = default;

std::optional<DriverError> ZoneListParser::add(std::string_view piece) {
  error_code error;
  const std::size_t used =
      state_->parser.done() ? 0 : state_->parser.write_some(true, piece.data(), piece.size(), error);
  if (state_->parser.handler().failure) {
    return state_->parser.handler().failure;
  }
  if (error) {
    return malformed(error.message());
  }
  if (used < piece.size() && piece.find_first_not_of(" \t\r\n", used) != std::string_view::npos) {
    return malformed("more follows the JSON value");
  }
  return std::nullopt;
}

DriverResult<std::vector<ListedZone>> ZoneListParser::finish() && {
  error_code error;
  if (!state_->parser.done()) {
    state_->parser.write_some(false, nullptr, 0, error);
  }
  if (error || !state_->parser.done()) {
    return malformed("it ends too early");
  }
  if (!state_->parser.handler().has_list()) {
    return malformed("no list of zones in it (no such view?)");
  }
  return in_canonical_order(std::move(state_->parser.handler().zones));
}

std::vector<ListedZone> in_canonical_order(std::vector<ListedZone> zones) {
  const auto by_name = [](const ListedZone& a, const ListedZone& b) { return a.name < b.name; };
  const auto same_name = [](const ListedZone& a, const ListedZone& b) { return a.name == b.name; };
  const auto breaks_order = [](const ListedZone& a, const ListedZone& b) { return a.name >= b.name; };
  if (std::adjacent_find(zones.begin(), zones.end(), breaks_order) == zones.end()) {
    return zones;  // as BIND lists them
  }
  std::stable_sort(zones.begin(), zones.end(), by_name);
  zones.erase(std::unique(zones.begin(), zones.end(), same_name), zones.end());
  return zones;
}

}  // namespace minidns::pool
