// Loads one relay with circuits, as many clients at once: circuit_load SNAPSHOT HOST:PORT NET, where SNAPSHOT
// is an operator's file in a client's state, and the clients' addresses are 127.NET.x.y. Commands come by
// standard input, a line each; each is answered by a line of JSON, and several may run at the same time:
//
//   connect COUNT                         sessions of that many clients
//   hold guard|hop COUNT HOPS[;HOPS…]     circuits until there are so many, the ends in turn
//   drop                                  all of those
//   flood KIND PER_SECOND SECONDS COUNT   first messages, in so many sessions (flood.hpp)
//   download HOPS PORT SECONDS SESSION    through a circuit of the relay as guard
//   ping HOPS PORT SECONDS MS SESSION       the same, with a short message every MS milliseconds
//   echo PORT                             a site for the last
//
// HOPS: HOST:PORT,… of the hops with layers.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <sstream>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "circuit_load/flood.hpp"
#include "circuit_load/transfer.hpp"
#include "foundation/crypto/system_random.hpp"

namespace qnet::load {
namespace {

namespace asio = boost::asio;
using Words = std::istringstream;

template <class T>
T word(Words& words) {
  T value{};
  words >> value;
  return value;
}

class Program {
 public:
  Program(asio::io_context& io, const char* snapshot, const char* relay, std::uint8_t net)
      : io_(io),
        network_(Network::read(snapshot)),
        clients_(io.get_executor(), network_.at(relay), net, random_) {}

  net::Task<void> run() {
    asio::posix::stream_descriptor input(io_, dup(STDIN_FILENO));
    asio::streambuf lines;
    boost::system::error_code error;
    for (;;) {
      co_await asio::async_read_until(input, lines, '\n', asio::redirect_error(asio::use_awaitable, error));
      if (error) std::_Exit(0);
      std::istream stream(&lines);
      std::string line;
      std::getline(stream, line);
      asio::co_spawn(io_, obey(std::move(line)), asio::detached);
    }
  }

 private:
  net::Task<void> obey(std::string line) {
    Words words(std::move(line));
    const auto command = word<std::string>(words);
    if (command == "connect") co_await connect(word<std::size_t>(words));
    if (command == "hold") co_await hold(words);
    if (command == "drop") drop();
    if (command == "flood") co_await begin_flood(words);
    if (command == "download") co_await begin_download(words);
    if (command == "ping") co_await begin_ping(words);
    if (command == "echo") co_await echo(word<std::uint16_t>(words));
  }

  net::Task<void> connect(std::size_t count) {
    std::size_t made = 0;
    for (std::size_t n = 0; n < count; ++n) made += (co_await clients_.session(n)).has_value() ? 1 : 0;
    std::printf("{\"sessions\": %zu}\n", made);
    std::fflush(stdout);
  }

  net::Task<void> hold(Words& words) {
    const auto role = word<std::string>(words) == "guard" ? Role::guard : Role::hop;
    const auto count = word<std::size_t>(words);
    std::vector<std::vector<circuit::Hop>> ways;
    auto hops = Words(word<std::string>(words));
    for (std::string way; std::getline(hops, way, ';');) ways.push_back(network_.hops(way));
    const auto first = held_.size();
    std::size_t at_once = kAtOnce;
    net::Signal done(io_.get_executor());
    failed_ = 0;
    held_.resize(std::max(first, count));
    for (std::size_t lane = 0; lane < kAtOnce; ++lane)
      asio::co_spawn(
          io_,
          [](Program& self, std::size_t from, Role as, const auto& choices) -> net::Task<void> {
            for (auto n = from; n < self.held_.size(); n += kAtOnce) {
              auto made = co_await self.build(n / kOfOneSession, as, choices[n % choices.size()]);
              if (made)
                self.held_[n] = std::move(*made);
              else if (self.failed_++ == 0)
                std::fprintf(stderr, "a circuit failed: %s\n", made.error().message().c_str());
            }
          }(*this, first + lane, role, ways),
          [&](const std::exception_ptr&) {
            if (--at_once == 0) done.notify();
          });
    co_await done.wait();
    std::printf("{\"held\": %zu, \"failed\": %zu}\n", held_.size() - failed_, failed_);
    std::fflush(stdout);
  }

  /// A relay begins only so many a second.
  net::Task<base::Result<SessionPointer>> build(std::size_t session, Role role,
                                                const std::vector<circuit::Hop>& hops) {
    asio::steady_timer pause(io_);
    for (int tries = 1;; ++tries) {
      auto made = co_await clients_.circuit(session, role, hops);
      if (made || tries == kTries || !made.error().is(circuit::Errc::hop_overloaded)) co_return made;
      pause.expires_after(std::chrono::milliseconds(200));
      co_await pause.async_wait(asio::use_awaitable);
    }
  }

  void drop() {
    for (const auto& one : held_)
      if (one) one->close();
    held_.clear();
    std::printf("{\"held\": 0}\n");
    std::fflush(stdout);
  }

  net::Task<void> begin_flood(Words& words) {
    FloodOptions options;
    options.kind = word<std::string>(words);
    options.per_second = word<std::size_t>(words);
    options.time = std::chrono::seconds(word<int>(words));
    options.sessions = word<std::size_t>(words);
    const auto result = co_await flood(clients_, std::move(options));
    const auto& [ok, refused, unreachable, overloaded, none] = result.answers;
    std::printf(
        "{\"sent\": %zu, \"ok\": %zu, \"refused\": %zu, \"unreachable\": %zu, \"overloaded\": %zu, "
        "\"none\": %zu, \"seconds\": %.3f}\n",
        result.sent, ok, refused, unreachable, overloaded, none, result.seconds);
    std::fflush(stdout);
  }

  net::Task<void> begin_download(Words& words) {
    const auto hops = network_.hops(word<std::string>(words));
    const auto port = word<std::uint16_t>(words);
    const std::chrono::seconds time(word<int>(words));
    const auto made = co_await build(word<std::size_t>(words), Role::guard, hops);
    double rate = 0;
    if (made) rate = co_await download(*made, port, time);
    if (made) (*made)->close();
    std::printf("{\"rate\": %.0f}\n", rate);
    std::fflush(stdout);
  }

  net::Task<void> begin_ping(Words& words) {
    const auto hops = network_.hops(word<std::string>(words));
    const auto port = word<std::uint16_t>(words);
    const std::chrono::seconds time(word<int>(words));
    const std::chrono::milliseconds pause(word<int>(words));
    const auto made = co_await build(word<std::size_t>(words), Role::guard, hops);
    std::vector<double> times;
    if (made) times = co_await ping(*made, port, time, pause);
    if (made) (*made)->close();
    std::ranges::sort(times);
    const auto at = [&](double part) {
      return times.empty() ? -1.0
                           : times[static_cast<std::size_t>(part * static_cast<double>(times.size() - 1))];
    };
    std::printf("{\"count\": %zu, \"p50\": %.3f, \"p90\": %.3f, \"p99\": %.3f, \"worst\": %.3f}\n",
                times.size(), at(0.5), at(0.9), at(0.99), at(1));
    std::fflush(stdout);
  }

  static constexpr std::size_t kOfOneSession = 60;
  static constexpr std::size_t kAtOnce = 8;
  static constexpr int kTries = 100;

  asio::io_context& io_;
  crypto::SystemRandom random_;
  Network network_;
  Clients clients_;
  std::vector<SessionPointer> held_;
  std::size_t failed_ = 0;
};

}  // namespace
}  // namespace qnet::load

int main(int count, char** words) {
  if (count != 4) {
    std::fputs("usage: circuit_load SNAPSHOT HOST:PORT NET\n", stderr);
    return 2;
  }
  boost::asio::io_context io(1);
  qnet::load::Program program(io, words[1], words[2], static_cast<std::uint8_t>(std::atoi(words[3])));
  boost::asio::co_spawn(io, program.run(), boost::asio::detached);
  io.run();
}
