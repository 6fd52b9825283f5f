// The one place where Beast's own code is compiled (BOOST_BEAST_SEPARATE_COMPILATION is set for the whole tree).
#include <boost/beast/src.hpp>
