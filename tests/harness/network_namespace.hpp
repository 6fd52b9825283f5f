#pragma once

#include <memory>
#include <string>

namespace minidns::harness {

/// A network of its own for a server, joined with ours by a virtual cable that can be cut: packets then vanish without
/// a word, as when a switch dies.
class NetworkNamespace {
 public:
  /// Null where that isn't permitted (it needs root and the kernel's leave).
  [[nodiscard]] static std::unique_ptr<NetworkNamespace> create();
  ~NetworkNamespace();
  NetworkNamespace(const NetworkNamespace&) = delete;
  NetworkNamespace& operator=(const NetworkNamespace&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }
  /// Of the server's end, as seen from ours.
  [[nodiscard]] std::string address() const { return network_ + ".2"; }
  /// Of both ends, for an access list.
  [[nodiscard]] std::string network() const { return network_ + ".0/24"; }

  void cut();
  void join();

 private:
  NetworkNamespace(std::string name, std::string network) : name_(std::move(name)), network_(std::move(network)) {}

  std::string name_;
  std::string network_;  ///< the first three octets
};

}  // namespace minidns::harness
