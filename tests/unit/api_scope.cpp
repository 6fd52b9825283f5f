#include "api/content_negotiation.hpp"
#include "api/scope.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace minidns::api {
namespace {

HttpRequest with(std::vector<HttpField> fields) {
  HttpRequest request;
  request.fields = std::move(fields);
  return request;
}

Target no_query() {
  return {"/v2/zones", {}, {}};
}

Caller caller(Role role) {
  return {TokenId(Uuid({})), ProjectId("own"), role};
}

TEST(LooseBoolean, IsTrueForDesignatesWordsOnly) {
  for (const char* text : {"1", "t", "T", "true", "True", "TRUE", "on", "y", "yes", "YES"}) {
    EXPECT_TRUE(parse_loose_boolean(text)) << text;
  }
  for (const char* text : {"", "0", "false", "no", "off", "2", "truee", " true"}) {
    EXPECT_FALSE(parse_loose_boolean(text)) << text;
  }
}

TEST(Token, ComesFromEitherField) {
  struct Row {
    std::vector<HttpField> fields;
    std::optional<std::string> token;
    const char* reason;
  };
  const Row rows[] = {
      {{{"X-Auth-Token", "abc"}}, "abc", "OpenStack's"},
      {{{"x-auth-token", "abc"}}, "abc", "names are the same in any case"},
      {{{"Authorization", "Bearer abc"}}, "abc", "RFC 6750"},
      {{{"Authorization", "bearer abc"}}, "abc", "the scheme is the same in any case"},
      {{{"X-Auth-Token", "abc"}, {"Authorization", "Bearer def"}}, "abc", "OpenStack's first"},
      {{{"Authorization", "Basic YTpi"}}, std::nullopt, "another scheme"},
      {{{"Authorization", "Bearer"}}, std::nullopt, "no token"},
      {{{"Authorization", "Bearer a b"}}, std::nullopt, "a space inside"},
      {{{"X-Auth-Token", ""}}, std::nullopt, "empty"},
      {{{"X-Auth-Token", std::string(5000, 'a')}}, std::nullopt, "too long for any"},
      {{{"X-Auth-Token", "\xff"}}, std::nullopt, "not ASCII"},
      {{}, std::nullopt, "nothing"},
  };
  for (const Row& row : rows) {
    const auto token = token_of(with(row.fields));
    ASSERT_TRUE(token.has_value()) << row.reason;
    EXPECT_EQ(*token, row.token) << row.reason;
  }
}

TEST(Token, ThatIsThereTwiceIsRefused) {
  EXPECT_FALSE(token_of(with({{"X-Auth-Token", "a"}, {"X-Auth-Token", "b"}})).has_value());
  EXPECT_FALSE(token_of(with({{"Authorization", "Bearer a"}, {"Authorization", "Bearer b"}})).has_value());
}

TEST(Scope, IsTheCallersOwnProjectUnlessWished) {
  const auto wish = scope_wish_of(with({}), no_query());
  ASSERT_TRUE(wish.has_value());
  const auto scope = grant(caller(Role::member), *wish, "req-1");
  ASSERT_TRUE(scope.has_value());
  EXPECT_EQ(scope->project.text(), "own");
  EXPECT_FALSE(scope->all_projects);
  EXPECT_FALSE(scope->edit_managed_records);
  EXPECT_EQ(scope->request_id, "req-1");
}

TEST(Scope, IsWidenedForAdminsOnly) {
  const HttpField rows[] = {{"X-Auth-All-Projects", "True"},
                            {"X-Auth-Sudo-Project-ID", "other"},
                            {"X-Auth-Sudo-Tenant-ID", "other"},
                            {"X-Designate-Edit-Managed-Records", "1"},
                            {"X-Designate-Hard-Delete", "true"}};
  for (const HttpField& field : rows) {
    const auto wish = scope_wish_of(with({field}), no_query());
    ASSERT_TRUE(wish.has_value()) << field.name;
    EXPECT_FALSE(grant(caller(Role::member), *wish, "r").has_value()) << field.name;
    EXPECT_TRUE(grant(caller(Role::admin), *wish, "r").has_value()) << field.name;
  }
}

TEST(Scope, FalseFlagsAskForNothing) {
  const auto wish =
      scope_wish_of(with({{"X-Auth-All-Projects", "False"}, {"X-Designate-Hard-Delete", "no"}}), no_query());
  ASSERT_TRUE(wish.has_value());
  EXPECT_TRUE(grant(caller(Role::member), *wish, "r").has_value());
}

TEST(Scope, IsWidenedByQueryParametersToo) {
  for (const char* query : {"all_projects=true", "all_tenants=1"}) {
    const auto target = parse_target("/v2/zones?" + std::string(query));
    const auto wish = scope_wish_of(with({}), *target);
    ASSERT_TRUE(wish.has_value());
    const auto scope = grant(caller(Role::admin), *wish, "r");
    ASSERT_TRUE(scope.has_value());
    EXPECT_TRUE(scope->all_projects) << query;
  }
}

TEST(Scope, AnAdminActsForAnotherProject) {
  const auto wish = scope_wish_of(with({{"X-Auth-Sudo-Project-ID", "other"}}), no_query());
  EXPECT_EQ(grant(caller(Role::admin), *wish, "r")->project.text(), "other");
}

TEST(Scope, AProjectIdMustBeOne) {
  for (const std::string& text : {std::string(), std::string(256, 'a'), std::string("a b"), std::string("\xff")}) {
    EXPECT_FALSE(scope_wish_of(with({{"X-Auth-Sudo-Project-ID", text}}), no_query()).has_value());
  }
}

TEST(Accept, JsonIsTakenWhereARangeCoversIt) {
  const std::pair<std::vector<HttpField>, bool> rows[] = {
      {{}, true},
      {{{"Accept", "application/json"}}, true},
      {{{"Accept", "Application/JSON; charset=utf-8"}}, true},
      {{{"Accept", "*/*"}}, true},
      {{{"Accept", "text/html, application/*;q=0.1"}}, true},
      {{{"Accept", "text/html"}, {"Accept", "*/*"}}, true},
      {{{"Accept", "text/dns"}}, false},
      {{{"Accept", "application/json;q=0"}}, false},
      {{{"Accept", "application/json;q=0, */*"}}, false},
      {{{"Accept", "application/json;q=0.0"}}, false},
      {{{"Accept", ""}}, false},
  };
  for (const auto& [fields, accepted] : rows) {
    EXPECT_EQ(accepts_json(with(fields)), accepted) << (fields.empty() ? "" : fields.front().value);
  }
}

TEST(ContentType, MustBeJson) {
  const std::pair<std::vector<HttpField>, bool> rows[] = {
      {{{"Content-Type", "application/json"}}, true},
      {{{"Content-Type", "application/json ; charset=utf-8"}}, true},
      {{{"Content-Type", "text/dns"}}, false},
      {{{"Content-Type", "application/json-patch+json"}}, false},
      {{{"Content-Type", "application/json"}, {"Content-Type", "application/json"}}, false},
      {{}, false},
  };
  for (const auto& [fields, is_json] : rows) {
    EXPECT_EQ(has_json_body(with(fields)), is_json) << (fields.empty() ? "" : fields.front().value);
  }
}

}  // namespace
}  // namespace minidns::api
