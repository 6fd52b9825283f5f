#include "storage/instances.hpp"

#include "storage/hints.hpp"

#include <array>
#include <charconv>

namespace minidns::storage {
namespace {

/// Calls `on_words` with the words of each line that has exactly `Count` of them.
template <std::size_t Count, class OnWords>
void for_each_line(std::string_view payload, OnWords on_words) {
  while (!payload.empty()) {
    const std::size_t end = payload.find('\n');
    std::string_view line = payload.substr(0, end);
    payload = end == std::string_view::npos ? std::string_view() : payload.substr(end + 1);
    std::array<std::string_view, Count> words;
    std::size_t count = 0;
    while (!line.empty() && count < Count) {
      const std::size_t space = line.find(' ');
      words[count++] = line.substr(0, space);
      line = space == std::string_view::npos ? std::string_view() : line.substr(space + 1);
    }
    if (count == Count && line.empty()) {
      on_words(words);
    }
  }
}

std::optional<dns::Version> parse_version(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 1) {
    return std::nullopt;
  }
  return dns::Version(value);
}

void add_line(std::vector<std::string>& payloads, std::string line) {
  constexpr auto size_max = static_cast<std::size_t>(payload_size_octets_max);
  if (payloads.empty() || payloads.back().size() + 1 + line.size() > size_max) {
    payloads.push_back(std::move(line));
  } else {
    payloads.back() += '\n' + line;
  }
}

}  // namespace

std::vector<VersionAnnouncement> parse_announcements(std::string_view payload) {
  std::vector<VersionAnnouncement> announcements;
  for_each_line<3>(payload, [&](const auto& words) {
    const auto instance = InstanceId::parse(words[0]);
    const auto zone = ZoneId::parse(words[1]);
    const auto version = parse_version(words[2]);
    if (instance && zone && version) {
      announcements.push_back({*instance, *zone, *version});
    }
  });
  return announcements;
}

std::vector<VersionHint> parse_version_hints(std::string_view payload) {
  std::vector<VersionHint> hints;
  for_each_line<2>(payload, [&](const auto& words) {
    const auto zone = ZoneId::parse(words[0]);
    const auto version = parse_version(words[1]);
    if (zone && version) {
      hints.push_back({*zone, *version});
    }
  });
  return hints;
}

std::vector<RenotifyRequest> parse_renotify_requests(std::string_view payload) {
  std::vector<RenotifyRequest> requests;
  for_each_line<2>(payload, [&](const auto& words) {
    const auto nameserver = NameserverId::parse(words[0]);
    const auto zone = ZoneId::parse(words[1]);
    if (nameserver && zone) {
      requests.push_back({*nameserver, *zone});
    }
  });
  return requests;
}

std::vector<std::string> to_payloads(const std::vector<VersionAnnouncement>& announcements) {
  std::vector<std::string> payloads;
  for (const VersionAnnouncement& announcement : announcements) {
    add_line(payloads, announcement.instance.to_string() + ' ' + announcement.zone.to_string() + ' ' +
                           std::to_string(announcement.version.value()));
  }
  return payloads;
}

std::vector<std::string> to_payloads(const std::vector<VersionHint>& hints) {
  std::vector<std::string> payloads;
  for (const VersionHint& hint : hints) {
    add_line(payloads, hint.zone.to_string() + ' ' + std::to_string(hint.version.value()));
  }
  return payloads;
}

}  // namespace minidns::storage
