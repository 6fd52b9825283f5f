// The table of DESIGN.md §2 as data. What is not listed is not included.
#include "tests/architecture/rules.hpp"

#include <array>

namespace minidns::architecture {

const std::vector<Room>& rooms() {
  static const std::vector<Room> table = {
      // ground
      {"base", {}},
      // values
      {"dns", {"base"}},
      // crypto: strangers to each other
      {"tsig", {"dns", "base"}},
      {"dnssec", {"dns", "base"}},
      // faces: strangers to each other
      {"storage", {"dnssec", "tsig", "dns", "base"}},
      {"api", {"dnssec", "tsig", "dns", "base"}},
      // programs: included by nobody but their tests and measurements; only central has the HTTP face
      {"central", {"api", "storage", "dnssec", "tsig", "dns", "base"}},
      {"mdns", {"storage", "dnssec", "tsig", "dns", "base"}},
      {"pool-manager", {"storage", "dnssec", "tsig", "dns", "base"}},
      // beside the product
      {"tests", {"pool-manager", "mdns", "central", "api", "storage", "dnssec", "tsig", "dns", "base"}},
      {"bench", {"tests", "pool-manager", "mdns", "central", "api", "storage", "dnssec", "tsig", "dns", "base"}},
      {"migrations", {}},
      {"deploy", {}},
      {"cmake", {}, false},
      {"docs", {}, false},
  };
  return table;
}

const std::vector<Library>& libraries() {
  static const std::vector<Library> table = {
      {"boost/system",
       {{"base/"}, {"mdns/"}, {"api/"}, {"central/"}, {"pool-manager/"}, {"storage/"}, {"tests/"}, {"bench/"}}},
      // what boost::system::result<T, E>::value() throws for an E of ours
      {"boost/throw_exception.hpp", {{"", Files::sources_only}}},
      {"boost/asio/ssl", {{"mdns/tls/", Files::sources_only}, {"pool-manager/drivers/nsd", Files::sources_only}}},
      // central only owns the io_context that it gives to api's server
      {"boost/asio",
       {{"base/"}, {"mdns/"}, {"api/"}, {"pool-manager/"}, {"central/commands/serve.cpp"}, {"tests/"}, {"bench/"}}},
      {"boost/beast", {{"api/"}, {"pool-manager/drivers/http"}, {"cmake/beast_impl.cpp"}, {"tests/"}, {"bench/"}}},
      {"boost/json", {{"api/"}, {"pool-manager/drivers/"}, {"pool-manager/sync/"}, {"tests/"}, {"bench/"}}},
      {"libpq-fe.h", {{"storage/postgres/"}, {"tests/"}, {"bench/"}}},
      {"pqxx", {{"storage/postgres/"}, {"tests/"}, {"bench/"}}},
      {"ldns",
       {{"dns/", Files::sources_only}, {"dnssec/", Files::sources_only}, {"central/parent/question.cpp"}, {"tests/"}}},
      {"openssl",
       {{"tsig/", Files::sources_only},
        {"dnssec/", Files::sources_only},
        {"base/aes_gcm.cpp"},
        {"base/digest.cpp"},
        {"base/secret_box.cpp"},
        {"mdns/tls/", Files::sources_only},
        {"pool-manager/drivers/nsd", Files::sources_only},
        {"tests/"}}},
      {"sodium", {{"dnssec/", Files::sources_only}}},
      {"lmdb.h", {{"mdns/", Files::sources_only}}},
      {"yaml-cpp", {{"base/config.cpp"}}},
      {"prometheus", {{"base/metrics.cpp"}}},
      {"CivetServer.h", {{"base/ops_server.cpp"}}},
      {"gtest", {{"tests/"}}},
      {"gmock", {{"tests/"}}},
  };
  return table;
}

std::span<const std::string_view> system_headers() {
  static constexpr std::array cpp_and_c = std::to_array<std::string_view>({
      "algorithm",
      "any",
      "array",
      "atomic",
      "barrier",
      "bit",
      "bitset",
      "cassert",
      "cctype",
      "cerrno",
      "cfloat",
      "charconv",
      "chrono",
      "cinttypes",
      "climits",
      "cmath",
      "compare",
      "complex",
      "concepts",
      "condition_variable",
      "coroutine",
      "csignal",
      "cstdarg",
      "cstddef",
      "cstdint",
      "cstdio",
      "cstdlib",
      "cstring",
      "ctime",
      "deque",
      "exception",
      "execution",
      "filesystem",
      "forward_list",
      "fstream",
      "functional",
      "future",
      "initializer_list",
      "iomanip",
      "ios",
      "iosfwd",
      "iostream",
      "istream",
      "iterator",
      "latch",
      "limits",
      "list",
      "locale",
      "map",
      "memory",
      "memory_resource",
      "mutex",
      "new",
      "numbers",
      "numeric",
      "optional",
      "ostream",
      "queue",
      "random",
      "ranges",
      "ratio",
      "regex",
      "semaphore",
      "set",
      "shared_mutex",
      "source_location",
      "span",
      "sstream",
      "stack",
      "stdexcept",
      "stop_token",
      "streambuf",
      "string",
      "string_view",
      "system_error",
      "thread",
      "tuple",
      "type_traits",
      "typeindex",
      "typeinfo",
      "unordered_map",
      "unordered_set",
      "utility",
      "valarray",
      "variant",
      "vector",
      "version",
      // the C library and Linux
      "arpa/inet.h",
      "dirent.h",
      "fcntl.h",
      "grp.h",
      "malloc.h",
      "netdb.h",
      "net/if.h",
      "netinet/in.h",
      "netinet/tcp.h",
      "poll.h",
      "pthread.h",
      "pwd.h",
      "sched.h",
      "signal.h",
      "spawn.h",
      "strings.h",
      "sys/epoll.h",
      "sys/eventfd.h",
      "sys/file.h",
      "sys/fsuid.h",
      "sys/ioctl.h",
      "sys/mman.h",
      "sys/mount.h",
      "sys/prctl.h",
      "sys/random.h",
      "sys/resource.h",
      "sys/socket.h",
      "sys/stat.h",
      "sys/statvfs.h",
      "sys/time.h",
      "sys/types.h",
      "sys/uio.h",
      "sys/un.h",
      "sys/wait.h",
      "syslog.h",
      "termios.h",
      "time.h",
      "unistd.h",
  });
  return cpp_and_c;
}

std::span<const std::string_view> forbidden_folder_names() {
  static constexpr std::array names =
      std::to_array<std::string_view>({"utils", "util", "common", "src", "include", "lib", "libs", "misc", "helpers"});
  return names;
}

std::span<const std::string_view> forbidden_marks() {
  // In two pieces, so that this file does not hold the marks itself.
  static constexpr std::array marks =
      std::to_array<std::string_view>({"TO"
                                       "DO",
                                       "FIX"
                                       "ME",
                                       "XX"
                                       "X",
                                       "HA"
                                       "CK"});
  return marks;
}

}  // namespace minidns::architecture
