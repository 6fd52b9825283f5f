#pragma once

#include "mdns/stream.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <memory>

namespace boost::asio::ssl {
class context;
}

namespace minidns::mdns {

/// For TlsContext. Octets that are written are copied once, by the encryption.
[[nodiscard]] std::unique_ptr<Stream> make_tls_stream(boost::asio::ip::tcp::socket socket,
                                                      boost::asio::ssl::context& context);

}  // namespace minidns::mdns
