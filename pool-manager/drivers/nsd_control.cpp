#include "pool-manager/drivers/nsd_control.hpp"

#include "base/deadline.hpp"
#include "pool-manager/drivers/failure.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace minidns::pool {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::string_view greeting = "NSDCT1 ";
constexpr std::size_t read_octets = 16UL * 1024UL;

template <auto Free>
struct FreeWith {
  template <class T>
  void operator()(T* owned) const {
    Free(owned);
  }
};
using Bio = std::unique_ptr<BIO, FreeWith<BIO_free>>;
using PrivateKey = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, FreeWith<X509_free>>;

/// Without this, OpenSSL would ask at the terminal.
int no_passphrase(char* /*buffer*/, int /*size*/, int /*rwflag*/, void* /*user*/) {
  return -1;
}

Bio bio_of(const Secret& pem) {
  return Bio(BIO_new_mem_buf(pem.reveal().data(), static_cast<int>(pem.reveal().size())));
}

std::vector<Certificate> certificates_of(const Secret& pem) {
  const Bio bio = bio_of(pem);
  std::vector<Certificate> certificates;
  while (X509* const certificate = PEM_read_bio_X509(bio.get(), nullptr, no_passphrase, nullptr)) {
    certificates.emplace_back(certificate);
  }
  ERR_clear_error();  // the end is one
  return certificates;
}

DriverError bad_credentials(std::string why) {
  return {DriverErrc::rejected, "the credentials for NSD: " + std::move(why)};
}

/// With TLS 1.3 our side of the handshake is over before NSD has looked at our certificate; if it doesn't like it, it
/// closes the connection without a word and with our command unread.
bool is_hangup(const error_code& error) {
  return error == asio::error::connection_reset || error == asio::error::broken_pipe ||
         error == asio::ssl::error::stream_truncated;
}

DriverError not_served(std::string_view doing) {
  return {DriverErrc::refused, std::string(doing) + ": NSD closed the connection; doesn't it know our certificate?"};
}

DriverError tls_failure(const error_code& error, const Deadline& deadline, std::string_view doing) {
  if (error.category() != asio::error::get_ssl_category() &&
      error.category() != asio::ssl::error::get_stream_category()) {
    return io_failure(error, deadline, doing);
  }
  if (deadline.expired()) {
    return {DriverErrc::timeout, std::string(doing) + ": no answer in time"};
  }
  const int reason = error.category() == asio::error::get_ssl_category()
                         ? ERR_GET_REASON(static_cast<unsigned long>(error.value()))
                         : 0;
  if (reason == SSL_R_CERTIFICATE_VERIFY_FAILED) {
    return {DriverErrc::refused, std::string(doing) + ": NSD's certificate isn't the one that we were given"};
  }
  if (reason >= SSL_AD_REASON_OFFSET) {  // it sent an alert
    return {DriverErrc::refused, std::string(doing) + ": " + error.message()};
  }
  return {DriverErrc::protocol, std::string(doing) + ": " + error.message()};
}

}  // namespace

struct NsdCredentials::Native {
  asio::ssl::context context{asio::ssl::context::tls_client};
  std::vector<Certificate> servers;
};

namespace {

/// Instead of OpenSSL's own: the certificate must be one of those that we know.
int verify_server(X509_STORE_CTX* verification, void* native) {
  const auto& servers = static_cast<NsdCredentials::Native*>(native)->servers;
  X509* const shown = X509_STORE_CTX_get0_cert(verification);
  const bool is_known = shown != nullptr && std::ranges::any_of(servers, [shown](const Certificate& server) {
                          return X509_cmp(server.get(), shown) == 0;
                        });
  X509_STORE_CTX_set_error(verification, is_known ? X509_V_OK : X509_V_ERR_CERT_UNTRUSTED);
  return is_known ? 1 : 0;
}

}  // namespace

NsdCredentials::NsdCredentials(std::shared_ptr<Native> native) : native_(std::move(native)) {}

DriverResult<NsdCredentials> NsdCredentials::read(const Secret& pem) {
  const PrivateKey key(PEM_read_bio_PrivateKey(bio_of(pem).get(), nullptr, no_passphrase, nullptr));
  if (!key) {
    ERR_clear_error();
    return bad_credentials("no private key without a passphrase");
  }
  std::vector<Certificate> certificates = certificates_of(pem);
  if (certificates.size() < 2) {
    return bad_credentials("there must be two certificates, ours and NSD's");
  }
  auto native = std::make_shared<Native>();
  SSL_CTX* const context = native->context.native_handle();
  if (SSL_CTX_use_certificate(context, certificates.front().get()) != 1 ||
      SSL_CTX_use_PrivateKey(context, key.get()) != 1 || SSL_CTX_check_private_key(context) != 1) {
    ERR_clear_error();
    return bad_credentials("the first certificate isn't that of the key");
  }
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  certificates.erase(certificates.begin());
  native->servers = std::move(certificates);
  native->context.set_verify_mode(asio::ssl::verify_peer);
  SSL_CTX_set_cert_verify_callback(context, verify_server, native.get());
  return NsdCredentials(std::move(native));
}

NsdControl::NsdControl(const asio::any_io_executor& executor, const asio::ip::tcp::endpoint& server,
                       NsdCredentials credentials, const NsdLimits& limits)
    : executor_(executor), server_(server), credentials_(std::move(credentials)), limits_(limits), queue_(executor) {}

DriverTask<std::string> NsdControl::command(std::string text, std::string input) {
  std::string answer;
  const Sink collect = [&answer](std::string_view piece) {
    answer += piece;
    return std::optional<DriverError>();
  };
  const DriverResult<void> done =
      co_await exchange(std::string(greeting) + text + "\n" + input, collect, limits_.answer_octets_max);
  if (!done) {
    co_return done.error();
  }
  co_return answer;
}

DriverTask<void> NsdControl::stream(std::string text, Sink sink) {
  co_return co_await exchange(std::string(greeting) + text + "\n", std::move(sink), limits_.list_octets_max);
}

DriverTask<void> NsdControl::exchange(std::string request, Sink sink, std::size_t octets_max) {
  const auto turn = co_await queue_.wait_turn(limits_.queue);
  if (!turn) {
    co_return DriverError{DriverErrc::timeout, "NSD: other calls took too long"};
  }
  asio::ssl::stream<asio::ip::tcp::socket> stream(executor_, credentials_.native().context);
  Deadline deadline(executor_, [&stream] {
    error_code ignored;  // nothing is to be saved on a connection that we give up
    stream.next_layer().close(ignored);
  });
  error_code error;
  deadline.arm(limits_.connect);
  co_await stream.next_layer().async_connect(server_, asio::redirect_error(asio::use_awaitable, error));
  if (error) {
    co_return io_failure(error, deadline, "NSD connect");
  }
  deadline.arm(limits_.idle);
  co_await stream.async_handshake(asio::ssl::stream_base::client, asio::redirect_error(asio::use_awaitable, error));
  if (error) {
    co_return tls_failure(error, deadline, "NSD handshake");
  }
  co_await asio::async_write(stream, asio::buffer(request), asio::redirect_error(asio::use_awaitable, error));
  if (error) {
    co_return !deadline.expired() && is_hangup(error) ? not_served("NSD write")
                                                      : tls_failure(error, deadline, "NSD write");
  }
  std::array<char, read_octets> buffer;
  std::size_t octets = 0;
  while (true) {
    deadline.arm(limits_.idle);
    const std::size_t size =
        co_await stream.async_read_some(asio::buffer(buffer), asio::redirect_error(asio::use_awaitable, error));
    octets += size;
    if (octets > octets_max) {
      co_return DriverError{DriverErrc::protocol, "NSD's answer is larger than its limit"};
    }
    if (auto failure = sink(std::string_view(buffer.data(), size))) {
      co_return *std::move(failure);
    }
    if (error == asio::error::eof) {  // close_notify: the answer is whole
      co_return DriverResult<void>();
    }
    if (error) {
      co_return octets == 0 && !deadline.expired() && is_hangup(error) ? not_served("NSD read")
                                                                       : tls_failure(error, deadline, "NSD read");
    }
  }
}

}  // namespace minidns::pool
