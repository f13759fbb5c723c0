#include "protocol/http/send_stream.hpp"

#include <array>

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "foundation/net/deadline.hpp"
#include "foundation/net/unless.hpp"

namespace qnet::http {

namespace asio = boost::asio;
using net::Task;
using net::tcp;

namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

/// Stops a stream when its client is gone. One that closed its half only counts as gone, as with other
/// servers.
class ClientWatch {
 public:
  ClientWatch(tcp::socket& socket, net::Stop& stop) : state_(std::make_shared<State>(&socket, &stop)) {
    read(state_);
  }
  ClientWatch(const ClientWatch&) = delete;
  ClientWatch& operator=(const ClientWatch&) = delete;
  ~ClientWatch() {
    state_->left = true;
    boost::system::error_code ignored;
    state_->socket->cancel(ignored);
  }

 private:
  // What a client may send during a stream: some requests that came too early.
  static constexpr std::size_t kUnasked = 64 * 1024;

  struct State {
    State(tcp::socket* of, net::Stop* to) : socket(of), stop(to) {}
    tcp::socket* socket;
    net::Stop* stop;
    std::size_t taken = 0;
    bool left = false;
    std::array<char, 1024> scratch{};
  };

  static void read(const std::shared_ptr<State>& state) {
    state->socket->async_read_some(asio::buffer(state->scratch),
                                   [state](const boost::system::error_code& error, std::size_t size) {
                                     if (state->left) return;
                                     state->taken += size;
                                     if (error || state->taken > kUnasked) return state->stop->now();
                                     read(state);
                                   });
  }

  std::shared_ptr<State> state_;  // a cancelled read ends after the watch
};

/// One chunk of the body; an empty text is its end.
Task<bool> write_chunk(tcp::socket& socket, std::string_view text, Framing framing,
                       std::chrono::milliseconds limit) {
  const bool chunked = framing == Framing::chunked;
  const auto size = chunked ? fmt::format("{:x}\r\n", text.size()) : std::string();
  const std::string_view end = chunked ? "\r\n" : "";
  const std::array<asio::const_buffer, 3> parts{asio::buffer(size), asio::buffer(text), asio::buffer(end)};
  const net::Deadline slow(socket.get_executor(), limit, [&socket] {
    boost::system::error_code ignored;
    socket.close(ignored);
  });
  const auto [failed, written] = co_await asio::async_write(socket, parts, kAwait);
  co_return !failed;
}

}  // namespace

Task<bool> send_stream(tcp::socket& socket, const NextChunk& next, Framing framing,
                       std::chrono::milliseconds limit) {
  net::Stop gone;
  const ClientWatch watch(socket, gone);
  try {
    for (;;) {
      const auto chunk = co_await net::unless(gone, next());
      if (!chunk) co_return false;
      if (!*chunk) break;
      if ((*chunk)->empty()) continue;
      if (!co_await write_chunk(socket, **chunk, framing, limit)) co_return false;
    }
  } catch (const std::exception& error) {
    // The client learns of it: there is no last chunk.
    spdlog::error("a stream over HTTP failed: {}", error.what());
    co_return false;
  }
  co_return co_await write_chunk(socket, {}, framing, limit);
}

}  // namespace qnet::http
