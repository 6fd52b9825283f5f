#pragma once

#include "tests/harness/bind_server.hpp"
#include "tests/harness/platform.hpp"
#include "tests/harness/powerdns_server.hpp"

#include <string>
#include <vector>

namespace minidns::bench {

/// Makes a server a secondary of mdns for zones, in the least time that its own interface permits: one command after
/// another on a connection that is kept. They throw std::runtime_error with the server's words.

/// `addzone` by the rndc protocol.
void add_by_rndc(harness::BindServer& server, harness::Platform& platform, const std::vector<std::string>& zones);
/// POST of the zone and PUT `axfr-retrieve`, by one curl.
void add_by_api(harness::PowerdnsServer& server, harness::Platform& platform, const std::vector<std::string>& zones);

}  // namespace minidns::bench
