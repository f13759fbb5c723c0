#include "control/events.hpp"

#include <memory>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "protocol/http/event_stream.hpp"

namespace qnet::control {

namespace {

constexpr std::chrono::seconds kBetween{1};

/// One reader's stream.
class Events {
 public:
  Events(const boost::asio::any_io_executor& executor, std::function<std::optional<std::string>()> status)
      : timer_(executor), status_(std::move(status)) {}

  /// At once, and then a second after the one before was taken.
  static net::Task<std::optional<std::string>> next(std::shared_ptr<Events> self) {
    if (std::exchange(self->begun_, true)) {
      self->timer_.expires_after(kBetween);
      co_await self->timer_.async_wait(boost::asio::use_awaitable);
    }
    const auto status = self->status_();
    if (!status) co_return std::nullopt;
    co_return http::to_text({.name = "status", .data = *status});
  }

 private:
  boost::asio::steady_timer timer_;
  std::function<std::optional<std::string>()> status_;
  bool begun_ = false;
};

}  // namespace

http::Route events_route(const boost::asio::any_io_executor& executor,
                         std::function<std::optional<std::string>()> status) {
  return {
      "GET", "/events", [executor, status = std::move(status)](const http::Request&, const http::Arguments&) {
        http::Reply reply;
        reply.content_type = std::string(http::kEventStreamType);
        reply.stream = [events = std::make_shared<Events>(executor, status)] { return Events::next(events); };
        return reply;
      }};
}

}  // namespace qnet::control
