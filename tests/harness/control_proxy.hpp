#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace minidns::harness {

/// Stands in front of a server's control channel on 127.0.0.1 and passes octets on, if it likes. With `swallow` it
/// takes connections, and UDP datagrams on the same port, and never says a word.
class ControlProxy {
 public:
  /// `target`: the port that it stands for.
  explicit ControlProxy(std::uint16_t target);
  ~ControlProxy();
  ControlProxy(const ControlProxy&) = delete;
  ControlProxy& operator=(const ControlProxy&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  /// Of each piece that the client sends.
  void delay(std::chrono::milliseconds time);
  void swallow(bool on);
  /// Connections taken so far.
  [[nodiscard]] std::size_t connections() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// An HTTP server in front of a PowerDNS's API that passes requests on, or lies: it says 201 or 204 to what makes,
/// changes or deletes a zone, and does nothing.
class LyingApi {
 public:
  explicit LyingApi(std::uint16_t target);
  ~LyingApi();
  LyingApi(const LyingApi&) = delete;
  LyingApi& operator=(const LyingApi&) = delete;

  [[nodiscard]] std::string url() const;
  void lie(bool on);
  /// Requests that were answered with a lie.
  [[nodiscard]] std::size_t lies() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace minidns::harness
