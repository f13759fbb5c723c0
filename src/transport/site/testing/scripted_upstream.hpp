// For tests: a web server over loopback that answers each connection as the test says.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "foundation/net/pump.hpp"
#include "foundation/net/tcp.hpp"

namespace qnet::site::testing {

class ScriptedUpstream {
 public:
  enum class Then { ends, resets, hangs, reads_no_more };
  struct Script {
    std::string until = "\r\n\r\n";  ///< of the request, before it answers; empty for at once
    std::string answer;
    Then then = Then::ends;
  };

  ScriptedUpstream(boost::asio::io_context& io, Script script)
      : state_(std::make_shared<State>(io, std::move(script))) {
    boost::asio::co_spawn(io, accept_all(state_), boost::asio::detached);
  }
  ScriptedUpstream(const ScriptedUpstream&) = delete;
  ScriptedUpstream& operator=(const ScriptedUpstream&) = delete;
  ~ScriptedUpstream() { state_->acceptor.close(); }

  [[nodiscard]] std::uint16_t port() const { return state_->acceptor.local_endpoint().port(); }
  [[nodiscard]] const std::string& received() const { return state_->received; }
  /// The other side has ended its last connection, or broken it off.
  [[nodiscard]] bool left() const { return state_->left; }
  [[nodiscard]] bool broken_off() const { return state_->broken_off; }
  /// Of the last connection.
  void reset() { state_->stream->reset(); }

 private:
  struct State {
    State(boost::asio::io_context& io, Script what)
        : script(std::move(what)), acceptor(io, {boost::asio::ip::address_v4::loopback(), 0}) {}
    Script script;
    net::tcp::acceptor acceptor;
    std::unique_ptr<net::TcpStream> stream;
    std::string received;
    bool left = false;
    bool broken_off = false;
  };

  static net::Task<void> accept_all(std::shared_ptr<State> state) {
    for (;;) {
      boost::system::error_code error;
      auto socket = co_await state->acceptor.async_accept(
          boost::asio::redirect_error(boost::asio::use_awaitable, error));
      if (error) co_return;
      state->received.clear();
      state->stream = std::make_unique<net::TcpStream>(std::move(socket));
      co_await serve(*state);
    }
  }

  static net::Task<void> serve(State& state) {
    auto& stream = *state.stream;
    while (state.received.find(state.script.until) == std::string::npos)
      if (!co_await receive(state)) co_return;
    const auto answered = co_await net::write_all(stream, base::bytes_of(state.script.answer));
    if (!answered) state.left = state.broken_off = true;
    if (!answered || state.script.then == Then::reads_no_more) co_return;
    if (state.script.then == Then::resets) co_return stream.reset();
    if (state.script.then == Then::ends) stream.finish();
    while (co_await receive(state)) {
    }
  }

  static net::Task<bool> receive(State& state) {
    base::Bytes chunk(4096);
    const auto got = co_await net::read_some(*state.stream, chunk);
    if (got) state.received += base::text_of(base::ByteView(chunk).first(*got));
    if (got && *got > 0) co_return true;
    state.left = true;
    state.broken_off = !got;
    co_return false;
  }

  std::shared_ptr<State> state_;
};

}  // namespace qnet::site::testing
