#include "tests/harness/network_namespace.hpp"

#include "tests/harness/ports.hpp"
#include "tests/harness/process.hpp"

#include <stdexcept>
#include <utility>
#include <vector>

namespace minidns::harness {

namespace {

bool ip(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "ip");
  return run(arguments).status == 0;
}

}  // namespace

std::unique_ptr<NetworkNamespace> NetworkNamespace::create() {
  // A port is unique among all test programs, so what is named after it is too.
  const unsigned unique = free_port();
  const std::string name = "minidns-" + std::to_string(unique);
  const std::string ours = "mdt" + std::to_string(unique);
  const std::string theirs = "mdp" + std::to_string(unique);
  const std::string network = "10." + std::to_string(200 + (unique >> 13U) % 50) + "." + std::to_string(unique % 251);
  std::unique_ptr<NetworkNamespace> made(new NetworkNamespace(name, network));
  const bool works = ip({"netns", "add", name}) &&
                     ip({"link", "add", ours, "type", "veth", "peer", "name", theirs, "netns", name}) &&
                     ip({"address", "add", network + ".1/24", "dev", ours}) && ip({"link", "set", ours, "up"}) &&
                     ip({"-n", name, "address", "add", network + ".2/24", "dev", theirs}) &&
                     ip({"-n", name, "link", "set", theirs, "up"}) && ip({"-n", name, "link", "set", "lo", "up"});
  return works ? std::move(made) : nullptr;
}

NetworkNamespace::~NetworkNamespace() {
  (void)ip({"netns", "delete", name_});  // the cable goes with it
}

void NetworkNamespace::cut() {
  if (!ip({"-n", name_, "link", "set", "mdp" + name_.substr(name_.find('-') + 1), "down"})) {
    throw std::runtime_error("the network can't be cut");
  }
}

void NetworkNamespace::join() {
  if (!ip({"-n", name_, "link", "set", "mdp" + name_.substr(name_.find('-') + 1), "up"})) {
    throw std::runtime_error("the network can't be joined");
  }
}

}  // namespace minidns::harness
