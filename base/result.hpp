#pragma once

#include <boost/system/result.hpp>

namespace minidns {

/// Either a value or an expected failure. Each room has its own error type `E`: a closed enum plus the words that a
/// person needs. Infrastructure that is gone is an exception, not a Result (STYLE.md, Errors).
template <class T, class E>
using Result = boost::system::result<T, E>;

}  // namespace minidns
