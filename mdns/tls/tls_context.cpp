#include "mdns/tls/tls_context.hpp"

#include "mdns/tls/openssl_text.hpp"
#include "mdns/tls/tls_stream.hpp"

#include <boost/asio/ssl/context.hpp>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>
#include <cstdint>
#include <ctime>
#include <optional>
#include <sys/stat.h>
#include <utility>

namespace minidns::mdns {

struct TlsContext::Native {
  boost::asio::ssl::context context{boost::asio::ssl::context::tls_server};
};

namespace {

/// RFC 7858 §7.2 by way of RFC 9103 §7.1, as ALPN writes a list (RFC 7301 §3.1).
constexpr std::array<unsigned char, 4> alpn_dot = {3, 'd', 'o', 't'};

int select_alpn(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* offered,
                unsigned int offered_size, void*) {
  unsigned char* chosen = nullptr;
  const int found = SSL_select_next_proto(&chosen, out_size, alpn_dot.data(), alpn_dot.size(), offered, offered_size);
  *out = chosen;
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

/// OpenSSL doesn't call `select_alpn` for a client that offers no protocol at all.
int require_alpn(SSL* ssl, int* alert, void*) {
  const unsigned char* extension = nullptr;
  std::size_t size = 0;
  if (SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_application_layer_protocol_negotiation, &extension, &size) == 1) {
    return SSL_CLIENT_HELLO_SUCCESS;
  }
  *alert = SSL_AD_NO_APPLICATION_PROTOCOL;
  return SSL_CLIENT_HELLO_ERROR;
}

/// Without this, OpenSSL would ask at the terminal.
int no_passphrase(char*, int, int, void*) {
  return -1;
}

TlsError failure(const std::string& what, const std::string& file) {
  return {what + " " + file + ": " + take_openssl_errors()};
}

std::optional<TlsError> check_key_mode(const std::string& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) == 0 && (status.st_mode & S_IROTH) != 0) {
    return TlsError{"key " + file + ": everybody may read it"};
  }
  return std::nullopt;
}

std::optional<TlsError> use_identity(SSL_CTX* context, const TlsFiles& files) {
  SSL_CTX_set_default_passwd_cb(context, no_passphrase);
  if (SSL_CTX_use_certificate_chain_file(context, files.certificate.c_str()) != 1) {
    return failure("certificate", files.certificate);
  }
  if (auto wrong = check_key_mode(files.key)) {
    return wrong;
  }
  if (SSL_CTX_use_PrivateKey_file(context, files.key.c_str(), SSL_FILETYPE_PEM) != 1) {
    return failure("key", files.key);
  }
  if (SSL_CTX_check_private_key(context) != 1) {
    return failure("key doesn't belong to the certificate:", files.key);
  }
  return std::nullopt;
}

std::optional<TlsError> use_client_ca(SSL_CTX* context, const TlsFiles& files) {
  if (files.client_ca.empty()) {
    return std::nullopt;
  }
  if (SSL_CTX_load_verify_file(context, files.client_ca.c_str()) != 1) {
    return failure("client CA", files.client_ca);
  }
  // Told to clients, so that one with several certificates takes the right one; the context owns the list.
  SSL_CTX_set_client_CA_list(context, SSL_load_client_CA_file(files.client_ca.c_str()));
  const int required = files.client_required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0;
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | required, nullptr);
  return std::nullopt;
}

void use_protocol(SSL_CTX* context) {
  SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
  SSL_CTX_set_num_tickets(context, 0);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_alpn_select_cb(context, select_alpn, nullptr);
  SSL_CTX_set_client_hello_cb(context, require_alpn, nullptr);
}

WallTime not_after_of(const SSL_CTX* context) {
  std::tm utc{};
  const bool known = ASN1_TIME_to_tm(X509_get0_notAfter(SSL_CTX_get0_certificate(context)), &utc) == 1;
  return known ? std::chrono::system_clock::from_time_t(::timegm(&utc)) : WallTime{};
}

}  // namespace

TlsContext::TlsContext(std::unique_ptr<Native> native, WallTime not_after)
    : native_(std::move(native)), not_after_(not_after) {}

TlsContext::~TlsContext() = default;

Result<std::shared_ptr<const TlsContext>, TlsError> TlsContext::load(const TlsFiles& files) {
  auto native = std::make_unique<Native>();
  SSL_CTX* const context = native->context.native_handle();
  use_protocol(context);
  if (auto wrong = use_identity(context, files)) {
    return *std::move(wrong);
  }
  if (auto wrong = use_client_ca(context, files)) {
    return *std::move(wrong);
  }
  const WallTime not_after = not_after_of(context);
  return std::shared_ptr<const TlsContext>(new TlsContext(std::move(native), not_after));
}

std::unique_ptr<Stream> TlsContext::wrap(boost::asio::ip::tcp::socket socket) const {
  return make_tls_stream(std::move(socket), native_->context);
}

}  // namespace minidns::mdns
