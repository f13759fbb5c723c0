#include "overlay/circuit/service.hpp"

#include <boost/asio/this_coro.hpp>

#include "foundation/net/deadline.hpp"
#include "foundation/net/error.hpp"
#include "foundation/net/pump.hpp"
#include "foundation/net/unless.hpp"
#include "overlay/circuit/circuit_link.hpp"
#include "overlay/circuit/relayed.hpp"
#include "overlay/circuit/who_asks.hpp"
#include "overlay/session/silence.hpp"
#include "transport/link/counters.hpp"

namespace qnet::circuit {

namespace {

/// So many bytes, or an error.
net::Task<base::Result<base::Bytes>> read_exactly(net::ByteStream& from, std::size_t size) {
  base::Bytes bytes(size);
  for (std::size_t have = 0; have < size;) {
    const auto got = co_await net::read_some(from, base::MutableBytes(bytes).subspan(have));
    if (!got) co_return tl::unexpected(got.error());
    if (*got == 0) co_return base::fail(Errc::ended);
    have += *got;
  }
  co_return bytes;
}

/// The first bytes of a stream, while their time lasts.
net::Task<base::Result<Opening>> read_opening(session::Stream& stream) {
  const net::Deadline limit(stream.executor(), RelayLimits::creation, [&stream] { stream.reset(); });
  const auto bytes = co_await read_exactly(stream, Opening::size);
  if (!bytes) co_return tl::unexpected(bytes.error());
  co_return Opening::decode(*bytes);
}

/// Writes, ends, and waits a little until the other side has read it.
net::Task<void> answer_and_end(session::Stream& to, const base::Bytes& bytes) {
  const net::Deadline limit(co_await boost::asio::this_coro::executor, RelayLimits::creation,
                            [&to] { to.reset(); });
  if (co_await net::write_all(to, bytes)) co_await net::finish_and_drain(to);
}

std::shared_ptr<const void> both(std::shared_ptr<const void> one, std::shared_ptr<const void> other) {
  using Both = std::pair<std::shared_ptr<const void>, std::shared_ptr<const void>>;
  return std::make_shared<const Both>(std::move(one), std::move(other));
}

/// One for who asks and, where that is known, one of the address; null when either has none left.
std::shared_ptr<const void> take(Places& places, const WhoAsks& who, std::size_t of_one,
                                 std::size_t of_party) {
  std::shared_ptr<const void> one = places.take(who.one, of_one);
  if (!one || !who.party_is_known()) return one;
  auto party = places.take(who.party, of_party);
  return party ? both(std::move(one), std::move(party)) : nullptr;
}

}  // namespace

session::Handler Service::handler() {
  return [self = shared_from_this()](std::unique_ptr<session::Stream> stream) {
    return self->serve(std::move(stream));
  };
}

net::Task<void> Service::serve(StreamPointer upstream) {
  const auto self = shared_from_this();
  auto waits = await_opening(*upstream);
  if (!waits) co_return upstream->reset();
  auto opening = co_await read_opening(*upstream);
  if (!opening) co_return upstream->reset();
  const bool extends = opening->kind == Opening::Kind::extend;
  auto place = admit(*upstream, opening->kind);
  auto message = std::move(opening->message);
  if (!place) {
    base::Bytes().swap(message);
    co_return co_await refuse(std::move(upstream), Status::overloaded);
  }
  waits.reset();
  if (!extends) co_return co_await be_hop(std::move(upstream), std::move(message), std::move(place));
  co_await be_guard(std::move(upstream), opening->next, std::move(message), count(std::move(place)));
}

Service::PlacePointer Service::await_opening(const session::Stream& upstream) {
  const bool of_relay = passes_on(upstream);
  const auto of_one = of_relay ? RelayLimits::openings_of_relay : RelayLimits::openings_of_client;
  return take(openings_, WhoAsks::of(upstream, of_relay), of_one, RelayLimits::openings_of_party);
}

/// Before any key is tried: a first message that is looked at costs more than all else here.
Service::PlacePointer Service::admit(const session::Stream& upstream, Opening::Kind kind) {
  const auto now = std::chrono::steady_clock::now();
  const bool extends = kind == Opening::Kind::extend;
  // What a relay asks of its guard is its own, as a client's is.
  const bool of_relay = !extends && passes_on(upstream);
  const auto who = WhoAsks::of(upstream, of_relay);
  const auto& of_one = of_relay ? options_.first_messages_of_relay : options_.first_messages;
  const auto& of_party = of_relay ? options_.first_messages_of_relay : RelayLimits::first_messages_of_party;
  if (!first_messages_.take(who.one, of_one, now)) return nullptr;
  auto place = of_relay ? take(places_, who, options_.circuits_of_relay, options_.circuits_of_relay)
                        : take(places_, who, RelayLimits::of_one_client, RelayLimits::of_one_party);
  if (!place) return nullptr;
  if (who.party_is_known() && !first_messages_.take(who.party, of_party, now)) return nullptr;
  if (options_.room) {
    auto room = options_.room->take();
    if (!room) return nullptr;
    place = both(std::move(place), std::move(room));
  }
  // Last, so that nobody uses up what is everybody's with messages that are not looked at.
  const auto all = extends    ? Who::Kind::all_extends
                   : of_relay ? Who::Kind::all_creates_of_relays
                              : Who::Kind::all_creates_of_clients;
  if (!first_messages_.take(Who::all(all), options_.first_messages_of_all, now)) return nullptr;
  return place;
}

net::Task<void> Service::refuse(StreamPointer upstream, Status status) {
  ++options_.counters->refused;
  const auto bytes = circuit::refuse(status, options_.random);
  co_await answer_and_end(*upstream, bytes);
}

base::Result<Service::Accepted> Service::accept(base::ByteView message) {
  const auto keys = options_.keys();
  const auto now = options_.now();
  auto opened = open(message, options_.self, *keys, now, options_.random);
  if (!opened) return base::forward_error(opened);
  // Only now, so that strangers cannot fill the cache.
  if (!options_.seen->admit(ephemeral_of(message), now)) return base::fail(Errc::replayed);
  const bool ends = opened->instruction == Instruction::end;
  if (ends && options_.at_end.empty()) return base::fail(Errc::malformed);
  const bool early = ends && !opened->rest.empty();
  if (early && options_.note_early && !options_.note_early(ephemeral_of(message), now))
    return base::fail(Errc::not_kept);
  auto answered = answer(*opened);
  if (!answered) return base::forward_error(answered);
  return Accepted{std::move(answered->answer), std::move(answered->keys), opened->instruction, opened->next,
                  std::move(opened->rest)};
}

net::Task<void> Service::be_hop(StreamPointer upstream, base::Bytes message, PlacePointer place) {
  auto accepted = accept(message);
  base::Bytes().swap(message);
  if (!accepted) co_return co_await refuse(std::move(upstream), Status::refused);
  ++options_.counters->created;
  const auto said = std::exchange(accepted->answer, {});
  if (!co_await net::write_all(*upstream, said)) co_return upstream->reset();
  auto rest = std::move(accepted->rest);
  if (accepted->instruction == Instruction::end) {
    be_end(std::move(upstream), std::move(rest), std::move(accepted->keys), std::move(place));
    co_return;
  }
  Layer layer(std::move(accepted->keys), noise::Role::responder);
  co_await be_middle(std::move(upstream), accepted->next, std::move(rest), std::move(layer),
                     count(std::move(place)));
}

Service::PlacePointer Service::count(PlacePointer place) const {
  struct Counted {
    PlacePointer place;
    link::Gauge open;
  };
  return std::shared_ptr<const Counted>(new Counted{std::move(place), {options_.counters, &Counters::open}});
}

void Service::be_end(StreamPointer upstream, base::Bytes early, noise::TransportKeys keys,
                     PlacePointer place) {
  link::Facts facts;
  facts.handshake_hash = keys.handshake_hash;
  facts.idle_after = std::chrono::ceil<std::chrono::seconds>(options_.idle);
  const bool of_relay = passes_on(*upstream);
  // One that comes here without a middle is known, as over any session.
  if (!of_relay) facts.remote_address = upstream->facts().remote_address;
  // What the circuits of one relay, or of one client, hold is counted together: when memory is short, it lets
  // go first, and the exit's connections are shared out so.
  const auto who = WhoAsks::of(*upstream, of_relay);
  const auto party = (of_relay ? who.one : who.widest()).name;
  Layers layers;
  layers.add(std::move(keys), noise::Role::responder);
  auto link = std::make_unique<CircuitLink>(std::move(upstream), std::move(layers), std::move(early), facts,
                                            count(std::move(place)));
  // It lives as long as the stream below it.
  (void)session::Session::start(std::move(link), mux::Role::responder, options_.at_end,
                                {.budget = options_.budget, .party = party});
}

net::Task<void> Service::be_guard(StreamPointer upstream, peer::PeerId peer, base::Bytes message,
                                  PlacePointer counted) {
  auto next = co_await extend(*upstream, peer, std::move(message));
  if (!next.stream) co_return co_await answer_and_end(*upstream, next.answer);
  relay(std::move(upstream), std::move(next), std::nullopt, std::move(counted));
}

net::Task<void> Service::be_middle(StreamPointer upstream, peer::PeerId peer, base::Bytes message,
                                   Layer layer, PlacePointer counted) {
  auto next = co_await extend(*upstream, peer, std::move(message));
  base::Bytes frame(CreationLimits::answer + FrameLimits::overhead);
  std::ranges::copy(next.answer, frame.begin() + FrameLimits::length_field);
  if (!layer.seal(frame)) co_return upstream->reset();
  if (!next.stream) co_return co_await answer_and_end(*upstream, frame);
  next.answer = std::move(frame);
  relay(std::move(upstream), std::move(next), std::move(layer), std::move(counted));
}

void Service::relay(StreamPointer upstream, Next next, std::optional<Layer> layer, PlacePointer counted) {
  RelayedParts parts;
  parts.upstream = std::move(upstream);
  parts.downstream = std::move(next.stream);
  parts.layer = std::move(layer);
  parts.answer = std::move(next.answer);
  parts.blocked = options_.blocked;
  parts.idle = options_.idle;
  parts.rate = options_.rate;
  parts.counters = options_.counters;
  parts.counted = std::move(counted);
  Relayed::start(std::move(parts));
}

/// Never without an answer. Given up when the limit is over, and when the side that asked has gone.
net::Task<Service::Next> Service::extend(session::Stream& upstream, peer::PeerId peer, base::Bytes message) {
  net::Stop stop;
  const net::BreakWatch gone(upstream, [&stop] { stop.now(); });
  const net::Deadline limit(upstream.executor(), RelayLimits::extension, [&stop] { stop.now(); });
  const auto asks = WhoAsks::of(upstream, passes_on(upstream)).widest();
  auto made = co_await net::unless(stop, try_to_extend(peer, asks, std::move(message)));
  if (made && *made) {
    ++options_.counters->extended;
    co_return std::move(**made);
  }
  ++options_.counters->unreachable;
  Next none;
  none.answer = circuit::refuse(Status::unreachable, options_.random);
  co_return none;
}

net::Task<base::Result<Service::Next>> Service::try_to_extend(peer::PeerId peer, Who asks,
                                                              base::Bytes message) {
  if (peer == options_.self) co_return base::fail(Errc::no_next_hop);
  const auto session = co_await options_.reach(peer, asks);
  if (!session) co_return tl::unexpected(session.error());
  const Opening opening{Opening::Kind::create, peer::PeerId(crypto::Ed25519Public{}), std::move(message)};
  auto stream = (*session)->open(std::string(kCircuitProtocol), opening.encode());
  if (!stream) co_return base::forward_error(stream);
  // A hop answers at once. One that does not may be gone without a word: then the session ends, so that later
  // circuits get another.
  session::SilenceWatch watch(*session, RelayLimits::silence);
  auto answer = co_await read_exactly(**stream, CreationLimits::answer);
  watch.answered();
  if (!answer) co_return base::forward_error(answer);
  Next made;
  made.answer = std::move(*answer);
  // One that refuses ends the stream; its answer goes on all the same.
  if (made.answer.front() == static_cast<std::uint8_t>(Status::ok)) made.stream = std::move(*stream);
  co_return made;
}

}  // namespace qnet::circuit
