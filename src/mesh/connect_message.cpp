#include "mesh/connect_message.hpp"

#include "base/endian.hpp"
#include "cbor/decode.hpp"
#include "cbor/encode.hpp"

namespace qnet::mesh {

namespace {

base::Bytes framed(const cbor::Value& value) {
  const auto body = cbor::encode(value);
  base::Bytes bytes(2);
  base::store_be(bytes.data(), static_cast<std::uint16_t>(body.size()));
  base::append(bytes, body);
  return bytes;
}

base::Result<cbor::Value> decoded(base::ByteView message) {
  auto value = cbor::decode(message, {.depth = 2, .size = ConnectLimits::message});
  if (!value) return base::fail(Errc::bad_message, value.error().message());
  return value;
}

std::optional<std::uint64_t> number_in(const cbor::Value& map, std::string_view key, std::uint64_t largest) {
  const auto* const field = map.find(key);
  const auto* const value = field == nullptr ? nullptr : field->unsigned_integer();
  if (value == nullptr || *value > largest) return std::nullopt;
  return *value;
}

const std::string* text_in(const cbor::Value& map, std::string_view key) {
  const auto* const field = map.find(key);
  const auto* const text = field == nullptr ? nullptr : field->text();
  return text != nullptr && text->size() <= ConnectLimits::host ? text : nullptr;
}

}  // namespace

base::Bytes ConnectRequest::encode() const {
  return framed(cbor::Map{{"host", host}, {"port", std::uint64_t{port}}});
}

base::Result<ConnectRequest> ConnectRequest::decode(base::ByteView message) {
  const auto value = decoded(message);
  if (!value) return tl::unexpected(value.error());
  const auto* const host = text_in(*value, "host");
  const auto port = number_in(*value, "port", 65535);
  if (host == nullptr || host->empty() || !port) return base::fail(Errc::bad_message);
  return ConnectRequest{*host, static_cast<std::uint16_t>(*port)};
}

base::Bytes ConnectAnswer::encode() const {
  cbor::Map map{{"status", static_cast<std::uint64_t>(status)}};
  if (status == ConnectStatus::ok) {
    map.emplace_back("host", bound.host);
    map.emplace_back("port", std::uint64_t{bound.port});
  }
  return framed(map);
}

base::Result<ConnectAnswer> ConnectAnswer::decode(base::ByteView message) {
  const auto value = decoded(message);
  if (!value) return tl::unexpected(value.error());
  const auto status = number_in(*value, "status", 255);
  if (!status) return base::fail(Errc::bad_message);
  ConnectAnswer answer;
  // A newer exit may have causes that we have no word for.
  if (*status <= static_cast<std::uint64_t>(ConnectStatus::timeout)) answer.status = static_cast<ConnectStatus>(*status);
  if (answer.status != ConnectStatus::ok) return answer;
  const auto* const host = text_in(*value, "host");
  const auto port = number_in(*value, "port", 65535);
  if (host == nullptr || !port) return base::fail(Errc::bad_message);
  answer.bound = {*host, static_cast<std::uint16_t>(*port)};
  return answer;
}

base::Result<std::size_t> MessageReader::wanted() const {
  if (collected_.size() < 2) return 2 - collected_.size();
  const std::size_t size = base::load_be<std::uint16_t>(collected_.data());
  if (size == 0 || size > ConnectLimits::message) return base::fail(Errc::bad_message);
  return 2 + size - collected_.size();
}

}  // namespace qnet::mesh
