#include "overlay/peer/connect_message.hpp"

#include <algorithm>
#include <optional>

#include "overlay/peer/framed.hpp"

namespace qnet::peer {

namespace {

constexpr std::size_t kLengthField = 2;
constexpr std::uint64_t kLastPort = 65535;

std::optional<std::uint64_t> number_in(const cbor::Value& map, std::string_view key, std::uint64_t largest) {
  const auto* const field = map.find(key);
  const auto* const value = field == nullptr ? nullptr : field->unsigned_integer();
  if (value == nullptr || *value > largest) return std::nullopt;
  return *value;
}

const std::string* text_in(const cbor::Value& map, std::string_view key) {
  const auto* const field = map.find(key);
  return field == nullptr ? nullptr : field->text();
}

}  // namespace

base::Bytes ConnectRequest::encode() const {
  return framed(cbor::Map{{"host", host}, {"port", std::uint64_t{port}}});
}

base::Result<ConnectRequest> ConnectRequest::decode(base::ByteView message) {
  const auto value = decoded(message);
  if (!value) return tl::unexpected(value.error());
  const auto* const host = text_in(*value, "host");
  const auto port = number_in(*value, "port", kLastPort);
  if (host == nullptr || !is_plain_host(*host) || !port || *port == 0) return base::fail(Errc::bad_message);
  return ConnectRequest{*host, static_cast<std::uint16_t>(*port)};
}

base::Bytes ConnectAnswer::encode() const {
  cbor::Map map;
  map.reserve(3);
  map.emplace_back("status", static_cast<std::uint64_t>(status));
  if (status == ConnectStatus::ok) {
    map.emplace_back("host", bound.host);
    map.emplace_back("port", std::uint64_t{bound.port});
  } else if (lacks != Lack::nothing) {
    map.emplace_back("lacks", static_cast<std::uint64_t>(lacks));
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
  if (*status <= static_cast<std::uint64_t>(ConnectStatus::timeout))
    answer.status = static_cast<ConnectStatus>(*status);
  if (answer.status != ConnectStatus::ok) {
    const auto lack = number_in(*value, "lacks", static_cast<std::uint64_t>(Lack::port));
    if (lack) answer.lacks = static_cast<Lack>(*lack);
    return answer;
  }
  const auto* const host = text_in(*value, "host");
  const auto port = number_in(*value, "port", kLastPort);
  if (host == nullptr || !(host->empty() || is_plain_host(*host)) || !port)
    return base::fail(Errc::bad_message);
  answer.bound = {*host, static_cast<std::uint16_t>(*port)};
  return answer;
}

base::Result<std::size_t> MessageReader::wanted() const {
  if (collected_.size() < kLengthField) return kLengthField - collected_.size();
  const std::size_t size = base::load_be<std::uint16_t>(collected_.data());
  if (size == 0 || size > ConnectLimits::message) return base::fail(Errc::bad_message);
  return kLengthField + size - collected_.size();
}

std::size_t MessageReader::feed(base::ByteView bytes) {
  std::size_t taken = 0;
  // Twice at most: the length, then what it announces.
  for (auto want = wanted(); want && *want > 0 && taken < bytes.size(); want = wanted()) {
    const auto part = bytes.subspan(taken, std::min(*want, bytes.size() - taken));
    base::append(collected_, part);
    taken += part.size();
  }
  return taken;
}

base::ByteView MessageReader::message() const {
  return base::ByteView(collected_).subspan(std::min(kLengthField, collected_.size()));
}

}  // namespace qnet::peer
