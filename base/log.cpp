#include "base/log.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <unistd.h>

namespace minidns {
namespace {

/// Of one value; the rest of a longer one is counted, not written. Longer than any domain name in presentation form.
constexpr std::size_t value_octets_max = 2048;
constexpr std::string_view hex_digits = "0123456789abcdef";

std::string_view name_of(LogLevel level) {
  switch (level) {
    case LogLevel::error:
      return "error";
    case LogLevel::warning:
      return "warning";
    case LogLevel::info:
      return "info";
    case LogLevel::debug:
      return "debug";
  }
  return "?";
}

bool is_plain(char c) {
  constexpr std::string_view marks = "-_.:/+@,%*[]#";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         marks.find(c) != std::string_view::npos;
}

void append_escaped(std::string& line, char c) {
  const auto octet = static_cast<unsigned char>(c);
  if (c == '"' || c == '\\') {
    line.push_back('\\');
    line.push_back(c);
  } else if (c == '\n') {
    line.append("\\n");
  } else if (octet < 0x20 || octet > 0x7e) {
    line.append("\\x");
    line.push_back(hex_digits[octet >> 4U]);
    line.push_back(hex_digits[octet & 0x0fU]);
  } else {
    line.push_back(c);
  }
}

void append_quoted(std::string& line, std::string_view value) {
  line.push_back('"');
  for (const char c : value.substr(0, value_octets_max)) {
    append_escaped(line, c);
  }
  if (value.size() > value_octets_max) {
    line.append("...+").append(std::to_string(value.size() - value_octets_max));
  }
  line.push_back('"');
}

void append_value(std::string& line, std::string_view value) {
  const bool plain = !value.empty() && value.size() <= value_octets_max && std::ranges::all_of(value, is_plain);
  if (plain) {
    line.append(value);
  } else {
    append_quoted(line, value);
  }
}

/// RFC 3339, UTC, milliseconds.
std::string timestamp(std::chrono::system_clock::time_point now) {
  const auto milliseconds =
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() % 1000;
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  char text[40];
  const std::size_t length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
  const int rest = std::snprintf(text + length, sizeof text - length, ".%03dZ", static_cast<int>(milliseconds));
  return {text, length + static_cast<std::size_t>(rest)};
}

/// A log that can't be written has nobody to be told about; the program goes on.
void write_all(int fd, std::string_view line) {
  while (!line.empty()) {
    const ssize_t written = ::write(fd, line.data(), line.size());
    if (written >= 0) {
      line.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      return;
    }
  }
}

}  // namespace

std::optional<LogLevel> parse_log_level(std::string_view text) {
  for (const LogLevel level : {LogLevel::error, LogLevel::warning, LogLevel::info, LogLevel::debug}) {
    if (text == name_of(level)) {
      return level;
    }
  }
  return std::nullopt;
}

Logger::Logger(std::string program, LogLevel threshold, int fd)
    : program_(std::move(program)), threshold_(threshold), fd_(fd) {}

Logger::~Logger() = default;

void Logger::write(LogLevel level, std::string_view message, Fields fields) const {
  if (!enabled(level)) {
    return;
  }
  std::string line = timestamp(std::chrono::system_clock::now());
  line.append(" level=").append(name_of(level)).append(" program=");
  append_value(line, program_);
  line.append(" msg=");
  append_quoted(line, message);
  for (const LogField& field : fields) {
    line.push_back(' ');
    line.append(field.key).push_back('=');
    append_value(line, field.value);
  }
  line.push_back('\n');
  write_all(fd_, line);
}

}  // namespace minidns
