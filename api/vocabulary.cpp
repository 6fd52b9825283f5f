#include "api/vocabulary.hpp"

namespace minidns::api {

std::string_view to_text(Status status) {
  return status_words.word_of(status);
}

std::optional<Status> status_from_text(std::string_view text) {
  return status_words.value_of(text);
}

std::string_view to_text(Action action) {
  return action_words.word_of(action);
}

std::string_view to_text(ZoneType type) {
  return zone_type_words.word_of(type);
}

std::optional<ZoneType> zone_type_from_text(std::string_view text) {
  return zone_type_words.value_of(text);
}

std::string_view to_text(UnknownZones policy) {
  return unknown_zones_words.word_of(policy);
}

std::optional<UnknownZones> unknown_zones_from_text(std::string_view text) {
  return unknown_zones_words.value_of(text);
}

std::string_view to_text(CatalogFamily family) {
  return catalog_family_words.word_of(family);
}

std::string_view to_text(Driver driver) {
  return driver_words.word_of(driver);
}

std::optional<Driver> driver_from_text(std::string_view text) {
  return driver_words.value_of(text);
}

std::string_view to_text(NameserverState state) {
  return nameserver_state_words.word_of(state);
}

std::optional<NameserverState> nameserver_state_from_text(std::string_view text) {
  return nameserver_state_words.value_of(text);
}

std::string_view to_text(ServiceState state) {
  return service_state_words.word_of(state);
}

std::optional<ServiceState> service_state_from_text(std::string_view text) {
  return service_state_words.value_of(text);
}

}  // namespace minidns::api
