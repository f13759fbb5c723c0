#include "network/mdns/message.hpp"

#include <optional>

#include "foundation/base/endian.hpp"
#include "foundation/base/reader.hpp"

namespace qnet::mdns {

namespace {

constexpr std::uint16_t kResponse = 0x8400;  // and authoritative (RFC 6762 §18)
constexpr std::uint16_t kOpcodeAndRcode = 0x780f;
constexpr std::uint16_t kInternet = 1;
constexpr std::uint16_t kTopBit = 0x8000;
constexpr std::uint8_t kPointer = 0xc0;
constexpr std::size_t kLongestLabel = 63;

void append_u16(base::Bytes& out, std::uint16_t value) {
  out.resize(out.size() + 2);
  base::store_be(out.data() + out.size() - 2, value);
}

void append_u32(base::Bytes& out, std::uint32_t value) {
  out.resize(out.size() + 4);
  base::store_be(out.data() + out.size() - 4, value);
}

void append_name(base::Bytes& out, std::string_view name) {
  while (!name.empty()) {
    std::string label;
    for (; !name.empty() && name.front() != '.'; name.remove_prefix(1)) {
      if (name.front() == '\\' && name.size() > 1) name.remove_prefix(1);
      label += name.front();
    }
    if (!name.empty()) name.remove_prefix(1);
    out.push_back(static_cast<std::uint8_t>(label.size()));
    base::append(out, base::bytes_of(label));
  }
  out.push_back(0);
}

void append_record(base::Bytes& out, const Record& record) {
  append_name(out, record.name);
  append_u16(out, record.type);
  append_u16(out, record.flush ? kTopBit | kInternet : kInternet);
  append_u32(out, record.ttl);
  base::Bytes data;
  if (record.type == static_cast<std::uint16_t>(Type::ptr)) append_name(data, record.target);
  for (const auto& text : record.texts) {
    data.push_back(static_cast<std::uint8_t>(text.size()));
    base::append(data, base::bytes_of(text));
  }
  append_u16(out, static_cast<std::uint16_t>(data.size()));
  base::append(out, data);
}

/// A name may continue elsewhere, but only further to the front: so it ends.
std::optional<std::string> read_name(base::ByteView packet, std::size_t& at) {
  std::string name;
  std::size_t position = at;
  std::size_t front = at;
  bool jumped = false;
  for (;;) {
    if (position >= packet.size()) return std::nullopt;
    const auto length = packet[position];
    if (length == 0) {
      if (!jumped) at = position + 1;
      return name;
    }
    if ((length & kPointer) == kPointer) {
      if (position + 1 >= packet.size()) return std::nullopt;
      const auto target = static_cast<std::size_t>(((length & 0x3fU) << 8U) | packet[position + 1]);
      if (!jumped) at = position + 2;
      if (target >= front) return std::nullopt;
      jumped = true;
      position = front = target;
      continue;
    }
    if (length > kLongestLabel || position + 1 + length > packet.size()) return std::nullopt;
    if (!name.empty()) name += '.';
    for (const auto byte : packet.subspan(position + 1, length)) {
      if (byte == '.' || byte == '\\') name += '\\';
      name += static_cast<char>(byte >= 'A' && byte <= 'Z' ? byte + 32 : byte);
    }
    if (name.size() > 2 * MessageLimits::name) return std::nullopt;
    position += 1U + length;
  }
}

class PacketReader {
 public:
  explicit PacketReader(base::ByteView packet) : packet_(packet) {}

  std::optional<std::uint16_t> u16() { return integer<std::uint16_t>(); }
  std::optional<std::string> name() { return read_name(packet_, at_); }

  std::optional<Question> question() {
    auto called = name();
    const auto type = u16();
    const auto in = u16();
    if (!called || !type || !in) return std::nullopt;
    return Question{std::move(*called), *type, (*in & kTopBit) != 0};
  }

  std::optional<Record> record() {
    auto called = name();
    const auto type = u16();
    const auto in = u16();
    const auto ttl = integer<std::uint32_t>();
    const auto size = u16();
    if (!called || !type || !in || !ttl || !size || at_ + *size > packet_.size()) return std::nullopt;
    Record record{std::move(*called), *type, (*in & kTopBit) != 0, *ttl};
    const auto end = at_ + *size;
    if (*type == static_cast<std::uint16_t>(Type::ptr)) {
      auto target = name();
      if (!target || at_ != end) return std::nullopt;
      record.target = std::move(*target);
    } else if (*type == static_cast<std::uint16_t>(Type::txt) && !texts(record, end)) {
      return std::nullopt;
    }
    at_ = end;
    return record;
  }

 private:
  template <std::unsigned_integral T>
  std::optional<T> integer() {
    if (at_ + sizeof(T) > packet_.size()) return std::nullopt;
    const auto value = base::load_be<T>(packet_.data() + at_);
    at_ += sizeof(T);
    return value;
  }

  bool texts(Record& record, std::size_t end) {
    while (at_ < end) {
      const std::size_t length = packet_[at_++];
      if (at_ + length > end) return false;
      if (record.texts.size() < MessageLimits::texts)
        record.texts.emplace_back(base::text_of(packet_.subspan(at_, length)));
      at_ += length;
    }
    return true;
  }

  base::ByteView packet_;
  std::size_t at_ = 0;
};

}  // namespace

std::string_view describe(Errc code) {
  switch (code) {
    case Errc::malformed: return "this is no DNS message";
    case Errc::too_large: return "the DNS message is too large";
  }
  return "unknown mDNS error";
}

base::Bytes encode(const Message& message) {
  base::Bytes out;
  append_u16(out, message.id);
  append_u16(out, message.response ? kResponse : 0);
  append_u16(out, static_cast<std::uint16_t>(message.questions.size()));
  append_u16(out, static_cast<std::uint16_t>(message.answers.size()));
  append_u16(out, 0);
  append_u16(out, static_cast<std::uint16_t>(message.additional.size()));
  for (const auto& question : message.questions) {
    append_name(out, question.name);
    append_u16(out, question.type);
    append_u16(out, question.unicast ? kTopBit | kInternet : kInternet);
  }
  for (const auto& record : message.answers) append_record(out, record);
  for (const auto& record : message.additional) append_record(out, record);
  return out;
}

base::Result<Message> decode(base::ByteView packet) {
  if (packet.size() > MessageLimits::message) return base::fail(Errc::too_large);
  PacketReader reader(packet);
  const auto id = reader.u16();
  const auto flags = reader.u16();
  const auto questions = reader.u16();
  const auto answers = reader.u16();
  const auto authority = reader.u16();
  const auto additional = reader.u16();
  // RFC 6762 §18.3, §18.11: other operations and errors are ignored.
  if (!id || !flags || !additional || (*flags & kOpcodeAndRcode) != 0) return base::fail(Errc::malformed);
  const std::size_t records = std::size_t{*answers} + *authority + *additional;
  if (records + *questions > MessageLimits::records) return base::fail(Errc::too_large);

  Message message{*id, (*flags & kTopBit) != 0, {}, {}, {}};
  for (std::size_t i = 0; i < *questions; ++i) {
    auto question = reader.question();
    if (!question) return base::fail(Errc::malformed);
    message.questions.push_back(std::move(*question));
  }
  for (std::size_t i = 0; i < records; ++i) {
    auto record = reader.record();
    if (!record) return base::fail(Errc::malformed);
    (i < *answers ? message.answers : message.additional).push_back(std::move(*record));
  }
  return message;
}

}  // namespace qnet::mdns
