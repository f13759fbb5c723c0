#include "overlay/circuit/creation.hpp"

#include <algorithm>

#include "foundation/base/endian.hpp"
#include "foundation/base/reader.hpp"

namespace qnet::circuit {

namespace {

using Limits = CreationLimits;

constexpr std::string_view kPrologue = "qnet-circuit/1";

struct Header {
  std::uint32_t minute = 0;
  Instruction instruction{};
  std::size_t inside = 0;  ///< bytes of what is inside, before they are sealed
  crypto::Ed25519Public next{};
};

std::uint32_t minute_of(WallTime time) {
  return static_cast<std::uint32_t>(
      std::chrono::floor<std::chrono::minutes>(time).time_since_epoch().count());
}

base::Bytes encode(const Header& header) {
  base::Bytes out(Limits::header);
  base::store_be<std::uint32_t>(out.data(), header.minute);
  out[4] = static_cast<std::uint8_t>(header.instruction);
  base::store_be<std::uint16_t>(out.data() + 5, static_cast<std::uint16_t>(header.inside));
  std::ranges::copy(header.next, out.begin() + 7);
  return out;
}

base::Result<Header> decode(base::ByteView bytes) {
  base::Reader reader(bytes);
  Header header;
  header.minute = *reader.integer<std::uint32_t>();
  const auto instruction = *reader.integer<std::uint8_t>();
  header.inside = *reader.integer<std::uint16_t>();
  std::ranges::copy(*reader.take(32), header.next.begin());
  if (*reader.integer<std::uint8_t>() != 0) return base::fail(Errc::malformed);
  const auto layers_inside = (header.inside - Limits::innermost) / Limits::layer;
  if (header.inside < Limits::innermost || layers_inside >= Limits::layers ||
      header.inside != Limits::innermost + layers_inside * Limits::layer)
    return base::fail(Errc::malformed);
  if (instruction == static_cast<std::uint8_t>(Instruction::extend)) {
    if (layers_inside == 0) return base::fail(Errc::malformed);
  } else if (instruction == static_cast<std::uint8_t>(Instruction::end)) {
    if (layers_inside != 0 || header.next != crypto::Ed25519Public{}) return base::fail(Errc::malformed);
  } else {
    return base::fail(Errc::malformed);
  }
  header.instruction = static_cast<Instruction>(instruction);
  return header;
}

base::Bytes prologue(const peer::PeerId& hop) {
  base::Bytes text;
  base::append(text, base::bytes_of(kPrologue));
  base::append(text, hop.key());
  return text;
}

/// Random, so that it looks like what is sealed.
void fill_up(base::Bytes& message, base::RandomSource& random) {
  const auto real = message.size();
  message.resize(Limits::message);
  random.fill(base::MutableBytes(message).subspan(real));
}

/// What is inside for the last hop, and back.
base::Bytes innermost_of(base::ByteView early) {
  base::Bytes inside(Limits::innermost);
  base::store_be<std::uint16_t>(inside.data(), static_cast<std::uint16_t>(early.size()));
  std::ranges::copy(early, inside.begin() + 2);
  return inside;
}

base::Result<base::Bytes> early_in(base::ByteView inside) {
  const std::size_t size = base::load_be<std::uint16_t>(inside.data());
  if (size > Limits::early) return base::fail(Errc::malformed);
  const auto early = inside.subspan(2, size);
  return base::Bytes(early.begin(), early.end());
}

bool is_now(std::uint32_t minute, WallTime now) {
  const auto difference = std::chrono::minutes(std::int64_t{minute} - std::int64_t{minute_of(now)});
  return std::chrono::abs(difference) <= Limits::window;
}

base::Error error_of(std::uint8_t status) {
  switch (static_cast<Status>(status)) {
    case Status::refused: return Errc::hop_refused;
    case Status::unreachable: return Errc::hop_unreachable;
    case Status::overloaded: return Errc::hop_overloaded;
    case Status::ok: break;
  }
  return Errc::hop_lies;
}

noise::HandshakeState responder(const peer::PeerId& self, const crypto::X25519KeyPair& key,
                                base::RandomSource& random) {
  return {{noise::Pattern::nk_hfs, noise::Role::responder, prologue(self), key.clone()}, random};
}

base::Result<Opened> open_with(base::ByteView message, const peer::PeerId& self,
                               const crypto::X25519KeyPair& key, WallTime now, base::RandomSource& random) {
  Opened opened{responder(self, key, random), {}, self, {}};
  base::Bytes text;
  if (!opened.handshake.read(message.first(Limits::noise_part), text)) return base::fail(Errc::not_opened);
  const auto header = decode(text);
  if (!header) return tl::unexpected(header.error());
  if (!is_now(header->minute, now)) return base::fail(Errc::wrong_time);
  const auto inside = message.subspan(Limits::noise_part, header->inside + Limits::tag);
  if (!opened.handshake.read_more(inside, opened.rest)) return base::fail(Errc::not_opened);
  opened.instruction = header->instruction;
  if (header->instruction == Instruction::extend) {
    opened.next = peer::PeerId(header->next);
    fill_up(opened.rest, random);
  } else {
    auto early = early_in(opened.rest);
    if (!early) return base::forward_error(early);
    opened.rest = std::move(*early);
  }
  return opened;
}

}  // namespace

base::Result<Created> create(std::span<const Hop> hops, WallTime now, base::ByteView early,
                             base::RandomSource& random) {
  if (hops.empty() || hops.size() > Limits::layers) return base::fail(Errc::too_many_hops);
  if (early.size() > Limits::early) return base::fail(Errc::malformed);
  Created created;
  created.message = innermost_of(early);
  Header header{minute_of(now), Instruction::end, 0, {}};
  for (auto hop = hops.rbegin(); hop != hops.rend(); ++hop) {
    auto& handshake = created.handshakes.emplace_front(
        noise::HandshakeOptions{
            noise::Pattern::nk_hfs, noise::Role::initiator, prologue(hop->peer), {}, hop->circuit_key},
        random);
    header.inside = created.message.size();
    base::Bytes message;
    message.reserve(Limits::message);
    if (auto written = handshake.write(encode(header), message); !written)
      return base::forward_error(written);
    if (auto written = handshake.write_more(created.message, message); !written)
      return base::forward_error(written);
    created.message = std::move(message);
    header.instruction = Instruction::extend;
    header.next = hop->peer.key();
  }
  fill_up(created.message, random);
  return created;
}

base::Result<Opened> open(base::ByteView message, const peer::PeerId& self,
                          std::span<const crypto::X25519KeyPair> keys, WallTime now,
                          base::RandomSource& random) {
  if (message.size() != Limits::message) return base::fail(Errc::malformed);
  for (const auto& key : keys) {
    auto opened = open_with(message, self, key, now, random);
    if (opened || !opened.error().is(Errc::not_opened)) return opened;
  }
  return base::fail(Errc::not_opened);
}

crypto::X25519Public ephemeral_of(base::ByteView message) {
  crypto::X25519Public ephemeral{};
  std::ranges::copy(message.first(ephemeral.size()), ephemeral.begin());
  return ephemeral;
}

base::Result<Answered> answer(Opened& opened) {
  base::Bytes bytes{static_cast<std::uint8_t>(Status::ok)};
  bytes.reserve(Limits::answer);
  if (auto written = opened.handshake.write({}, bytes); !written) return base::forward_error(written);
  return Answered{std::move(bytes), opened.handshake.split()};
}

base::Bytes refuse(Status status, base::RandomSource& random) {
  base::Bytes bytes(Limits::answer);
  random.fill(bytes);
  bytes.front() = static_cast<std::uint8_t>(status);
  return bytes;
}

base::Result<noise::TransportKeys> take_answer(noise::HandshakeState& handshake, base::ByteView answer) {
  if (answer.size() != Limits::answer) return base::fail(Errc::hop_lies);
  if (answer.front() != static_cast<std::uint8_t>(Status::ok))
    return tl::unexpected(error_of(answer.front()));
  base::Bytes ignored;
  if (!handshake.read(answer.subspan(1), ignored)) return base::fail(Errc::hop_lies);
  return handshake.split();
}

}  // namespace qnet::circuit
