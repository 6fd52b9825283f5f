#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace minidns::mdns {

/// The octets of one TCP connection, as they are or through TLS. All on the socket's strand; at most one read and one
/// write at a time. No wait has a limit here: the connection's deadline calls `cancel` or `close`.
class Stream {
 public:
  virtual ~Stream() = default;

  [[nodiscard]] virtual boost::asio::any_io_executor executor() = 0;
  /// What comes before the first octet of DNS: nothing, or TLS's handshake. Throws boost::system::system_error.
  [[nodiscard]] virtual boost::asio::awaitable<void> open() = 0;
  /// Fills the buffer; `eof` at the end of the stream.
  [[nodiscard]] virtual boost::asio::awaitable<boost::system::error_code> read(boost::asio::mutable_buffer buffer) = 0;
  /// Writes what is taken without waiting, in order and without a copy: its octets, often 0. TLS never does.
  [[nodiscard]] virtual std::size_t write_now(std::span<const boost::asio::const_buffer> parts) = 0;
  /// Writes one octet or more of what isn't empty, in order. Throws boost::system::system_error.
  [[nodiscard]] virtual boost::asio::awaitable<std::size_t> write_some(
      std::span<const boost::asio::const_buffer> parts) = 0;
  /// Says that nothing more comes, where the protocol has a word for that.
  [[nodiscard]] virtual boost::asio::awaitable<void> finish() = 0;
  /// What is under way fails with `operation_aborted`; `finish` still works.
  virtual void cancel() noexcept = 0;
  virtual void close() noexcept = 0;
  /// After `open`: the DNS names in the peer's certificate, in lower case, if it has one that was verified.
  [[nodiscard]] virtual std::vector<std::string> peer_names() = 0;
};

[[nodiscard]] std::unique_ptr<Stream> make_plain_stream(boost::asio::ip::tcp::socket socket);

}  // namespace minidns::mdns
