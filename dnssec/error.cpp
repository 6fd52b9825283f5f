#include "dnssec/error.hpp"

#include <boost/throw_exception.hpp>

#include <stdexcept>

namespace minidns::dnssec {

void throw_exception_from_error(const Error& error, const boost::source_location& where) {
  boost::throw_exception(std::runtime_error("dnssec: " + error.detail), where);
}

}  // namespace minidns::dnssec
