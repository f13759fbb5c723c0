#include "node/process.hpp"

#include <sys/resource.h>

#include <csignal>

#include <fmt/format.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "control/port_owner.hpp"
#include "foundation/net/deadline.hpp"
#include "foundation/net/error.hpp"
#include "foundation/net/signal.hpp"
#include "node/error.hpp"
#include "protocol/openssl_tls/error.hpp"
#include "transport/site/error.hpp"

namespace qnet::node {

std::string_view describe(Errc code) {
  switch (code) {
    case Errc::cannot_listen: return "cannot listen";
    case Errc::cannot_start: return "cannot start";
    case Errc::no_such_mode: return "that mode is not possible";
  }
  return "unknown error";
}

void raise_open_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  (void)::setrlimit(RLIMIT_NOFILE, &limit);  // what was allowed before is allowed still
}

base::Result<void> Process::run(Part& all, const std::function<void()>& started) {
  if (auto done = all.start(); !done) return done;
  (void)std::signal(SIGPIPE, SIG_IGN);
  boost::asio::signal_set signals(pool_.first(), SIGINT, SIGTERM);
  signals.async_wait([&](const boost::system::error_code& error, int) {
    if (error) return;
    boost::asio::co_spawn(pool_.first(), take_leave(all), boost::asio::detached);
    signals.async_wait([&](const boost::system::error_code&, int) { pool_.stop(); });
  });
  started();
  pool_.run();
  all.finish();
  if (problem_) return tl::unexpected(std::move(*problem_));
  return {};
}

void Process::fail(base::Error problem) {
  problem_ = std::move(problem);
  pool_.stop();
}

net::Task<void> Process::take_leave(Part& all) {
  const auto executor = pool_.first().get_executor();
  const net::Deadline longest(executor, limits_.longest, [this] { pool_.stop(); });
  // A farewell that is still held at the very end of the pool holds the signal, too.
  const auto told = std::make_shared<net::Signal>(executor);
  all.stop(Farewell(told.get(), [told](const void*) { told->notify(); }));
  co_await told->wait();
  boost::asio::steady_timer shortest(executor, limits_.shortest);
  (void)co_await shortest.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
  pool_.stop();
}

base::Error explain_listen_error(const base::Error& error, const net::tcp::endpoint& at,
                                 const std::string& flag) {
  if (error.is(net::Errc::address_in_use)) {
    const auto owner = control::port_owner(at);
    return {Errc::cannot_listen,
            fmt::format("port {} is taken{}; choose another with {}", at.port(),
                        owner ? " by " + control::to_text(*owner) : " by another program", flag)};
  }
  if (error.is(net::Errc::not_permitted))
    return {Errc::cannot_listen,
            fmt::format(
                "this user may not listen on port {}; choose one above 1023 with {}, or give the program the "
                "right with: sudo setcap cap_net_bind_service+ep $(command -v qnet)",
                at.port(), flag)};
  if (error.is(net::Errc::address_unavailable))
    return {Errc::cannot_listen, fmt::format("{} is not an address of this machine; give another with {}",
                                             at.address().to_string(), flag)};
  return {Errc::cannot_listen, error.message()};
}

base::Error explain_relay_error(const base::Error& error, const net::tcp::endpoint& at,
                                const std::string& flag) {
  if (error.domain() == "net") return explain_listen_error(error, at, flag);
  using Tls = openssl_tls::Errc;
  const auto advice = [&error](const char* what) {
    return base::Error(Errc::cannot_start, error.message() + "; " + what);
  };
  if (error.is(Tls::certificate_unreadable))
    return advice("give the certificate chain in PEM with --tls-cert, and let this user read it");
  if (error.is(Tls::key_unreadable))
    return advice("give its key in PEM with --tls-key, and let this user read it");
  if (error.is(Tls::key_mismatch)) return advice("give with --tls-key the key that --tls-cert was made for");
  if (error.is(Tls::wrong_name)) return advice("give with --cover-name a name that the certificate has");
  if (error.is(Tls::expired)) return advice("renew it, or give another with --tls-cert");
  if (error.is(site::Errc::no_site)) return advice("give another with --site-root");
  return error;
}

base::Error explain_start_error(const base::Error& error, std::initializer_list<net::tcp::endpoint> ports,
                                const std::string& flag) {
  for (const auto& at : ports) {
    boost::asio::io_context io;
    if (auto free = net::listen(io, at); !free) return explain_listen_error(free.error(), at, flag);
  }
  return error;
}

}  // namespace qnet::node
