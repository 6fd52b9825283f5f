#include "central/nameserver_state.hpp"

#include <stdexcept>
#include <string>

namespace minidns::central {
namespace {

using api::NameserverState;

api::Result<Standing> bootstrapping(const std::optional<Standing>& present, const StandingWish& wish) {
  const bool enters_now = present && present->enters_service;
  return Standing{NameserverState::bootstrapping, wish.enters_service.value_or(enters_now)};
}

api::Result<Standing> in_service(const std::optional<Standing>& present, const StandingWish& wish) {
  if (wish.enters_service == false) {
    return api::invalid_field({"enters_service"}, "must not be false beside the state in_service");
  }
  if (wish.force || (present && present->state == NameserverState::in_service)) {
    return Standing{NameserverState::in_service, false};
  }
  return Standing{NameserverState::bootstrapping, true};
}

api::Result<Standing> out_of_work(NameserverState state, const std::optional<Standing>& present,
                                  const StandingWish& wish) {
  if (wish.enters_service == true) {
    return api::invalid_field({"enters_service"}, "only a nameserver that is bootstrapping enters service");
  }
  if (state == NameserverState::maintenance && present && present->state == NameserverState::retired) {
    return api::invalid_field({"state"}, "a retired nameserver can become bootstrapping or in_service");
  }
  return Standing{state, false};
}

/// Of a request that names no state.
api::Result<Standing> same_state(const Standing& present, const StandingWish& wish) {
  if (!wish.enters_service || *wish.enters_service == present.enters_service) {
    return present;
  }
  if (present.state != NameserverState::bootstrapping) {
    return api::invalid_field({"enters_service"},
                              "only a nameserver that is bootstrapping enters service; this one is " +
                                  std::string(api::to_text(present.state)));
  }
  return Standing{present.state, *wish.enters_service};
}

}  // namespace

api::Result<Standing> next_standing(const std::optional<Standing>& present, const StandingWish& wish) {
  if (wish.force && wish.state != NameserverState::in_service) {
    return api::invalid_field({"force"}, "is for the state in_service only");
  }
  if (!wish.state && present) {
    return same_state(*present, wish);
  }
  switch (wish.state.value_or(NameserverState::in_service)) {
    case NameserverState::bootstrapping:
      return bootstrapping(present, wish);
    case NameserverState::in_service:
      return in_service(present, wish);
    case NameserverState::maintenance:
      return out_of_work(NameserverState::maintenance, present, wish);
    case NameserverState::retired:
      return out_of_work(NameserverState::retired, present, wish);
  }
  throw std::logic_error("no such state");
}

}  // namespace minidns::central
