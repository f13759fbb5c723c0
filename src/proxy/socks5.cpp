#include "proxy/socks5.hpp"

#include <algorithm>
#include <array>

#include <boost/asio/ip/address.hpp>

#include "base/reader.hpp"

namespace qnet::proxy {

namespace {

using base::Reader;
using mesh::ConnectStatus;

constexpr std::uint8_t kVersion = 5;
constexpr std::uint8_t kPasswordVersion = 1;  // RFC 1929 §2

constexpr std::uint8_t kNoAuthentication = 0x00;
constexpr std::uint8_t kUserPassword = 0x02;
constexpr std::uint8_t kNoAcceptableMethod = 0xff;

constexpr std::uint8_t kConnect = 0x01;

constexpr std::uint8_t kIpv4 = 0x01;
constexpr std::uint8_t kName = 0x03;
constexpr std::uint8_t kIpv6 = 0x04;

Reply reply_code(ConnectStatus status) {
  switch (status) {
    case ConnectStatus::ok: return Reply::succeeded;
    case ConnectStatus::general_failure: return Reply::general_failure;
    case ConnectStatus::not_allowed: return Reply::not_allowed;
    case ConnectStatus::network_unreachable: return Reply::network_unreachable;
    case ConnectStatus::host_unreachable: return Reply::host_unreachable;
    case ConnectStatus::refused: return Reply::connection_refused;
    case ConnectStatus::timeout: return Reply::ttl_expired;
  }
  return Reply::general_failure;
}

template <class Address>
std::optional<std::string> read_address(Reader& reader) {
  typename Address::bytes_type bytes;
  const auto view = reader.take(bytes.size());
  if (!view) return std::nullopt;
  std::ranges::copy(*view, bytes.begin());
  return Address(bytes).to_string();
}

std::optional<std::string> read_host(Reader& reader, std::uint8_t type) {
  if (type == kIpv4) return read_address<boost::asio::ip::address_v4>(reader);
  if (type == kIpv6) return read_address<boost::asio::ip::address_v6>(reader);
  const auto name = reader.vector<std::uint8_t>();
  if (!name) return std::nullopt;
  return std::string(base::text_of(*name));
}

}  // namespace

base::Bytes encode_reply(Reply code) {
  return {kVersion, static_cast<std::uint8_t>(code), 0, kIpv4, 0, 0, 0, 0, 0, 0};
}

void Socks5::feed(base::ByteView bytes) {
  base::append(input_, bytes);
  while (state_ == State::reading && step()) {
  }
  if (state_ == State::reading && input_.size() > Socks5Limits::dialogue) refuse(Reply::general_failure);
}

base::Bytes Socks5::reply(ConnectStatus status) const { return encode_reply(reply_code(status)); }

bool Socks5::step() {
  switch (step_) {
    case Step::greeting: return take_greeting();
    case Step::password: return take_password();
    case Step::request: return take_request();
  }
  return false;
}

void Socks5::drop(std::size_t count) {
  input_.erase(input_.begin(), input_.begin() + static_cast<std::ptrdiff_t>(count));
}

void Socks5::refuse(Reply code) { Dialogue::refuse(encode_reply(code)); }

bool Socks5::take_greeting() {
  Reader reader(input_);
  const auto version = reader.integer<std::uint8_t>();
  if (version && *version != kVersion) {
    Dialogue::refuse({});
    return false;
  }
  const auto methods = version ? reader.vector<std::uint8_t>() : std::nullopt;
  if (!methods) return false;
  const auto offers = [&](std::uint8_t method) { return std::ranges::find(*methods, method) != methods->end(); };
  const bool with_password = offers(kUserPassword) && (credentials_ || !offers(kNoAuthentication));
  if (!with_password && (credentials_ || !offers(kNoAuthentication))) {
    Dialogue::refuse(std::array{kVersion, kNoAcceptableMethod});
    return false;
  }
  base::append(output_, std::array{kVersion, with_password ? kUserPassword : kNoAuthentication});
  step_ = with_password ? Step::password : Step::request;
  drop(reader.position());
  return true;
}

bool Socks5::take_password() {
  Reader reader(input_);
  const auto version = reader.integer<std::uint8_t>();
  if (version && *version != kPasswordVersion) {
    Dialogue::refuse(std::array<std::uint8_t, 2>{kPasswordVersion, 1});
    return false;
  }
  const auto user = version ? reader.vector<std::uint8_t>() : std::nullopt;
  const auto password = user ? reader.vector<std::uint8_t>() : std::nullopt;
  if (!password) return false;
  if (credentials_ && !credentials_->match(base::text_of(*user), base::text_of(*password))) {
    Dialogue::refuse(std::array<std::uint8_t, 2>{kPasswordVersion, 1});
    return false;
  }
  base::append(output_, std::array<std::uint8_t, 2>{kPasswordVersion, 0});
  step_ = Step::request;
  drop(reader.position());
  return true;
}

bool Socks5::take_request() {
  Reader reader(input_);
  const auto head = reader.take(4);
  if (!head) return false;
  if ((*head)[0] != kVersion) {
    refuse(Reply::general_failure);
    return false;
  }
  const auto type = (*head)[3];
  if (type != kIpv4 && type != kName && type != kIpv6) {
    refuse(Reply::address_type_not_supported);
    return false;
  }
  auto host = read_host(reader, type);
  const auto port = host ? reader.integer<std::uint16_t>() : std::nullopt;
  if (!port) return false;
  if ((*head)[1] != kConnect) {
    refuse(Reply::command_not_supported);
  } else if (!is_acceptable_host(*host) || *port == 0) {
    refuse(Reply::general_failure);
  } else {
    destination_ = {std::move(*host), *port};
    state_ = State::requested;
    drop(reader.position());
  }
  return false;
}

}  // namespace qnet::proxy
