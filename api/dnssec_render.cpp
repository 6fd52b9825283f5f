#include "api/render.hpp"
#include "api/timestamp.hpp"
#include "api/vocabulary.hpp"

#include <boost/json/value.hpp>

namespace minidns::api {
namespace {

namespace json = boost::json;

json::value or_null(const std::optional<WallTime>& time) {
  return time ? json::value(json::string(to_timestamp(*time))) : json::value();
}

json::value or_null(const std::optional<std::string>& text) {
  return text ? json::value(json::string(*text)) : json::value();
}

json::value or_null(const std::optional<std::int64_t>& number) {
  return number ? json::value(*number) : json::value();
}

json::object render_key(const ZoneKeyView& key) {
  json::object object{{"id", key.id.to_string()},
                      {"role", key_role_words.word_of(key.role)},
                      {"algorithm", dnssec::to_text(key.algorithm)},
                      {"key_tag", key.key_tag},
                      {"flags", key.flags},
                      {"public_key", key.public_key},
                      {"state", key_state_words.word_of(key.state)},
                      {"created_at", to_timestamp(key.created_at)},
                      {"active_at", or_null(key.active_at)}};
  object["ds"] = key.role == KeyRole::zsk ? json::value() : json::value(ds_state_words.word_of(key.ds));
  return object;
}

json::array render_ids(const std::vector<DnssecKeyId>& ids) {
  json::array array;
  for (const auto& id : ids) {
    array.push_back(json::string(id.to_string()));
  }
  return array;
}

json::value render_roll(const std::optional<KeyRollView>& roll) {
  if (!roll) {
    return {};
  }
  return json::object{{"kind", roll_kind_words.word_of(roll->kind)},
                      {"phase", roll_phase_words.word_of(roll->phase)},
                      {"old_key_ids", render_ids(roll->old_keys)},
                      {"new_key_ids", render_ids(roll->new_keys)},
                      {"paused", roll->paused},
                      {"waits_for", or_null(roll->waits_for)},
                      {"started_at", to_timestamp(roll->started_at)},
                      {"next_at", to_timestamp(roll->next_at)}};
}

json::object render_ds(const DsView& ds) {
  return {{"key_tag", ds.key_tag},
          {"algorithm", ds.algorithm},
          {"digest_type", ds.digest_type},
          {"digest", ds.digest},
          {"record", std::to_string(ds.key_tag) + " " + std::to_string(ds.algorithm) + " " +
                         std::to_string(ds.digest_type) + " " + ds.digest}};
}

}  // namespace

json::object render(const DnssecPolicyView& policy, std::string_view base_url) {
  return {{"name", policy.name},
          {"description", or_null(policy.description)},
          {"algorithm", dnssec::to_text(policy.algorithm)},
          {"key_model", key_model_words.word_of(policy.key_model)},
          {"denial", denial_words.word_of(policy.denial)},
          {"refresh_period", policy.refresh_period},
          {"signature_lifetime", policy.signature_lifetime},
          {"inception_skew", policy.inception_skew},
          {"dnskey_ttl", policy.dnskey_ttl},
          {"ksk_lifetime", or_null(policy.ksk_lifetime)},
          {"zsk_lifetime", or_null(policy.zsk_lifetime)},
          {"publish_cds", policy.publish_cds},
          {"zonemd", policy.zonemd},
          {"created_at", to_timestamp(policy.created_at)},
          {"updated_at", or_null(policy.updated_at)},
          {"links", json::object{{"self", std::string(base_url) + path_of(policy)}}}};
}

json::object render(const DnssecDefault& value, std::string_view base_url) {
  return {{"scope", dnssec_default_words.word_of(value.scope)},
          {"id", value.subject},
          {"policy", value.policy},
          {"links", json::object{{"self", std::string(base_url) + path_of(value)}}}};
}

json::object render(const ZoneDnssecView& zone, std::string_view base_url) {
  const auto& signing = zone.signing;
  json::array keys;
  for (const ZoneKeyView& key : zone.keys) {
    keys.push_back(render_key(key));
  }
  json::array ds;
  for (const DsView& record : zone.ds) {
    ds.push_back(render_ds(record));
  }
  const auto time = [&](WallTime ZoneDnssecView::Signed::*member) {
    return signing ? or_null(std::optional((*signing).*member)) : json::value();
  };
  return {{"zone_id", zone.zone.to_string()},
          {"status", signing ? "SIGNED" : "UNSIGNED"},
          {"policy", signing ? json::value(json::string(signing->policy)) : json::value()},
          {"denial", signing ? json::value(denial_words.word_of(signing->denial)) : json::value()},
          {"signing_time", time(&ZoneDnssecView::Signed::signing_time)},
          {"signatures_valid_until_at_least", time(&ZoneDnssecView::Signed::valid_until_at_least)},
          {"refresh_due_at", time(&ZoneDnssecView::Signed::refresh_due)},
          {"buckets", signing ? json::value(signing->buckets) : json::value()},
          {"roll", render_roll(zone.roll)},
          {"keys", std::move(keys)},
          {"ds", std::move(ds)},
          {"foreign_dnskeys", json::array(zone.foreign_dnskeys.begin(), zone.foreign_dnskeys.end())},
          {"links", json::object{{"self", std::string(base_url) + path_of(zone)}}}};
}

std::string path_of(const DnssecPolicyView& policy) {
  return "/v2/dnssec/policies/" + policy.name;
}

std::string path_of(const DnssecDefault& value) {
  return std::string("/v2/dnssec/defaults/") + (value.scope == DnssecDefault::Scope::pool ? "pools/" : "projects/") +
         value.subject;
}

std::string path_of(const ZoneDnssecView& zone) {
  return "/v2/zones/" + zone.zone.to_string() + "/dnssec";
}

}  // namespace minidns::api
