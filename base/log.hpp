#pragma once

#include <atomic>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace minidns {

/// error = a person must act; warning = we recovered; info = life of a zone; debug = packets.
enum class LogLevel { error, warning, info, debug };

[[nodiscard]] std::optional<LogLevel> parse_log_level(std::string_view text);

/// One `key=value` of a log line. Values are quoted and escaped where they hold anything but plain characters, so a
/// hostile name can't forge a line.
struct LogField {
  LogField(std::string_view k, std::string_view v) : key(k), value(v) {}
  LogField(std::string_view k, const char* v) : key(k), value(v) {}
  LogField(std::string_view k, std::string v) : key(k), value(std::move(v)) {}
  LogField(std::string_view k, bool v) : key(k), value(v ? "true" : "false") {}
  template <std::integral T>
  LogField(std::string_view k, T v) : key(k), value(std::to_string(v)) {}
  template <std::floating_point T>
  LogField(std::string_view k, T v) : key(k), value(std::to_string(v)) {}

  std::string_view key;
  std::string value;
};

/// Writes lines `2026-11-21T02:41:43.123Z level=info program=mdns msg="zone loaded" zone=example.org. serial=7` to a
/// file descriptor. Safe to use from any thread; a line is written by one write(2).
class Logger {
 public:
  using Fields = std::initializer_list<LogField>;

  /// `fd` stays the caller's (normally 2, standard error).
  Logger(std::string program, LogLevel threshold, int fd);
  ~Logger();
  Logger(const Logger&) = delete;
  Logger& operator=(const Logger&) = delete;

  void error(std::string_view message, Fields fields = {}) const { write(LogLevel::error, message, fields); }
  void warning(std::string_view message, Fields fields = {}) const { write(LogLevel::warning, message, fields); }
  void info(std::string_view message, Fields fields = {}) const { write(LogLevel::info, message, fields); }
  void debug(std::string_view message, Fields fields = {}) const { write(LogLevel::debug, message, fields); }

  [[nodiscard]] bool enabled(LogLevel level) const { return level <= threshold_.load(std::memory_order_relaxed); }
  /// Any thread; holds for lines that are written from now on.
  void set_level(LogLevel threshold) { threshold_.store(threshold, std::memory_order_relaxed); }

 private:
  void write(LogLevel level, std::string_view message, Fields fields) const;

  std::string program_;
  std::atomic<LogLevel> threshold_;
  int fd_;
};

}  // namespace minidns
