#include "mdns/tls/tls_stream.hpp"

#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace minidns::mdns {
namespace asio = boost::asio;

namespace {

template <auto Free>
struct FreeWith {
  template <class T>
  void operator()(T* owned) const {
    Free(owned);
  }
};
using Certificate = std::unique_ptr<X509, FreeWith<X509_free>>;
using Names = std::unique_ptr<GENERAL_NAMES, FreeWith<GENERAL_NAMES_free>>;

/// A certificate's dNSNames in lower case. One with a zero octet inside is none.
std::vector<std::string> dns_names_of(X509* certificate) {
  std::vector<std::string> found;
  const Names names(static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* const name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_DNS) {
      continue;
    }
    std::string text(reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName)),
                     static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName)));
    std::ranges::transform(text, text.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    if (text.find('\0') == std::string::npos) {
      found.push_back(std::move(text));
    }
  }
  return found;
}

class TlsStream final : public Stream {
 public:
  TlsStream(asio::ip::tcp::socket socket, asio::ssl::context& context) : stream_(std::move(socket), context) {}

  asio::any_io_executor executor() override { return stream_.get_executor(); }

  asio::awaitable<void> open() override {
    co_await stream_.async_handshake(asio::ssl::stream_base::server, asio::use_awaitable);
  }

  asio::awaitable<boost::system::error_code> read(asio::mutable_buffer buffer) override {
    boost::system::error_code error;
    co_await asio::async_read(stream_, buffer, asio::redirect_error(asio::use_awaitable, error));
    // A peer that just closes. Nothing can be cut off by a third party: a request has its length before it.
    if (error == asio::ssl::error::stream_truncated) {
      error = asio::error::eof;
    }
    co_return error;
  }

  std::size_t write_now(std::span<const asio::const_buffer>) override { return 0; }

  asio::awaitable<std::size_t> write_some(std::span<const asio::const_buffer> parts) override {
    const std::size_t written = co_await stream_.async_write_some(parts, asio::use_awaitable);
    co_return written;
  }

  /// close_notify (RFC 8446 §6.1), and the peer's.
  asio::awaitable<void> finish() override {
    boost::system::error_code ignored;  // a peer that has gone: there is nobody to tell
    co_await stream_.async_shutdown(asio::redirect_error(asio::use_awaitable, ignored));
  }

  void cancel() noexcept override {
    boost::system::error_code ignored;  // of a socket that is closed: nothing is under way
    stream_.next_layer().cancel(ignored);
  }

  void close() noexcept override {
    boost::system::error_code ignored;  // it's closed either way
    stream_.next_layer().close(ignored);
  }

  /// The handshake has verified the certificate if there is one.
  std::vector<std::string> peer_names() override {
    const Certificate certificate(SSL_get1_peer_certificate(stream_.native_handle()));
    return certificate ? dns_names_of(certificate.get()) : std::vector<std::string>();
  }

 private:
  asio::ssl::stream<asio::ip::tcp::socket> stream_;
};

}  // namespace

std::unique_ptr<Stream> make_tls_stream(asio::ip::tcp::socket socket, asio::ssl::context& context) {
  return std::make_unique<TlsStream>(std::move(socket), context);
}

}  // namespace minidns::mdns
