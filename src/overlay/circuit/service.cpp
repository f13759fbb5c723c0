#include "overlay/circuit/service.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/this_coro.hpp>

#include "foundation/net/deadline.hpp"
#include "foundation/net/error.hpp"
#include "foundation/net/pump.hpp"
#include "overlay/circuit/circuit_link.hpp"
#include "overlay/circuit/frame_pump.hpp"
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

/// Writes, ends, and waits a little until the other side has read it.
net::Task<void> answer_and_end(session::Stream& to, const base::Bytes& bytes) {
  const net::Deadline limit(co_await boost::asio::this_coro::executor, RelayLimits::creation,
                            [&to] { to.reset(); });
  if (co_await net::write_all(to, bytes)) co_await net::finish_and_drain(to);
}

/// One that has broken breaks the other, also while nobody reads from it or writes to it.
class BreakTogether {
 public:
  BreakTogether(session::Stream& one, session::Stream& other)
      : first_(one, [&] { reset_both(one, other); }), second_(other, [&] { reset_both(one, other); }) {}

 private:
  static void reset_both(session::Stream& one, session::Stream& other) {
    one.reset();
    other.reset();
  }
  net::BreakWatch first_;
  net::BreakWatch second_;
};

}  // namespace

session::Handler Service::handler() {
  return [self = shared_from_this()](std::unique_ptr<session::Stream> stream) {
    return self->serve(std::move(stream));
  };
}

net::Task<void> Service::serve(StreamPointer upstream) {
  const auto self = shared_from_this();
  const auto counters = options_.counters;
  auto& stream = *upstream;
  base::Result<base::Bytes> bytes = base::fail(Errc::ended);
  {
    const net::Deadline limit(stream.executor(), RelayLimits::creation, [&stream] { stream.reset(); });
    bytes = co_await read_exactly(stream, Opening::size);
  }
  if (!bytes) co_return stream.reset();
  auto opening = Opening::decode(*bytes);
  if (!opening) co_return stream.reset();
  const auto place = places_.take(stream.session_name());
  if (!place) co_return co_await refuse(std::move(upstream), Status::overloaded);
  if (opening->kind == Opening::Kind::extend) {
    const link::Gauge open(counters, &Counters::open);
    co_await be_guard(std::move(upstream), *opening);
  } else {
    co_await be_hop(std::move(upstream), *opening, place);
  }
}

net::Task<void> Service::refuse(StreamPointer upstream, Status status) {
  ++options_.counters->refused;
  const auto bytes = circuit::refuse(status, options_.random);
  co_await answer_and_end(*upstream, bytes);
}

base::Result<Opened> Service::open_first(const Opening& opening) {
  const auto keys = options_.keys();
  std::vector<const crypto::X25519KeyPair*> valid;
  if (keys)
    for (const auto& key : *keys) valid.push_back(&key);
  const auto now = options_.now();
  auto opened = open(opening.message, options_.self, valid, now, options_.random);
  if (!opened) return opened;
  // Only now, so that strangers cannot fill the cache.
  if (!options_.seen->admit(ephemeral_of(opening.message), now)) return base::fail(Errc::replayed);
  return opened;
}

net::Task<void> Service::be_hop(StreamPointer upstream, const Opening& opening, PlacePointer place) {
  auto opened = open_first(opening);
  if (!opened) co_return co_await refuse(std::move(upstream), Status::refused);
  if (opened->instruction == Instruction::end && options_.at_end.empty())
    co_return co_await refuse(std::move(upstream), Status::refused);
  auto answered = answer(*opened);
  if (!answered) co_return co_await refuse(std::move(upstream), Status::refused);
  ++options_.counters->created;
  if (!co_await net::write_all(*upstream, answered->answer)) co_return upstream->reset();
  if (opened->instruction == Instruction::end) {
    be_end(std::move(upstream), std::move(opened->rest), std::move(answered->keys), std::move(place));
    co_return;
  }
  const link::Gauge open(options_.counters, &Counters::open);
  Layer layer(std::move(answered->keys), noise::Role::responder);
  co_await be_middle(std::move(upstream), *opened, layer);
}

void Service::be_end(StreamPointer upstream, base::Bytes early, noise::TransportKeys keys,
                     PlacePointer place) {
  /// What an open circuit keeps: its place, and its count.
  struct Counted {
    PlacePointer place;
    link::Gauge open;
  };
  std::shared_ptr<const Counted> counted(new Counted{std::move(place), {options_.counters, &Counters::open}});
  Layers layers;
  layers.add(std::move(keys), noise::Role::responder);
  auto link = std::make_unique<CircuitLink>(std::move(upstream), std::move(layers), std::move(early),
                                            std::move(counted));
  // It lives as long as the stream below it.
  (void)session::Session::start(std::move(link), mux::Role::responder, options_.at_end,
                                {.budget = options_.budget});
}

net::Task<void> Service::be_guard(StreamPointer upstream, Opening& opening) {
  auto next = co_await extend(opening.next, std::move(opening.message));
  if (!next.stream) co_return co_await answer_and_end(*upstream, next.answer);
  const BreakTogether together(*upstream, *next.stream);
  if (!co_await net::write_all(*upstream, next.answer)) co_return;
  net::Traffic ignored;
  net::ByteStream& up = *upstream;
  net::ByteStream& down = *next.stream;
  co_await net::join(up, down, ignored);
}

net::Task<void> Service::be_middle(StreamPointer upstream, Opened& opened, Layer& layer) {
  using boost::asio::experimental::awaitable_operators::operator&&;
  auto next = co_await extend(opened.next, std::move(opened.rest));
  base::Bytes frame(CreationLimits::answer + FrameLimits::overhead);
  std::ranges::copy(next.answer, frame.begin() + FrameLimits::length_field);
  if (!layer.seal(frame)) co_return upstream->reset();
  if (!next.stream) co_return co_await answer_and_end(*upstream, frame);
  const BreakTogether together(*upstream, *next.stream);
  if (!co_await net::write_all(*upstream, frame)) co_return;
  (void)co_await (open_frames(*upstream, *next.stream, layer) && seal_frames(*next.stream, *upstream, layer));
}

/// Never without an answer.
net::Task<Service::Next> Service::extend(const peer::PeerId& next, base::Bytes message) {
  auto made = co_await try_to_extend(next, std::move(message));
  if (made) {
    ++options_.counters->extended;
    co_return std::move(*made);
  }
  ++options_.counters->unreachable;
  Next none;
  none.answer = circuit::refuse(Status::unreachable, options_.random);
  co_return none;
}

net::Task<base::Result<Service::Next>> Service::try_to_extend(const peer::PeerId& next, base::Bytes message) {
  const auto session = co_await options_.reach(next);
  if (!session) co_return tl::unexpected(session.error());
  const Opening opening{Opening::Kind::create, peer::PeerId(crypto::Ed25519Public{}), std::move(message)};
  auto stream = (*session)->open(std::string(kCircuitProtocol), opening.encode());
  if (!stream) co_return base::forward_error(stream);
  auto& opened = **stream;
  const net::Deadline limit(opened.executor(), RelayLimits::extension, [&opened] { opened.reset(); });
  auto answer = co_await read_exactly(opened, CreationLimits::answer);
  if (!answer) co_return base::forward_error(answer);
  Next made;
  made.answer = std::move(*answer);
  // One that refuses ends the stream; its answer goes on all the same.
  if (made.answer.front() == static_cast<std::uint8_t>(Status::ok)) made.stream = std::move(*stream);
  co_return made;
}

}  // namespace qnet::circuit
