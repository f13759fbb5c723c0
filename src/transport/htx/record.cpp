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

}  // namespace

void write_record_header(std::uint8_t* to, std::size_t body_size) {
  to[0] = kApplicationData;
  base::store_be<std::uint16_t>(to + 1, kLegacyVersion);
  base::store_be<std::uint16_t>(to + 3, static_cast<std::uint16_t>(body_size));
}

RecordWriter::RecordWriter(noise::CipherState cipher, base::RandomSource& random)
    : cipher_(std::move(cipher)), random_(random) {}

base::MutableBytes RecordWriter::data_of(base::MutableBytes room) {
  if (room.size() <= Limits::overhead) return {};
  return room.subspan(Limits::header + Limits::length_field,
                      std::min(room.size() - Limits::overhead, Limits::data));
}

std::optional<std::size_t> RecordWriter::seal(base::MutableBytes room, std::size_t data) {
  assert(data <= data_of(room).size());
  const auto padding = data < Limits::small ? random_.below(Limits::padding) : 0;
  return seal_padded(room, data, std::min<std::size_t>(padding, room.size() - Limits::overhead - data));
}

std::optional<std::size_t> RecordWriter::seal_empty(base::MutableBytes room, std::size_t body_size) {
  assert(body_size >= Limits::smallest_body && body_size <= Limits::body);
  assert(room.size() >= Limits::header + body_size);
  return seal_padded(room, 0, body_size - Limits::smallest_body);
}

std::optional<std::size_t> RecordWriter::seal_padded(base::MutableBytes room, std::size_t data,
                                                     std::size_t padding) {
  auto* const record = room.data();
  if (padding > 0) std::memset(record + Limits::header + Limits::length_field + data, 0, padding);
  const auto plaintext = Limits::length_field + data + padding;
  write_record_header(record, plaintext + Limits::tag);
  base::store_be<std::uint16_t>(record + Limits::header, static_cast<std::uint16_t>(data));

  cipher_.rekey_when_due(Limits::rekey_interval);
  const base::MutableBytes text(record + Limits::header, plaintext);
  const noise::CipherState::Tag tag(record + Limits::header + plaintext, Limits::tag);
  if (!cipher_.seal(base::ByteView(record, Limits::header), text, tag)) return std::nullopt;
  return Limits::header + plaintext + Limits::tag;
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
  cipher().rekey_when_due(Limits::rekey_interval);
  if (!cipher().open(input.first(Limits::header), text, tag)) return base::fail(Errc::forged_record);
  if (early_ && --early_->count == 0) early_.reset();
  const auto data = base::load_be<std::uint16_t>(text.data());
  if (data > text.size() - Limits::length_field) return base::fail(Errc::bad_padding);
  return Opened{text.subspan(Limits::length_field, data), Limits::header + body_size};
}

}  // namespace qnet::htx
