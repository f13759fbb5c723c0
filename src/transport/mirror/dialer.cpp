#include "transport/mirror/dialer.hpp"

#include <optional>
#include <utility>

#include <boost/asio/co_spawn.hpp>

#include "foundation/net/deadline.hpp"
#include "foundation/net/pump.hpp"
#include "transport/htx/initiator.hpp"
#include "transport/htx/record_link.hpp"
#include "transport/htx/wall_clock.hpp"
#include "transport/link/connect.hpp"
#include "transport/link/error.hpp"
#include "transport/mirror/browse.hpp"

namespace qnet::mirror {

namespace {

constexpr std::size_t kReadSize = 16 * 1024;

net::Task<base::Result<htx::Initiator::Finished>> shake_hands(net::TcpStream& relay,
                                                              htx::Initiator& initiator) {
  if (auto sent = co_await net::write_all(relay, initiator.hello()); !sent)
    co_return tl::unexpected(sent.error());
  base::Bytes chunk(kReadSize);
  for (;;) {
    const auto got = co_await net::read_some(relay, chunk);
    if (!got) co_return tl::unexpected(got.error());
    if (*got == 0) co_return base::fail(htx::Errc::not_recognised);
    const auto done = initiator.receive(base::ByteView(chunk).first(*got));
    if (!done) co_return tl::unexpected(done.error());
    if (*done) break;
  }
  auto finished = initiator.finish({});
  if (!finished) co_return finished;
  if (auto sent = co_await net::write_all(relay, finished->flight); !sent)
    co_return tl::unexpected(sent.error());
  co_return finished;
}

/// The far end did not know us, or is no relay: what comes then depends on the origin behind it.
bool is_a_strangers_answer(const base::Error& error) {
  return error.is(htx::Errc::not_recognised) || error.is(htx::Errc::alert) ||
         error.is(htx::Errc::bad_server_hello);
}

/// As a browser's address bar has it.
std::string authority(const link::RelayAddress& relay) {
  constexpr std::uint16_t https = 443;
  return relay.port == https ? relay.cover_name : relay.cover_name + ":" + std::to_string(relay.port);
}

/// Where an ordinary web server has answered, the browser's visit goes on by itself: an observer who led us
/// there sees a page being loaded, and the caller does not wait for it. Otherwise ends as a browser does.
void end_as_browser(std::unique_ptr<net::TcpStream> stream, htx::Initiator& initiator,
                    const link::RelayAddress& relay, const Browser& browser) {
  std::shared_ptr<const crypto::TrustStore> trust;
  std::optional<htx::Initiator::Ordinary> ordinary;
  std::shared_ptr<const void> place;
  if (browser.loads_pages && initiator.met_ordinary_server()) {
    place = browser.places.take();
    // As a browser whose tab was closed: it says nothing more.
    if (!place) return stream->close();
    if (browser.authorities) trust = browser.authorities();
    ordinary = initiator.go_on_as_browser(trust.get(), std::chrono::system_clock::now());
  }
  if (!ordinary) {
    (void)stream->try_write(initiator.refusal());
    // A browser that gives a handshake up closes; it does not reset.
    stream->close();
    return;
  }
  auto visit =
      std::make_unique<PageVisit>(std::move(ordinary->client), client_hello::page_request_of(browser.hello),
                                  authority(relay), std::move(trust));
  const auto executor = stream->executor();
  boost::asio::co_spawn(executor, browse(std::move(stream), std::move(visit), std::move(ordinary->received)),
                        [place](const std::exception_ptr&) {});
}

}  // namespace

net::Task<base::Result<link::Dialled>> dial(link::RelayAddress relay, const Browser& browser,
                                            base::RandomSource& random) {
  auto connected = co_await link::connect(relay, browser.hello.keep_alive);
  if (!connected) co_return tl::unexpected(connected.error());
  auto stream = std::move(*connected);

  htx::Initiator::Config config{&browser.hello, relay.cover_name, relay.noise_key, relay.access_tag,
                                htx::wall_clock()};
  if (browser.own_key) config.own_static = browser.own_key->clone();
  auto initiator = htx::Initiator::start(std::move(config), random);
  if (!initiator) co_return tl::unexpected(initiator.error());

  const auto started = std::chrono::steady_clock::now();
  net::Deadline limit(stream->executor(), link::DialLimits::handshake, [&stream] { stream->close(); });
  auto finished = co_await shake_hands(*stream, *initiator);
  if (limit.expired()) co_return base::fail(link::Errc::handshake_timed_out, relay.host);
  if (!finished) {
    end_as_browser(std::move(stream), *initiator, relay, browser);
    if (is_a_strangers_answer(finished.error()))
      co_return base::fail(link::Errc::not_recognised, finished.error().message());
    co_return tl::unexpected(finished.error());
  }
  const auto took = std::chrono::steady_clock::now() - started;

  auto made = htx::record_link_config(std::move(finished->keys), noise::Role::initiator, relay.noise_key);
  made.unread = std::move(finished->unread);
  made.before = std::move(finished->early);
  link::Dialled dialled;
  dialled.link = std::make_unique<htx::RecordLink>(std::move(stream), std::move(made), random);
  dialled.round_trip = std::chrono::duration_cast<std::chrono::microseconds>(took);
  dialled.peer_time = link::PeerTime{initiator->relay_time(), started + took};
  co_return dialled;
}

void add_dialer(link::Dialers& dialers, Browser browser, base::RandomSource& random) {
  std::vector<Browser> looks{std::move(browser)};
  for (auto& hello : std::exchange(looks.front().others, {})) {
    auto look = looks.front();
    look.hello = std::move(hello);
    looks.push_back(std::move(look));
  }
  dialers.add(link::Cover::mirror,
              [looks = std::move(looks),
               &random](link::RelayAddress relay) -> net::Task<base::Result<link::Dialled>> {
                const auto& look = looks[relay.look % looks.size()];
                co_return co_await dial(std::move(relay), look, random);
              });
}

}  // namespace qnet::mirror
