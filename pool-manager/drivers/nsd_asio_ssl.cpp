// The one place of this program where the code of Asio's TLS is compiled (BOOST_ASIO_SEPARATE_COMPILATION is set for
// the whole tree).
#include <boost/asio/ssl/impl/src.hpp>
