// Boost.Asio and Boost.Beast, compiled once instead of in each file that includes them (Asio manual,
// "Optional separate compilation"): BOOST_ASIO_SEPARATE_COMPILATION and BOOST_BEAST_SEPARATE_COMPILATION.
#include <boost/asio/impl/src.hpp>
#include <boost/beast/src.hpp>
