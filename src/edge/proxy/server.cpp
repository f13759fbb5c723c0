#include "edge/proxy/server.hpp"

#include <sys/socket.h>

#include <array>
#include <type_traits>

#include <spdlog/spdlog.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "edge/proxy/detect.hpp"
#include "foundation/net/deadline.hpp"
#include "foundation/net/tcp.hpp"
#include "foundation/net/unless.hpp"

namespace qnet::proxy {

namespace asio = boost::asio;

namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
// After "too many open files" there is nothing to do but wait for some to be closed.
constexpr auto kAcceptPause = std::chrono::milliseconds(100);
constexpr int kProgramProbes = 3;

/// Calls a function when a program ends its direction without a byte, unless the scope was left before.
template <class Socket>
class SilentEnd {
 public:
  SilentEnd(Socket& program, std::function<void()> function)
      : state_(std::make_shared<State>(State{&program, std::move(function)})) {
    program.async_wait(Socket::wait_read, [state = state_](const boost::system::error_code& error) {
      if (!error && state->program != nullptr && has_ended(*state->program)) state->function();
    });
  }
  SilentEnd(const SilentEnd&) = delete;
  SilentEnd& operator=(const SilentEnd&) = delete;
  ~SilentEnd() { state_->program = nullptr; }

 private:
  // Shared, because the wait may end after the scope was left.
  struct State {
    Socket* program;
    std::function<void()> function;
  };
  static bool has_ended(Socket& program) {
    std::uint8_t byte = 0;
    return ::recv(program.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
  }
  std::shared_ptr<State> state_;
};

void keep_alive(net::TcpStream& program, std::chrono::seconds idle) {
  program.keep_alive(idle, kProgramProbes);
}
void keep_alive(net::LocalStream& program, std::chrono::seconds idle) { program.keep_alive(idle); }

template <class Socket>
void turn_away(Socket& socket) {
  boost::system::error_code ignored;
  socket.set_option(asio::socket_base::linger(true, 0), ignored);
  socket.close(ignored);
}

}  // namespace

/// Speaks with the program until it has asked for something; null when it has not.
net::Task<std::unique_ptr<Dialogue>> Server::converse(net::ByteStream& program) {
  std::unique_ptr<Dialogue> dialogue;
  std::array<std::uint8_t, 2048> chunk;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled by the read
  for (;;) {
    const auto got = co_await net::read_some(program, chunk);
    if (!got || *got == 0) co_return nullptr;
    if (!dialogue) dialogue = detect_protocol(chunk[0], credentials_);
    if (!dialogue) {
      if (chunk[0] == 4) (void)co_await net::write_all(program, socks4_rejection());
      co_return nullptr;
    }
    dialogue->feed(base::ByteView(chunk).first(*got));
    if (auto sent = co_await net::write_all(program, dialogue->take_output()); !sent) co_return nullptr;
    if (dialogue->state() == Dialogue::State::refused) {
      log_problem(dialogue->problem());
      co_return nullptr;
    }
    if (dialogue->state() == Dialogue::State::requested) co_return dialogue;
  }
}

/// SOCKS5 has no words for it: the person finds it in the log.
void Server::log_problem(const std::string& problem) {
  if (!problem.empty() && problem_lines_.take()) spdlog::warn(problem);
}

Server::Server(asio::io_context& io, Entrances entrances, std::optional<Credentials> credentials,
               Connect connect, const ServerLimits& limits)
    : executor_(io.get_executor()),
      entrances_(std::move(entrances)),
      credentials_(std::move(credentials)),
      connect_(std::move(connect)),
      limits_(limits) {}

void Server::start() {
  const auto serve_at = [this](auto& acceptor) {
    asio::co_spawn(
        executor_, [self = shared_from_this(), &acceptor] { return self->accept(acceptor); }, asio::detached);
  };
  if (entrances_.port) serve_at(*entrances_.port);
  if (entrances_.name) serve_at(entrances_.name->acceptor());
}

void Server::stop() {
  boost::system::error_code ignored;
  if (entrances_.port) entrances_.port->close(ignored);
  if (entrances_.name) entrances_.name->close();
  reset_all();
}

void Server::reset_all() {
  for (auto* const program : open_) program->reset();
}

template <class Socket>
bool Server::admit(Socket& socket, net::LocalUsers* users) {
  if (users == nullptr || users->admit(socket)) return true;
  if (stranger_lines_.take())
    spdlog::info(
        "a program of another user of this machine asked for the proxy, and got nothing: see --allow-uid");
  return false;
}

template <class Acceptor>
net::Task<void> Server::accept(Acceptor& acceptor) {
  using Socket = typename Acceptor::protocol_type::socket;
  constexpr bool by_port = std::is_same_v<Socket, net::tcp::socket>;
  using Stream = std::conditional_t<by_port, net::TcpStream, net::LocalStream>;
  net::LocalUsers* const users = (by_port ? entrances_.port_users : entrances_.name_users).get();
  asio::steady_timer pause(executor_);
  while (acceptor.is_open()) {
    auto [error, accepted] = co_await acceptor.async_accept(kAwait);
    if (!error && !admit(accepted, users)) {
      turn_away(accepted);
    } else if (!error && open_.size() < limits_.connections) {
      asio::co_spawn(
          executor_,
          [self = shared_from_this(), socket = std::move(accepted)]() mutable {
            return self->serve<Stream>(std::move(socket));
          },
          asio::detached);
    } else if (error && acceptor.is_open()) {
      pause.expires_after(kAcceptPause);
      (void)co_await pause.async_wait(kAwait);
    }
  }
}

/// A connection stands in the set as long as its coroutine runs, also when that ends by an exception.
class Server::Entry {
 public:
  Entry(Server& server, net::ByteStream& program) : server_(server), program_(program) {
    server_.open_.insert(&program_);
  }
  Entry(const Entry&) = delete;
  Entry& operator=(const Entry&) = delete;
  ~Entry() { server_.open_.erase(&program_); }

 private:
  Server& server_;
  net::ByteStream& program_;
};

template <class Stream, class Socket>
net::Task<void> Server::serve(Socket socket) {
  const auto self = shared_from_this();
  Stream program(std::move(socket));
  keep_alive(program, limits_.keep_alive);
  const Entry entry(*this, program);
  co_await talk(program);
}

/// What comes of the request; nothing when the program has left meanwhile. One that only ends its direction
/// has left, too, if it has sent nothing behind its request: closing a socket looks no different, and a
/// program does not know yet whether it has a tunnel. Behind a whole request inside the tunnel, however, an
/// end may be a half close: that one waits for an answer.
template <class Stream>
net::Task<std::optional<Connected>> Server::connect_for(Stream& program, const Dialogue& dialogue) {
  net::Stop stop;
  const net::BreakWatch broken(program, [&stop] { stop.now(); });
  std::optional<SilentEnd<std::remove_reference_t<decltype(program.socket())>>> ended;
  if (dialogue.rest().empty()) ended.emplace(program.socket(), [&stop] { stop.now(); });
  // Apart from the await: a trap of GCC 12 (CONTRIBUTING.md).
  auto connecting = connect_(Request{dialogue.destination(), dialogue.preference()});
  co_return co_await net::unless(stop, std::move(connecting));
}

template <class Stream>
net::Task<void> Server::talk(Stream& program) {
  std::unique_ptr<Dialogue> dialogue;
  {
    const net::Deadline limit(executor_, limits_.dialogue, [&program] { program.close(); });
    dialogue = co_await converse(program);
  }
  if (!dialogue) co_return program.close();
  const auto& wanted = dialogue->destination();
  spdlog::trace("a program asks for {}, port {}", wanted.host, wanted.port);
  auto connected = co_await connect_for(program, *dialogue);
  if (!connected) co_return program.close();
  if (auto sent = co_await net::write_all(program, dialogue->reply(connected->status)); !sent) co_return;
  if (connected->status != peer::ConnectStatus::ok) co_return program.close();
  if (auto sent = co_await net::write_all(*connected->stream, dialogue->rest()); !sent) co_return;
  dialogue.reset();
  co_await net::join(program, *connected->stream, traffic_);
}

}  // namespace qnet::proxy
