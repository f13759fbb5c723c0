#include "network/directory_server/session_service.hpp"

#include <algorithm>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "foundation/net/deadline.hpp"
#include "foundation/net/pump.hpp"
#include "network/directory/stream_message.hpp"
#include "overlay/session/stream.hpp"

namespace qnet::directory {

namespace asio = boost::asio;

namespace {

/// The client that is counted: an address, or a session where the address is not known.
struct Client {
  const void* session = nullptr;
  std::optional<asio::ip::address> address;
};

struct Reply {
  Answer answer;
  std::shared_ptr<const void> slot;  ///< of a whole list, for as long as it is on its way
};

Answer too_many(std::string_view hint) {
  auto answer = refusal(Errc::too_soon);
  answer.hint = hint;
  return answer;
}

/// On the service's io_context.
net::Task<std::unique_ptr<Reply>> ask_service(std::weak_ptr<Service> weak, Client from, Query query) {
  auto reply = std::make_unique<Reply>();
  const auto service = weak.lock();
  if (!service) {
    reply->answer = refusal(Errc::store_lost);
    co_return reply;
  }
  auto& limiter = service->session_limiter();
  const auto client = from.address ? limiter.client_at(*from.address) : limiter.client_of(from.session);
  if (!limiter.admit(client, std::chrono::steady_clock::now())) {
    reply->answer = too_many(RateLimits::hint);
    co_return reply;
  }
  reply->answer = co_await service->answer(std::move(query));
  if (reply->answer.list) {
    reply->slot = limiter.large_answers().begin(client);
    if (!reply->slot) reply->answer = too_many("Too many lists are on their way; take those first.");
  }
  service->count_given(reply->answer);
  co_return reply;
}

/// False when the client did not take it.
net::Task<bool> send_list(session::Stream& stream, base::ByteView list) {
  const auto executor = co_await asio::this_coro::executor;
  while (!list.empty()) {
    const auto piece = list.first(std::min(list.size(), StreamLimits::piece));
    const net::Deadline limit(executor, StreamLimits::progress, [&stream] { stream.reset(); });
    if (!co_await net::write_all(stream, piece)) co_return false;
    list = list.subspan(piece.size());
  }
  co_return true;
}

net::Task<void> serve(std::unique_ptr<session::Stream> stream, std::weak_ptr<Service> service,
                      asio::io_context* home) {
  const auto executor = co_await asio::this_coro::executor;
  std::optional<net::Deadline> limit;
  limit.emplace(executor, StreamLimits::query, [&stream] { stream->reset(); });
  const auto message = co_await read_framed(*stream, ExchangeLimits::query);
  const bool out_of_form =
      !message && (message.error().is(Errc::malformed) || message.error().is(Errc::too_large));
  if (!message && !out_of_form) co_return stream->reset();
  limit.emplace(executor, StreamLimits::answer, [&stream] { stream->reset(); });
  auto query = message ? Query::decode(*message) : tl::unexpected(message.error());
  auto reply = std::make_unique<Reply>();
  if (query) {
    Client from{stream->session_name(), stream->facts().remote_address};
    auto asked = ask_service(std::move(service), std::move(from), std::move(*query));
    reply = co_await asio::co_spawn(*home, std::move(asked), asio::use_awaitable);
  } else {
    reply->answer = refusal(query.error());
  }
  const auto before = reply->answer.encode_before_list();
  if (!co_await net::write_all(*stream, before)) co_return;
  if (reply->answer.list && !co_await send_list(*stream, *reply->answer.list)) co_return;
  reply.reset();
  co_await net::finish_and_drain(*stream);
}

}  // namespace

session::Handler directory_handler(std::weak_ptr<Service> service, asio::io_context& home) {
  return [service = std::move(service), &home](std::unique_ptr<session::Stream> stream) {
    return serve(std::move(stream), service, &home);
  };
}

}  // namespace qnet::directory
