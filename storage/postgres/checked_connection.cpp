#include "storage/postgres/checked_connection.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace minidns::storage::postgres {
namespace {

struct OptionsDeleter {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};

using Options = std::map<std::string, std::string>;

Options parse(const std::string& conninfo) {
  const std::unique_ptr<PQconninfoOption, OptionsDeleter> parsed(PQconninfoParse(conninfo.c_str(), nullptr));
  Options options;
  for (const auto* option = parsed.get(); option != nullptr && option->keyword != nullptr; ++option) {
    if (option->val != nullptr) {
      options.emplace(option->keyword, option->val);
    }
  }
  return options;
}

std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> items;
  for (std::size_t begin = 0; begin <= list.size();) {
    const auto end = std::min(list.find(',', begin), list.size());
    items.emplace_back(list.substr(begin, end - begin));
    begin = end + 1;
  }
  return items;
}

/// As libpq reads it: in quotes, with backslashes before quotes and backslashes.
std::string to_conninfo(const Options& options) {
  std::string text;
  for (const auto& [keyword, value] : options) {
    text += (text.empty() ? "" : " ") + keyword + "='";
    for (const char c : value) {
      if (c == '\'' || c == '\\') {
        text += '\\';
      }
      text += c;
    }
    text += '\'';
  }
  return text;
}

/// Of a list with one item for all hosts, or one for each.
const std::string& item_for(const std::vector<std::string>& items, std::size_t host) {
  return items.size() == 1 ? items.front() : items.at(host);
}

}  // namespace

std::vector<std::string> split_hosts(const std::string& conninfo) {
  const Options options = parse(conninfo);
  const auto find = [&](const char* keyword) {
    const auto found = options.find(keyword);
    return found == options.end() ? std::vector<std::string>() : split(found->second);
  };
  const auto hosts = find("host");
  const auto addresses = find("hostaddr");
  const auto ports = find("port");
  const std::size_t count = std::max(hosts.size(), addresses.size());
  const auto fits = [count](const std::vector<std::string>& items) {
    return items.size() <= 1 || items.size() == count;
  };
  if (options.empty() || !fits(hosts) || !fits(addresses) || !fits(ports)) {
    return {};
  }
  if (count < 2) {
    return {conninfo};
  }
  std::vector<std::string> all;
  for (std::size_t host = 0; host < count; ++host) {
    Options own = options;
    for (const auto& [keyword, items] : {std::pair("host", &hosts), {"hostaddr", &addresses}, {"port", &ports}}) {
      if (!items->empty()) {
        own[keyword] = item_for(*items, host);
      }
    }
    all.push_back(to_conninfo(own));
  }
  return all;
}

Connection open_checked(const ConnectionSettings& settings, const ConnectionPool::OnConnect& check) {
  Connection first(settings);
  if (!check) {
    return first;
  }
  std::exception_ptr refusal;
  try {
    check(first);
    return first;
  } catch (const Unavailable&) {
    refusal = std::current_exception();
  }
  const auto hosts = split_hosts(settings.conninfo);
  for (std::size_t host = 0; hosts.size() > 1 && host < hosts.size(); ++host) {
    ConnectionSettings own = settings;
    own.conninfo = hosts[host];
    try {
      Connection other(own);
      check(other);
      return other;
    } catch (const Unavailable&) {
      continue;  // the first refusal says why
    }
  }
  std::rethrow_exception(refusal);
}

}  // namespace minidns::storage::postgres
