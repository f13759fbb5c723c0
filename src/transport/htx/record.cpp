#include "transport/htx/record.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>

#include "foundation/base/endian.hpp"

namespace qnet::htx {

namespace {

using Limits = RecordLimits;

constexpr std::uint8_t kApplicationData = 23;
constexpr std::uint16_t kLegacyVersion = 0x0303;

constexpr std::size_t kFirstCapacity = 2048;

/// The counter goes on through a rekey, so it counts the direction's records, the handshake's own included.
void rekey_when_due(noise::CipherState& cipher) {
  if (cipher.nonce() % Limits::rekey_interval == 0 && cipher.nonce() > 0) cipher.rekey();
}

}  // namespace

void write_record_header(std::uint8_t* to, std::size_t body_size) {
  to[0] = kApplicationData;
  base::store_be<std::uint16_t>(to + 1, kLegacyVersion);
  base::store_be<std::uint16_t>(to + 3, static_cast<std::uint16_t>(body_size));
}

RecordWriter::RecordWriter(noise::CipherState cipher, base::RandomSource& random)
    : cipher_(std::move(cipher)), random_(random) {}

void RecordWriter::reserve(std::size_t extra) {
  if (tail_ + extra <= capacity_) return;
  const auto held = tail_ - head_;
  std::size_t wanted = std::max(capacity_, kFirstCapacity);
  while (wanted < held + extra) wanted *= 2;
  // Moving within the block is enough when at least half of it has been sent; otherwise it would happen too
  // often.
  if (wanted == capacity_ && head_ >= capacity_ / 2) {
    std::memmove(buffer_.get(), buffer_.get() + head_, held);
  } else {
    if (wanted == capacity_) wanted *= 2;
    auto larger = std::make_unique_for_overwrite<std::uint8_t[]>(wanted);
    if (held > 0) std::memcpy(larger.get(), buffer_.get() + head_, held);
    buffer_ = std::move(larger);
    capacity_ = wanted;
  }
  sealed_ -= head_;
  tail_ -= head_;
  head_ = 0;
}

void RecordWriter::open_record() {
  reserve(Limits::overhead);
  tail_ += Limits::header + Limits::length_field;
}

void RecordWriter::append(base::ByteView bytes) {
  while (!bytes.empty() && healthy_) {
    if (tail_ == sealed_) open_record();
    const auto filled = tail_ - sealed_ - Limits::header - Limits::length_field;
    const auto count = std::min(bytes.size(), Limits::data - filled);
    reserve(count + Limits::tag);
    std::memcpy(buffer_.get() + tail_, bytes.data(), count);
    tail_ += count;
    bytes = bytes.subspan(count);
    if (filled + count == Limits::data) seal_open_record(0);
  }
}

void RecordWriter::flush() {
  if (tail_ == sealed_) return;
  const auto data = tail_ - sealed_ - Limits::header - Limits::length_field;
  seal_open_record(data < Limits::small ? random_.below(Limits::padding) : 0);
}

void RecordWriter::append_empty(std::size_t body_size) {
  assert(body_size >= Limits::smallest_body && body_size <= Limits::body);
  flush();
  if (!healthy_) return;
  open_record();
  seal_open_record(body_size - Limits::smallest_body);
}

void RecordWriter::seal_open_record(std::size_t padding) {
  reserve(padding + Limits::tag);
  auto* const record = buffer_.get() + sealed_;
  const auto data = tail_ - sealed_ - Limits::header - Limits::length_field;
  if (padding > 0) std::memset(record + Limits::header + Limits::length_field + data, 0, padding);
  const auto plaintext = Limits::length_field + data + padding;
  write_record_header(record, plaintext + Limits::tag);
  base::store_be<std::uint16_t>(record + Limits::header, static_cast<std::uint16_t>(data));

  rekey_when_due(cipher_);
  const base::MutableBytes text(record + Limits::header, plaintext);
  const noise::CipherState::Tag tag(record + Limits::header + plaintext, Limits::tag);
  if (!cipher_.seal(base::ByteView(record, Limits::header), text, tag)) {
    healthy_ = false;
    tail_ = sealed_;
    return;
  }
  tail_ = sealed_ = sealed_ + Limits::header + plaintext + Limits::tag;
}

base::ByteView RecordWriter::pending() const { return {buffer_.get() + head_, sealed_ - head_}; }

void RecordWriter::sent(std::size_t count) {
  assert(count <= sealed_ - head_);
  head_ += count;
  if (head_ == tail_) head_ = sealed_ = tail_ = 0;
}

void RecordWriter::release_memory() {
  if (backlog() > 0) return;
  buffer_.reset();
  capacity_ = 0;
}

base::Result<std::optional<RecordReader::Opened>> RecordReader::open(base::MutableBytes input) {
  if (input.size() < Limits::header) return std::nullopt;
  const auto body_size = base::load_be<std::uint16_t>(input.data() + 3);
  if (input[0] != kApplicationData || base::load_be<std::uint16_t>(input.data() + 1) != kLegacyVersion ||
      body_size < Limits::smallest_body || body_size > Limits::body)
    return base::fail(Errc::bad_record);
  if (input.size() < Limits::header + body_size) return std::nullopt;

  const auto text = input.subspan(Limits::header, body_size - Limits::tag);
  const noise::CipherState::ConstTag tag(input.data() + Limits::header + text.size(), Limits::tag);
  rekey_when_due(cipher_);
  if (!cipher_.open(input.first(Limits::header), text, tag)) return base::fail(Errc::forged_record);
  const auto data = base::load_be<std::uint16_t>(text.data());
  if (data > text.size() - Limits::length_field) return base::fail(Errc::bad_padding);
  return Opened{text.subspan(Limits::length_field, data), Limits::header + body_size};
}

}  // namespace qnet::htx
