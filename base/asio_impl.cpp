// The one place where Asio's own code is compiled (BOOST_ASIO_SEPARATE_COMPILATION is set for the whole tree).
#include <boost/asio/impl/src.hpp>
