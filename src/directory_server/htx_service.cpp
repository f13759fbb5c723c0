#include "directory_server/htx_service.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "directory/stream_message.hpp"
#include "net/deadline.hpp"
#include "net/pump.hpp"
#include "session/stream.hpp"

namespace qnet::directory {

namespace asio = boost::asio;

namespace {

/// On the service's io_context.
net::Task<Answer> ask_service(std::weak_ptr<Service> weak, const void* session, Query query) {
  const auto service = weak.lock();
  if (!service) co_return refusal(Errc::store_lost);
  auto& limiter = service->limiter();
  if (!limiter.admit(limiter.asker_of(session), std::chrono::steady_clock::now())) {
    auto answer = refusal(Errc::too_soon);
    answer.hint = "One session may ask 100 times a minute.";
    co_return answer;
  }
  co_return co_await service->answer(std::move(query));
}

net::Task<void> serve(std::unique_ptr<session::Stream> stream, std::weak_ptr<Service> service,
                      asio::io_context* home) {
  const auto executor = co_await asio::this_coro::executor;
  std::optional<net::Deadline> limit;
  limit.emplace(executor, StreamLimits::query, [&stream] { stream->reset(); });
  const auto message = co_await read_framed(*stream, ExchangeLimits::query);
  if (!message) co_return stream->reset();
  limit.emplace(executor, StreamLimits::answer, [&stream] { stream->reset(); });
  auto query = Query::decode(*message);
  Answer answer;
  if (query) {
    auto asked = ask_service(std::move(service), stream->session_name(), std::move(*query));
    answer = co_await asio::co_spawn(*home, std::move(asked), asio::use_awaitable);
  } else {
    answer = refusal(query.error());
  }
  const auto before = answer.encode_before_list();
  if (!co_await net::write_all(*stream, before)) co_return;
  if (answer.list && !co_await net::write_all(*stream, *answer.list)) co_return;
  stream->finish();
  // A stream that is left before its peer's end is reset, and a reset would overtake the answer.
  std::array<std::uint8_t, 64> rest{};
  (void)co_await net::read_some(*stream, rest);
}

}  // namespace

session::Handler directory_handler(std::weak_ptr<Service> service, asio::io_context& home) {
  return [service = std::move(service), &home](std::unique_ptr<session::Stream> stream) {
    return serve(std::move(stream), service, &home);
  };
}

}  // namespace qnet::directory
