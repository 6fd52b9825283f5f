#pragma once

#include <string>

namespace minidns::mdns {

/// What OpenSSL says of the last failure on this thread; its list of errors is empty afterwards.
[[nodiscard]] std::string take_openssl_errors();

}  // namespace minidns::mdns
