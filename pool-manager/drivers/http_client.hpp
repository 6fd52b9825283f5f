#pragma once

#include "base/secret.hpp"
#include "pool-manager/drivers/driver.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace minidns::pool {

enum class HttpMethod { get, post, put, del };

struct HttpResponse {
  unsigned status;
  std::string body;
};

/// A header field that every request carries.
struct HttpCredential {
  std::string field;  ///< X-API-Key
  Secret value;       ///< is_http_field_value
};

struct HttpLimits {
  std::chrono::milliseconds connect{3'000};
  std::chrono::milliseconds request{30'000};  ///< from the first octet sent to the last received
  std::chrono::milliseconds queue{60'000};    ///< for the requests before ours
  /// Between two pieces of a streamed body, and for its first: PowerDNS collects the whole list before it answers, 30 s
  /// for 35,000 zones when DNSSEC is asked for, a tenth of that as we ask.
  std::chrono::milliseconds stream_idle{60'000};
  std::chrono::milliseconds stream_total{900'000};         ///< one million zones from a slow server
  std::size_t header_octets_max = 16 * 1024;               ///< both servers send a few hundred
  std::size_t body_octets_max = 1024 * 1024;               ///< of an answer that is kept whole
  std::size_t stream_octets_max = 1024UL * 1024UL * 1024;  ///< four million zones at 250 octets
};

/// Takes the next piece of a streamed body; an error ends the transfer and becomes its result.
using HttpSink = std::function<std::optional<DriverError>(std::string_view)>;

/// A client of one HTTP/1.1 server: one connection, kept as long as the server wants, one request at a time on it. A
/// request that met a connection which the server had closed meanwhile is sent once more on a new one; it may then be
/// done twice, which every request here bears.
///
/// Errors: unreachable, timeout, protocol (no HTTP, or larger than a limit). A status is not an error here.
/// Calls on the executor only; the object outlives them.
class HttpClient {
 public:
  HttpClient(const boost::asio::any_io_executor& executor, const boost::asio::ip::tcp::endpoint& server,
             std::optional<HttpCredential> credential, HttpLimits limits = {});
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  /// `target`: path and query, percent-encoded. `json` is sent unless empty.
  [[nodiscard]] DriverTask<HttpResponse> request(HttpMethod method, std::string target, std::string json = {});
  /// GET. The body of a 200 goes to `sink` piece by piece, and the response's body is empty; that of another status is
  /// in the response.
  [[nodiscard]] DriverTask<HttpResponse> stream(std::string target, HttpSink sink);

 private:
  class Connection;
  std::unique_ptr<Connection> connection_;
};

/// Whether these octets can be the value of a header field: printable ASCII, at least one (RFC 9110 §5.5 allows more).
[[nodiscard]] bool is_http_field_value(ByteView octets);
/// RFC 3986 §2.1: everything but the unreserved characters.
[[nodiscard]] std::string percent_encoded(std::string_view text);

// Limitations: no TLS (the control channels are loopback or a management network), no proxies, no redirects, addresses
// instead of host names.

}  // namespace minidns::pool
