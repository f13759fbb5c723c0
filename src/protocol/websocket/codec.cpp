#include "protocol/websocket/codec.hpp"

#include <algorithm>

#include "foundation/base/endian.hpp"

namespace qnet::websocket {

namespace {

constexpr std::uint8_t kFin = 0x80;
constexpr std::uint8_t kMasked = 0x80;
constexpr std::uint8_t kLengthBits = 0x7f;
constexpr std::uint8_t kTwoBytes = 126;
constexpr std::uint8_t kEightBytes = 127;

enum Opcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

constexpr std::array<std::uint8_t, 2> kNormalClosure{0x03, 0xe8};

std::size_t extended_size(std::uint8_t length) {
  if (length == kTwoBytes) return 2;
  return length == kEightBytes ? 8 : 0;
}

bool is_control(std::uint8_t opcode) { return (opcode & 0x8U) != 0; }

}  // namespace

base::Result<void> Codec::receive(base::ByteView bytes, base::ByteQueue& data, base::ByteQueue& answers) {
  // What follows the last frame means nothing (§1.4).
  while (!bytes.empty() && !at_end_) {
    if (!in_frame_) {
      header_.push_back(bytes.front());
      bytes = bytes.subspan(1);
      const auto whole = take_header();
      if (!whole) return tl::unexpected(whole.error());
      if (!*whole) continue;
    }
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
    base::Bytes part(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(count));
    bytes = bytes.subspan(count);
    left_ -= count;
    if (role_ == Role::server)
      for (auto& byte : part) byte ^= mask_[masked_++ % mask_.size()];
    if (is_control(opcode_)) {
      base::append(control_, part);
    } else {
      data.push(part);
    }
    if (left_ > 0) continue;
    in_frame_ = false;
    if (is_control(opcode_))
      if (auto taken = take_control(answers); !taken) return taken;
  }
  return {};
}

base::Result<bool> Codec::take_header() {
  if (header_.size() < 2) return false;
  const auto extended = extended_size(header_[1] & kLengthBits);
  const std::size_t mask = (header_[1] & kMasked) != 0 ? mask_.size() : 0;
  if (header_.size() < 2 + extended + mask) return false;
  if (auto good = check_header(extended); !good) return base::forward_error(good);
  std::copy_n(header_.end() - static_cast<std::ptrdiff_t>(mask), mask, mask_.begin());
  header_.clear();
  masked_ = 0;
  in_frame_ = true;
  return true;
}

base::Result<void> Codec::check_header(std::size_t extended) {
  const bool fin = (header_[0] & kFin) != 0;
  opcode_ = header_[0] & 0x0fU;
  left_ = header_[1] & kLengthBits;
  if (extended == 2) left_ = base::load_be<std::uint16_t>(header_.data() + 2);
  if (extended == 8) left_ = base::load_be<std::uint64_t>(header_.data() + 2);
  const bool masked = (header_[1] & kMasked) != 0;
  const auto bad = base::fail(Errc::bad_frame);
  if ((header_[0] & 0x70U) != 0 || masked != (role_ == Role::server)) return bad;
  // §5.2: the shortest form; the top bit of 64 is zero.
  if ((extended == 2 && left_ < kTwoBytes) || (extended == 8 && (left_ <= 0xffff || left_ >> 63U != 0)))
    return bad;
  if (is_control(opcode_)) {
    if (!fin || left_ > Limits::control || opcode_ > Opcode::pong) return bad;
    return {};
  }
  const bool begins = opcode_ == Opcode::binary;
  if (!begins && opcode_ != Opcode::continuation) return bad;
  if (begins == in_message_) return bad;
  in_message_ = !fin;
  return {};
}

base::Result<void> Codec::take_control(base::ByteQueue& answers) {
  const auto payload = std::exchange(control_, {});
  if (opcode_ == Opcode::close) {
    at_end_ = true;
    send_close(answers);
  } else if (opcode_ == Opcode::ping && !closed_) {
    if (answers.size() > Limits::answers) return base::fail(Errc::answers_unread);
    append_frame(Opcode::pong, payload, answers);
  }
  return {};
}

void Codec::send(base::ByteView data, base::ByteQueue& out) {
  if (!closed_) append_frame(Opcode::binary, data, out);
}

void Codec::send_close(base::ByteQueue& out) {
  if (std::exchange(closed_, true)) return;
  append_frame(Opcode::close, kNormalClosure, out);
}

void Codec::append_frame(std::uint8_t opcode, base::ByteView payload, base::ByteQueue& out) {
  base::Bytes frame{static_cast<std::uint8_t>(kFin | opcode)};
  const std::uint8_t masked = role_ == Role::client ? kMasked : 0;
  if (payload.size() < kTwoBytes) {
    frame.push_back(static_cast<std::uint8_t>(masked | payload.size()));
  } else {
    const bool two = payload.size() <= 0xffff;
    frame.push_back(masked | (two ? kTwoBytes : kEightBytes));
    frame.resize(frame.size() + (two ? 2 : 8));
    if (two) base::store_be(frame.data() + 2, static_cast<std::uint16_t>(payload.size()));
    if (!two) base::store_be(frame.data() + 2, static_cast<std::uint64_t>(payload.size()));
  }
  const auto header = frame.size();
  if (masked == 0) {
    out.push(frame);
    return out.push(payload);
  }
  std::array<std::uint8_t, 4> mask{};
  random_.fill(mask);
  base::append(frame, mask);
  base::append(frame, payload);
  for (std::size_t i = 0; i < payload.size(); ++i) frame[header + mask.size() + i] ^= mask[i % mask.size()];
  out.push(frame);
}

}  // namespace qnet::websocket
