#include "circuit_load/clients.hpp"

#include <algorithm>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "foundation/net/pump.hpp"
#include "foundation/net/tcp.hpp"
#include "network/directory/clock.hpp"
#include "overlay/circuit/circuit_link.hpp"
#include "transport/htx/initiator.hpp"
#include "transport/htx/record_link.hpp"
#include "transport/htx/wall_clock.hpp"

namespace qnet::load {

namespace asio = boost::asio;

namespace {

net::Task<base::Result<htx::Initiator::Finished>> shake_hands(net::TcpStream& stream,
                                                              htx::Initiator& initiator) {
  if (auto sent = co_await net::write_all(stream, initiator.hello()); !sent)
    co_return tl::unexpected(sent.error());
  base::Bytes chunk(16 * 1024);
  for (;;) {
    const auto got = co_await net::read_some(stream, chunk);
    if (!got) co_return tl::unexpected(got.error());
    if (*got == 0) co_return base::fail(circuit::Errc::ended);
    const auto done = initiator.receive(base::ByteView(chunk).first(*got));
    if (!done) co_return tl::unexpected(done.error());
    if (*done) break;
  }
  auto finished = initiator.finish({});
  if (!finished) co_return finished;
  if (auto sent = co_await net::write_all(stream, finished->flight); !sent)
    co_return tl::unexpected(sent.error());
  co_return finished;
}

/// What became of a circuit, for who waits for it.
struct Outcome {
  explicit Outcome(const asio::any_io_executor& executor) : told(executor) {}
  net::Signal told;
  std::optional<base::Result<void>> result{};
};

}  // namespace

base::Bytes for_the_peer_itself(base::Bytes opening) {
  opening.front() = static_cast<std::uint8_t>(circuit::Opening::Kind::create);
  std::fill_n(opening.begin() + 1, 32, std::uint8_t{0});
  return opening;
}

net::Task<base::Result<SessionPointer>> Clients::dial(asio::ip::address source) {
  net::tcp::socket socket(executor_);
  boost::system::error_code error;
  socket.open(net::tcp::v4(), error);
  socket.bind({source, 0}, error);
  const net::tcp::endpoint to(asio::ip::make_address(relay_.address.host), relay_.address.port);
  co_await socket.async_connect(to, asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return base::fail(circuit::Errc::ended);
  auto stream = std::make_unique<net::TcpStream>(std::move(socket));
  stream->limit_unsent(link::kUnsent);
  htx::Initiator::Config config{
      client_hello::find_template(client_hello::builtin_templates(), "chromium-156"),
      relay_.address.cover_name, relay_.address.noise_key, relay_.address.access_tag, htx::wall_clock()};
  auto initiator = htx::Initiator::start(std::move(config), random_);
  if (!initiator) co_return tl::unexpected(initiator.error());
  auto finished = co_await shake_hands(*stream, *initiator);
  if (!finished) co_return tl::unexpected(finished.error());
  auto made =
      htx::record_link_config(std::move(finished->keys), noise::Role::initiator, relay_.address.noise_key);
  made.unread = std::move(finished->unread);
  made.before = std::move(finished->early);
  co_return session::Session::start(
      std::make_unique<htx::RecordLink>(std::move(stream), std::move(made), random_), mux::Role::initiator,
      {});
}

net::Task<base::Result<SessionPointer>> Clients::session(std::size_t number) {
  const auto found = sessions_.find(number);
  if (found != sessions_.end() && found->second->usable()) co_return found->second;
  const auto address = number / of_one_address;
  const asio::ip::address_v4 source(
      {127, net_, static_cast<std::uint8_t>(address / 250), static_cast<std::uint8_t>(1 + address % 250)});
  auto made = co_await dial(source);
  if (made) sessions_.insert_or_assign(number, *made);
  co_return made;
}

net::Task<base::Result<SessionPointer>> Clients::circuit(std::size_t number, Role role,
                                                         std::vector<circuit::Hop> hops) {
  auto near = co_await session(number);
  if (!near) co_return near;
  auto open = circuit::open_over(*near);
  if (role == Role::hop)
    open = [inner = std::move(open)](base::Bytes first) {
      return inner(for_the_peer_itself(std::move(first)));
    };
  const auto outcome = std::make_shared<Outcome>(executor_);
  circuit::Beginning beginning{.open = std::move(open),
                               .hops = std::move(hops),
                               .now = directory::wall_now(),
                               .random = random_,
                               .outcome = [outcome](base::Result<void> result, std::size_t) {
                                 outcome->result.emplace(std::move(result));
                                 outcome->told.notify();
                               }};
  auto session = session::Session::start(
      std::make_unique<circuit::CircuitLink>(executor_, std::move(beginning), link::Facts{}),
      mux::Role::initiator, {});
  while (!outcome->result) co_await outcome->told.wait();
  if (!*outcome->result) co_return tl::unexpected(outcome->result->error());
  co_return session;
}

void Clients::close() {
  for (const auto& [number, session] : sessions_) session->close();
  sessions_.clear();
}

}  // namespace qnet::load
