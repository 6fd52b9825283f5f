#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "mdns/stream.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <memory>
#include <string>

namespace minidns::mdns {

/// Where certificates come from; PEM files.
struct TlsFiles {
  std::string certificate;       ///< ours first, then the rest of its chain
  std::string key;               ///< must not be readable by everybody, nor need a passphrase
  std::string client_ca;         ///< who signs the clients' certificates; empty: none is asked for
  bool client_required = false;  ///< no connection without a certificate
};

struct TlsError {
  std::string detail;  ///< for a person, with the file's name
};

/// What TLS connections are made with, as the files were when it was loaded; an immutable value, replaced as a whole
/// when they change. Connections keep the one that they began with. Safe on every thread.
///
/// RFC 9103 §7 (XoT): TLS 1.3 and nothing older, ALPN `dot` required. Sessions are not resumed and there is no early
/// data: a certificate or a name that was taken away must not live on in a ticket, and a handshake is little beside
/// a transfer.
class TlsContext {
 public:
  [[nodiscard]] static Result<std::shared_ptr<const TlsContext>, TlsError> load(const TlsFiles& files);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  /// The server's side of a connection; `open` is the handshake.
  [[nodiscard]] std::unique_ptr<Stream> wrap(boost::asio::ip::tcp::socket socket) const;
  /// When our certificate stops being valid.
  [[nodiscard]] WallTime not_after() const { return not_after_; }

 private:
  struct Native;
  explicit TlsContext(std::unique_ptr<Native> native, WallTime not_after);

  std::unique_ptr<Native> native_;
  WallTime not_after_;
};

// Limitations: certificates of clients are not looked up in revocation lists, nor asked of OCSP: take the name out of
// the configuration, or issue certificates that live for days. No resumption, no 0-RTT (RFC 9103 forbids that anyway).

}  // namespace minidns::mdns
