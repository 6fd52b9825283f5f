#include "api/list_query.hpp"
#include "api/openapi.hpp"
#include "api/routes.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <string>

namespace minidns::api {
namespace {

namespace json = boost::json;

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

json::value document() {
  return json::parse(openapi_document());
}

/// `get /v2/zones` of everything in the document.
std::set<std::string> documented() {
  std::set<std::string> all;
  const json::value whole = document();
  for (const auto& [path, operations] : whole.at("paths").as_object()) {
    for (const auto& [method, operation] : operations.as_object()) {
      if (method != "parameters") {
        all.insert(std::string(method) + " " + std::string(path));
      }
    }
  }
  return all;
}

void collect_references(const json::value& value, std::set<std::string>& found) {
  if (const auto* object = value.if_object()) {
    for (const auto& [key, inner] : *object) {
      if (key == "$ref") {
        found.insert(std::string(inner.as_string()));
      } else {
        collect_references(inner, found);
      }
    }
  } else if (const auto* array = value.if_array()) {
    for (const json::value& inner : *array) {
      collect_references(inner, found);
    }
  }
}

TEST(OpenApi, HasEveryRouteOfTheTableAndNoOther) {
  std::set<std::string> routed;
  for (const Route& route : routes()) {
    routed.insert(lower_case(to_text(route.method)) + " " + std::string(route.pattern));
  }
  EXPECT_EQ(documented(), routed);
}

TEST(OpenApi, ItsReferencesLeadSomewhere) {
  const json::value whole = document();
  std::set<std::string> references;
  collect_references(whole, references);
  EXPECT_FALSE(references.empty());
  for (const std::string& reference : references) {
    boost::system::error_code error;
    EXPECT_NE(whole.find_pointer(reference.substr(1), error), nullptr) << reference;
  }
}

TEST(OpenApi, PathParametersAreDeclared) {
  const json::value whole = document();
  for (const auto& [path, operations] : whole.at("paths").as_object()) {
    const std::string text(path);
    const auto braces = static_cast<std::size_t>(std::count(text.begin(), text.end(), '{'));
    const json::value* parameters = operations.as_object().if_contains("parameters");
    EXPECT_EQ(parameters == nullptr ? 0 : parameters->as_array().size(), braces) << text;
  }
}

TEST(OpenApi, BodiesAreSaidWhereTheRouteTakesOne) {
  const json::value whole = document();
  for (const Route& route : routes()) {
    const auto* guarded = std::get_if<GuardedHandler>(&route.handler);
    const bool takes_body = guarded != nullptr && guarded->body == Body::json;
    const auto& operation =
        whole.at("paths").as_object().at(route.pattern).as_object().at(lower_case(to_text(route.method))).as_object();
    EXPECT_EQ(operation.contains("requestBody"), takes_body) << route.pattern;
  }
}

TEST(Routes, AreFoundByPathAndMethod) {
  const auto zone = find_route(Method::get, "/v2/zones/abc");
  ASSERT_TRUE(zone.has_value());
  ASSERT_NE(zone->route, nullptr);
  EXPECT_EQ(zone->route->pattern, "/v2/zones/{zone_id}");
  EXPECT_EQ(zone->path_values, std::vector<std::string>{"abc"});
  EXPECT_EQ(zone->allowed, "GET, HEAD, PATCH, DELETE, OPTIONS");

  const auto recordset = find_route(Method::put, "/v2/zones/a/recordsets/b");
  ASSERT_TRUE(recordset.has_value());
  EXPECT_EQ(recordset->path_values, (std::vector<std::string>{"a", "b"}));
}

TEST(Routes, HeadFindsWhatGetFinds) {
  const auto match = find_route(Method::head, "/v2/zones");
  ASSERT_TRUE(match.has_value());
  EXPECT_EQ(match->route, find_route(Method::get, "/v2/zones")->route);
}

TEST(Routes, AWrongMethodIsNotAWrongPath) {
  const auto match = find_route(Method::patch, "/v2/zones/a/recordsets/b");
  ASSERT_TRUE(match.has_value());
  EXPECT_EQ(match->route, nullptr);
  EXPECT_EQ(match->allowed, "GET, HEAD, PUT, DELETE, OPTIONS");
}

TEST(Routes, WhatIsNotInTheTableIsNotFound) {
  for (const char* path : {"/v2", "/v1/zones", "/v2/zones/a/b", "/v2/zones/a/recordsets/b/c", "/v2//zones",
                           "/v2/zones//recordsets", "/v2/Zones", "", "v2/zones", "*"}) {
    EXPECT_FALSE(find_route(Method::get, path).has_value()) << path;
  }
}

}  // namespace
}  // namespace minidns::api
