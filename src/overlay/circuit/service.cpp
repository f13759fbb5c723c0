#include "overlay/circuit/service.hpp"

#include <boost/asio/this_coro.hpp>

#include "foundation/net/deadline.hpp"
#include "foundation/net/error.hpp"
#include "foundation/net/pump.hpp"
#include "foundation/net/unless.hpp"
#include "overlay/circuit/circuit_link.hpp"
#include "overlay/circuit/relayed.hpp"
#include "overlay/session/silence.hpp"
#include "transport/link/counters.hpp"
#include "transport/link/link_places.hpp"

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

}  // namespace

session::Handler Service::handler() {
  return [self = shared_from_this()](std::unique_ptr<session::Stream> stream) {
    return self->serve(std::move(stream));
  };
}

net::Task<void> Service::serve(StreamPointer upstream) {
  const auto self = shared_from_this();
  const bool from_relay = options_.is_relay(upstream->facts().peer_key);
  // Before any memory is taken for it.
  auto waits = openings_.take(Who::session(upstream->session_name()),
                              from_relay ? RelayLimits::openings_of_relay : RelayLimits::openings_of_client);
  if (!waits) co_return upstream->reset();
  auto opening = co_await read_opening(*upstream);
  if (!opening) co_return upstream->reset();
  const bool extends = opening->kind == Opening::Kind::extend;
  auto place = admit(*upstream, opening->kind, from_relay);
  auto message = std::move(opening->message);
  if (!place) {
    base::Bytes().swap(message);
    co_return co_await refuse(std::move(upstream), Status::overloaded);
  }
  waits.reset();
  if (!extends) co_return co_await be_hop(std::move(upstream), std::move(message), std::move(place));
  co_await be_guard(std::move(upstream), opening->next, std::move(message), count(std::move(place)));
}

/// Before any key is tried: a first message that is looked at costs more than all else here.
Service::PlacePointer Service::admit(const session::Stream& upstream, Opening::Kind kind, bool from_relay) {
  const auto now = std::chrono::steady_clock::now();
  const auto& rate = from_relay ? RelayLimits::first_messages_of_relay : options_.first_messages;
  const auto session = Who::session(upstream.session_name());
  const auto party = Who::party(link::party_of(upstream.facts().remote_address));
  const bool one_of_party = !from_relay && party.name != 0;
  if (!first_messages_.take(session, rate, now)) return nullptr;
  PlacePointer place = from_relay && kind == Opening::Kind::create
                           ? places_.take(session, RelayLimits::of_one_relay)
                           : places_.take(session, RelayLimits::of_one_client);
  if (!place) return nullptr;
  if (one_of_party) {
    if (!first_messages_.take(party, RelayLimits::first_messages_of_party, now)) return nullptr;
    auto of_party = places_.take(party, RelayLimits::of_one_party);
    if (!of_party) return nullptr;
    using Both = std::pair<PlacePointer, PlacePointer>;
    place = std::make_shared<const Both>(std::move(place), std::move(of_party));
  }
  // Last, so that nobody uses up what is everybody's with messages that are not looked at.
  if (!first_messages_.take(Who::all(from_relay), options_.first_messages_of_all, now)) return nullptr;
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
  if (ends && !opened->rest.empty() && options_.note_early) options_.note_early(ephemeral_of(message), now);
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
  // What the circuits of one session hold is counted together: when memory is short, it lets go first.
  const auto party = reinterpret_cast<std::uintptr_t>(upstream->session_name());
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
  auto made = co_await net::unless(stop, try_to_extend(peer, std::move(message)));
  if (made && *made) {
    ++options_.counters->extended;
    co_return std::move(**made);
  }
  ++options_.counters->unreachable;
  Next none;
  none.answer = circuit::refuse(Status::unreachable, options_.random);
  co_return none;
}

net::Task<base::Result<Service::Next>> Service::try_to_extend(peer::PeerId peer, base::Bytes message) {
  if (peer == options_.self) co_return base::fail(Errc::no_next_hop);
  const auto session = co_await options_.reach(peer);
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
