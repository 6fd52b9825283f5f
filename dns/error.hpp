#pragma once

#include "base/result.hpp"

#include <string>

namespace minidns::dns {

enum class Errc {
  truncated,        ///< the input ends before the value does
  bad_label,        ///< a label is empty, longer than 63 octets, or has a bad escape
  name_too_long,    ///< more than 255 octets in wire form (RFC 1035 §3.1)
  not_absolute,     ///< a name in text that doesn't end in a dot
  bad_pointer,      ///< a compression pointer that doesn't point back (RFC 1035 §4.1.4)
  bad_rdata,        ///< RDATA that its type doesn't allow
  unknown_type,     ///< a type mnemonic that isn't known and isn't TYPEn (RFC 3597)
  bad_value,        ///< a number out of its range
  bad_message,      ///< counts, flags or sections that contradict each other
  too_large,        ///< more than the named limit
  trailing_octets,  ///< the value ends before the input does
};

/// A closed code, and words for a person that say which part is wrong.
struct Error {
  Errc code;
  std::string detail;
};

template <class T>
using Result = minidns::Result<T, Error>;

/// Lets boost::system::result turn the error into an exception where `.value()` is used without a check.
[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location& where);

}  // namespace minidns::dns
