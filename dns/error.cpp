#include "dns/error.hpp"

#include <boost/throw_exception.hpp>

#include <stdexcept>

namespace minidns::dns {

void throw_exception_from_error(const Error& error, const boost::source_location& where) {
  boost::throw_exception(std::runtime_error("dns: " + error.detail), where);
}

}  // namespace minidns::dns
