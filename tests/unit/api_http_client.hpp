#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace minidns::api::test {

struct RawResponse {
  int status = 0;  ///< 0: the connection was closed (or nothing came in time) before a whole response
  std::map<std::string, std::string> fields = {};  ///< names in lower case
  std::string body = {};
};

/// A TCP connection on which a test says exactly what it wants to say. Blocking; every wait ends after 10 seconds.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port, int receive_buffer_octets = 0);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  /// False if the connection is gone.
  bool send(std::string_view text);
  /// `GET target` with Host, a member's token and `fields`, each ending in CRLF.
  bool get(const std::string& target, const std::string& fields = {});
  bool post(const std::string& target, const std::string& body, const std::string& fields = {});

  /// The next response, after 1xx ones. To HEAD: without a body.
  RawResponse receive(bool to_head = false);
  /// A line, without CRLF; for looking at 100 Continue.
  std::string receive_line();
  /// Whether the server closes the connection without sending another octet.
  bool is_closed();
  /// No more is sent from here.
  void shut_down_sending();

 private:
  bool fill();

  int fd_ = -1;
  std::string received_;
};

}  // namespace minidns::api::test
