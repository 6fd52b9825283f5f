#pragma once

#include "base/result.hpp"

#include <string>

namespace minidns::dnssec {

enum class Errc {
  unknown_algorithm,  ///< not one of Algorithm
  bad_key,            ///< key material that isn't of its algorithm, or public and private parts that don't fit
  bad_input,          ///< a zone or a value that can't be signed
  too_large,          ///< a difference with more octets than were asked for
  fault,              ///< a signature that was made doesn't verify: never to be used
};

/// A closed code, and words for a person that say which part is wrong. Never with key material.
struct Error {
  Errc code;
  std::string detail;
};

template <class T>
using Result = minidns::Result<T, Error>;

/// Lets boost::system::result turn the error into an exception where `.value()` is used without a check.
[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location& where);

}  // namespace minidns::dnssec
