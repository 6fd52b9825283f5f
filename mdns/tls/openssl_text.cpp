#include "mdns/tls/openssl_text.hpp"

#include <openssl/err.h>

#include <cstring>

namespace minidns::mdns {

std::string take_openssl_errors() {
  std::string text;
  for (unsigned long code = ERR_get_error(); code != 0; code = ERR_get_error()) {
    const char* reason = nullptr;
    if (ERR_SYSTEM_ERROR(code)) {
      reason = std::strerror(ERR_GET_REASON(code));
    } else {
      reason = ERR_reason_error_string(code);
    }
    text.append(text.empty() ? "" : ", ").append(reason != nullptr ? reason : "unknown error");
  }
  return text;
}

}  // namespace minidns::mdns
