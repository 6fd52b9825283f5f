#include "pool-manager/drivers/nsd_text.hpp"

#include "base/bytes.hpp"
#include "pool-manager/drivers/failure.hpp"
#include "pool-manager/drivers/zone_list.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace minidns::pool {
namespace {

/// A line with this octet ends the input.
constexpr std::string_view end_of_input = "\x04\n";

DriverError malformed(std::string_view why) {
  return {DriverErrc::protocol, "NSD's answer: " + std::string(why)};
}

/// Takes the next line off a text, without its end.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

/// Reasons are sentences; these parts of them didn't change for years.
DriverErrc code_of(std::string_view reasons) {
  if (reasons.find("already exists") != std::string_view::npos) {
    return DriverErrc::already_exists;
  }
  if (reasons.find("not present") != std::string_view::npos ||
      reasons.find("not configured") != std::string_view::npos) {
    return DriverErrc::no_such_zone;
  }
  return DriverErrc::rejected;
}

DriverError failure(std::string_view reasons) {
  while (reasons.ends_with('\n')) {
    reasons.remove_suffix(1);
  }
  return {code_of(reasons), quote(reasons.empty() ? "NSD gave no reason" : reasons)};
}

/// Takes the lines about one zone off the answer.
DriverResult<void> take_result(std::string_view& answer, const std::string& done, const std::string& name) {
  std::string reasons;
  while (!answer.empty()) {
    const std::string_view line = take_line(answer);
    if (line == done + ": " + name) {
      return reasons.empty() ? DriverResult<void>() : DriverResult<void>(failure(reasons));
    }
    if (line == "error for input line '" + name + "'") {
      return failure(reasons);
    }
    reasons += std::string(line) + "\n";
  }
  return malformed("it says nothing of " + name + (reasons.empty() ? "" : ": " + quote(reasons)));
}

/// The value of `word: "value"` in a line.
std::string_view quoted_value(std::string_view line, std::string_view word) {
  const std::string mark = std::string(word) + ": \"";
  const std::size_t begin = line.find(mark);
  if (begin == std::string_view::npos) {
    return {};
  }
  const std::string_view rest = line.substr(begin + mark.size());
  return rest.substr(0, rest.find('"'));
}

/// The line of `print_tsig` about a key; empty if there is none.
std::string_view line_of_key(std::string_view answer, const dns::Name& key) {
  while (!answer.empty()) {
    const std::string_view line = take_line(answer);
    std::string name(quoted_value(line, "name"));
    if (!name.ends_with('.')) {
      name += '.';
    }
    const auto parsed = dns::Name::from_text(name);
    if (parsed && *parsed == key) {
      return line;
    }
  }
  return {};
}

/// The rest of a line after `word: `, without quotes.
std::optional<std::string_view> value_after(std::string_view line, std::string_view word) {
  if (!line.starts_with(word)) {
    return std::nullopt;
  }
  line.remove_prefix(word.size());
  if (line.starts_with('"')) {
    line.remove_prefix(1);
  }
  if (line.ends_with('"')) {
    line.remove_suffix(1);
  }
  return line;
}

/// `none`, or `7 since 2026-11-26T05:17:00`.
DriverResult<std::optional<dns::Serial>> serial_of(std::string_view text) {
  if (text == "none") {
    return std::optional<dns::Serial>();
  }
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || (end != text.data() + text.size() && *end != ' ')) {
    return malformed("a serial is " + quote(text));
  }
  return std::optional(dns::Serial(number));
}

}  // namespace

std::string nsd_name(const dns::Name& name) {
  return name.lowercased().to_text();
}

std::string nsd_zones_to_add(const std::vector<dns::Name>& zones, const std::string& pattern) {
  std::string input;
  for (const dns::Name& zone : zones) {
    input += nsd_name(zone) + " " + pattern + "\n";
  }
  return input.append(end_of_input);
}

std::string nsd_zones_to_remove(const std::vector<dns::Name>& zones) {
  std::string input;
  for (const dns::Name& zone : zones) {
    input += nsd_name(zone) + "\n";
  }
  return input.append(end_of_input);
}

ZoneResults nsd_results(std::string_view answer, const std::string& done, const std::vector<dns::Name>& zones) {
  ZoneResults results;
  results.reserve(zones.size());
  for (const dns::Name& zone : zones) {
    results.push_back(take_result(answer, done, nsd_name(zone)));
  }
  return results;
}

DriverResult<void> nsd_result(std::string_view answer) {
  if (answer == "ok\n") {
    return {};
  }
  if (answer.empty()) {
    return malformed("it is empty");
  }
  return failure(answer);
}

DriverResult<std::string> nsd_pattern_of(std::string_view answer) {
  if (!answer.starts_with("zone:")) {
    return answer.empty() ? malformed("it is empty") : failure(answer);
  }
  while (!answer.empty()) {
    if (const auto pattern = value_after(take_line(answer), "\tpattern: ")) {
      return std::string(*pattern);
    }
  }
  return std::string();  // a zone that is written in nsd.conf
}

bool nsd_has_key(std::string_view answer, const dns::Name& key) {
  return !line_of_key(answer, key).empty();
}

DriverResult<void> nsd_check_key(std::string_view answer, const tsig::Key& key) {
  const std::string_view line = line_of_key(answer, key.name);
  if (line.empty()) {
    return DriverError{DriverErrc::rejected, "nsd.conf has no key " + key.name.to_text()};
  }
  if (quoted_value(line, "secret") != to_base64(key.secret.reveal()) ||
      !line.ends_with("algorithm: " + std::string(tsig::to_text(key.algorithm)))) {
    return DriverError{DriverErrc::rejected,
                       "key " + key.name.to_text() + " of nsd.conf has another secret or algorithm"};
  }
  return {};
}

bool is_nsd_pattern(std::string_view name) {
  constexpr std::size_t octets_max = 100;
  return !name.empty() && name.size() <= octets_max &&
         std::ranges::all_of(name, [](char c) { return c > 32 && c < 127; });
}

std::optional<DriverError> NsdListReader::add(std::string_view piece) {
  rest_.append(piece);
  std::string_view text = rest_;
  while (text.find('\n') != std::string_view::npos) {
    if (auto error = add_line(take_line(text))) {
      return error;
    }
  }
  if (text.size() > line_octets_max) {
    return malformed("a line is too long");
  }
  rest_ = std::string(text);
  return std::nullopt;
}

std::optional<DriverError> NsdListReader::add_line(std::string_view line) {
  if (line.starts_with("zone:\t")) {
    keep_current();
    std::string text(line.substr(6));
    if (!text.ends_with('.')) {
      text += '.';  // of a zone that somebody added so
    }
    const auto name = dns::Name::from_text(text);
    if (!name) {
      return malformed("no name: " + quote(text));
    }
    if (zones_.size() == ZoneListParser::zones_max) {
      return malformed("more zones than anybody has");
    }
    current_ = ListedZone{*name, std::nullopt};
    return std::nullopt;
  }
  if (!current_ || !line.starts_with('\t')) {
    return malformed(quote(line));
  }
  if (const auto state = value_after(line, "\tstate: ")) {
    is_secondary_ = *state != "primary" && *state != "master";
  } else if (const auto text = value_after(line, "\tserved-serial: ")) {
    const auto serial = serial_of(*text);
    if (!serial) {
      return serial.error();
    }
    current_->serial = *serial;
  }
  return std::nullopt;
}

void NsdListReader::keep_current() {
  if (current_ && is_secondary_) {
    zones_.push_back(std::move(*current_));
  }
  current_.reset();
  is_secondary_ = false;
}

DriverResult<std::vector<ListedZone>> NsdListReader::finish() && {
  if (!rest_.empty()) {
    return malformed("it ends within a line");
  }
  keep_current();
  return in_canonical_order(std::move(zones_));
}

}  // namespace minidns::pool
