// Boost.Asio's TLS streams, compiled once (src/foundation/net/asio_impl.cpp has the rest).
#include <boost/asio/ssl/impl/src.hpp>
