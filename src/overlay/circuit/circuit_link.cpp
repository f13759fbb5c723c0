#include "overlay/circuit/circuit_link.hpp"

#include <cstring>
#include <utility>

#include "foundation/net/error.hpp"
#include "foundation/net/pump.hpp"
#include "overlay/session/stream.hpp"

namespace qnet::circuit {

using link::Progress;

namespace {
constexpr std::size_t kFramesAtOnce = 4;
}

std::function<base::Result<std::unique_ptr<net::ByteStream>>(base::Bytes)> open_over(
    std::shared_ptr<session::Session> guard) {
  return [guard = std::move(guard)](base::Bytes first) -> base::Result<std::unique_ptr<net::ByteStream>> {
    auto stream = guard->open(std::string(kCircuitProtocol), first);
    if (!stream) return base::forward_error(stream);
    return std::unique_ptr<net::ByteStream>(std::move(*stream));
  };
}

CircuitLink::CircuitLink(const boost::asio::any_io_executor& executor, Beginning beginning, link::Facts facts)
    : executor_(executor),
      beginning_(std::make_unique<Beginning>(std::move(beginning))),
      facts_(facts),
      begun_(executor),
      established_(executor) {
  facts_.record_data = Layers::most_data;
}

CircuitLink::CircuitLink(std::unique_ptr<net::ByteStream> stream, Layers layers, base::Bytes early,
                         link::Facts facts, std::shared_ptr<const void> counted)
    : executor_(stream->executor()),
      stream_(std::move(stream)),
      layers_(std::move(layers)),
      early_(std::move(early)),
      facts_(facts),
      counted_(std::move(counted)),
      begun_(executor_),
      established_(executor_) {
  facts_.record_data = Layers::most_data;
}

CircuitLink::~CircuitLink() { tell(base::fail(Errc::ended)); }

void CircuitLink::tell(base::Result<void> result) {
  const auto beginning = std::exchange(beginning_, nullptr);
  if (!beginning || !beginning->outcome) return;
  const auto established = initiator_ ? initiator_->established() : layers_.count();
  beginning->outcome(std::move(result), established);
}

base::Result<Progress> CircuitLink::begin(link::User& user) {
  base::Bytes early(beginning_->early ? CreationLimits::early : 0);
  early.resize(early.empty() ? 0 : user.give(early));
  if (beginning_->early && early.empty()) return Progress::nothing;
  auto created = create(beginning_->hops, beginning_->now, early, beginning_->random);
  if (!created) return base::forward_error(created);
  const Opening opening{Opening::Kind::extend, beginning_->hops.front().peer, std::move(created->message)};
  auto stream = beginning_->open(opening.encode());
  if (!stream) return base::forward_error(stream);
  stream_ = std::move(*stream);
  initiator_.emplace(std::move(created->handshakes));
  begun_.notify();
  return Progress::blocked;
}

net::Task<base::Result<void>> CircuitLink::wait_readable() {
  while (!stream_ && !ended_) co_await begun_.wait();
  if (ended_) co_return base::fail(Errc::ended);
  co_return co_await stream_->wait_readable();
}

base::Result<Progress> CircuitLink::receive(link::User& user) {
  if (ended_) return base::fail(Errc::ended);
  if (!stream_) return Progress::blocked;
  if (!early_.empty()) {
    const auto early = std::exchange(early_, {});
    if (auto taken = user.take(early); !taken) return base::forward_error(taken);
    return Progress::some;
  }
  const auto got = input_.read(*stream_);
  if (!got) {
    if (got.error().is(net::Errc::would_block)) return Progress::blocked;
    tell(tl::unexpected(got.error()));
    return tl::unexpected(got.error());
  }
  if (*got == 0) {
    tell(base::fail(Errc::ended));
    // Within a frame, or before all hops have answered, it is no orderly end.
    if (initiator_ || !input_.empty()) return base::fail(Errc::ended);
    return Progress::nothing;
  }
  if (auto taken = take_all(input_.with(*got), user); !taken) {
    tell(taken);
    // Whatever was wrong, the neighbour sees the same.
    stream_->reset();
    return base::forward_error(taken);
  }
  return Progress::some;
}

base::Result<std::optional<std::size_t>> CircuitLink::next_size(base::ByteView input) const {
  return initiator_ ? initiator_->next_size(input) : frame_size(input);
}

base::Result<void> CircuitLink::take_all(base::MutableBytes bytes, link::User& user) {
  for (;;) {
    const auto size = next_size(bytes);
    if (!size) return tl::unexpected(size.error());
    if (!*size || bytes.size() < **size) break;
    if (auto taken = take(bytes.first(**size), user); !taken) return taken;
    bytes = bytes.subspan(**size);
  }
  input_.keep(bytes);
  return {};
}

base::Result<void> CircuitLink::take(base::MutableBytes whole, link::User& user) {
  if (initiator_) return take_answer(whole);
  const auto text = layers_.open(whole);
  if (!text) return tl::unexpected(text.error());
  const auto data = Layers::data_in(*text);
  if (!data) return tl::unexpected(data.error());
  return data->empty() ? base::Result<void>() : user.take(*data);
}

base::Result<void> CircuitLink::take_answer(base::MutableBytes whole) {
  if (auto taken = initiator_->take(whole); !taken) return taken;
  if (!initiator_->done()) {
    if (beginning_ && beginning_->progress) beginning_->progress(initiator_->established());
    return {};
  }
  facts_.handshake_hash = initiator_->handshake_hash();
  layers_ = initiator_->take_layers();
  initiator_.reset();
  tell({});
  established_.notify();
  return {};
}

net::Task<base::Result<void>> CircuitLink::wait_writable() {
  while (initiator_ && !ended_) co_await established_.wait();
  if (ended_) co_return base::fail(Errc::ended);
  co_return co_await stream_->wait_writable();
}

base::Result<Progress> CircuitLink::send(link::User& user) {
  if (ended_) return base::fail(Errc::ended);
  if (!stream_) {
    auto begun = begin(user);
    if (!begun) tell(tl::unexpected(begun.error()));
    return begun;
  }
  if (initiator_) return Progress::blocked;
  if (!unsent_.empty()) {
    const auto all = write_unsent();
    if (!all) return tl::unexpected(all.error());
    if (!*all) return Progress::blocked;
  }
  return send_frames(user);
}

/// As many as the session below sends at once. One at a time, and each would be a record and a system call of
/// its own: the session below has its turn after each send().
base::Result<Progress> CircuitLink::send_frames(link::User& user) {
  auto done = Progress::blocked;
  for (std::size_t frame = 0; frame < kFramesAtOnce && stream_->write_room() > 0; ++frame) {
    const auto sent = send_frame(user);
    if (!sent || *sent == Progress::blocked) return sent;
    if (*sent == Progress::nothing) return frame == 0 ? Progress::nothing : Progress::some;
    done = Progress::some;
  }
  return done;
}

/// `blocked` where the stream did not take all of it.
base::Result<Progress> CircuitLink::send_frame(link::User& user) {
  const auto room = net::thread_scratch();
  const auto sealed = seal_frames(room, user);
  if (!sealed) return tl::unexpected(sealed.error());
  if (*sealed == 0) return Progress::nothing;
  const auto put = stream_->try_write(room.first(*sealed));
  if (!put) return tl::unexpected(put.error());
  const auto rest = room.subspan(*put, *sealed - *put);
  unsent_.assign(rest.begin(), rest.end());
  return unsent_.empty() ? Progress::some : Progress::blocked;
}

base::Result<std::size_t> CircuitLink::seal_frames(base::MutableBytes room, link::User& user) {
  const auto data = layers_.data_of(room);
  const auto given = user.give(data);
  if (given == 0) return 0;
  const auto first = Layers::data_of_next(given);
  const base::Bytes behind(data.begin() + static_cast<std::ptrdiff_t>(first),
                           data.begin() + static_cast<std::ptrdiff_t>(given));
  auto made = layers_.seal(room, first);
  auto sealed = made.value_or(0);
  for (base::ByteView left(behind); made && !left.empty();) {
    const auto size = Layers::data_of_next(left.size());
    std::memcpy(layers_.data_of(room.subspan(sealed)).data(), left.data(), size);
    made = layers_.seal(room.subspan(sealed), size);
    sealed += made.value_or(0);
    left = left.subspan(size);
  }
  if (!made) return base::fail(Errc::keys_used_up);
  return sealed;
}

/// Whether all of it was taken.
base::Result<bool> CircuitLink::write_unsent() {
  const auto put = stream_->try_write(unsent_);
  if (!put) return tl::unexpected(put.error());
  unsent_.erase(unsent_.begin(), unsent_.begin() + static_cast<std::ptrdiff_t>(*put));
  return unsent_.empty();
}

void CircuitLink::finish(link::Ending how) {
  if (!stream_) return;
  const bool all = unsent_.empty() || write_unsent().value_or(false);
  // Half a frame is no orderly end.
  if (how == link::Ending::failed || !all) return stream_->reset();
  stream_->finish();
}

void CircuitLink::close() {
  ended_ = true;
  tell(base::fail(Errc::ended));
  begun_.notify();
  established_.notify();
  if (stream_) stream_->close();
}

}  // namespace qnet::circuit
