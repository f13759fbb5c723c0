#include "foundation/net/signal.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace qnet::net {

Task<void> Signal::wait() {
  if (!notified_) {
    waiting_ = true;
    (void)co_await timer_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    waiting_ = false;
  }
  notified_ = false;
}

}  // namespace qnet::net
