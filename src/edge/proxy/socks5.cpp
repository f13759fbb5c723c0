#include "edge/proxy/socks5.hpp"

#include <algorithm>
#include <array>

#include <boost/url/ipv4_address.hpp>
#include <boost/url/ipv6_address.hpp>

#include "foundation/base/endian.hpp"
#include "foundation/base/reader.hpp"

namespace qnet::proxy {

namespace {

using base::Reader;
using boost::urls::ipv4_address;
using boost::urls::ipv6_address;
using peer::ConnectStatus;

constexpr std::uint8_t kVersion = 5;

// Methods (RFC 1928 §3).
constexpr std::uint8_t kNoAuthentication = 0x00;
constexpr std::uint8_t kUserPassword = 0x02;
constexpr std::uint8_t kNoAcceptableMethod = 0xff;

// RFC 1929 §2.
constexpr std::array<std::uint8_t, 2> kPasswordAccepted = {1, 0};
constexpr std::array<std::uint8_t, 2> kPasswordRefused = {1, 1};

constexpr std::uint8_t kConnect = 0x01;

// Address types (RFC 1928 §5).
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

template <std::size_t N>
std::optional<std::array<std::uint8_t, N>> read_array(Reader& reader) {
  const auto view = reader.take(N);
  if (!view) return std::nullopt;
  std::array<std::uint8_t, N> bytes{};
  std::ranges::copy(*view, bytes.begin());
  return bytes;
}

std::optional<std::string> read_host(Reader& reader, std::uint8_t type) {
  if (type == kIpv4) {
    const auto bytes = read_array<4>(reader);
    return bytes ? std::optional<std::string>(ipv4_address(*bytes).to_string()) : std::nullopt;
  }
  if (type == kIpv6) {
    const auto bytes = read_array<16>(reader);
    return bytes ? std::optional(peer::ipv6_text(*bytes)) : std::nullopt;
  }
  const auto name = reader.vector<std::uint8_t>();
  return name ? std::optional(std::string(base::text_of(*name))) : std::nullopt;
}

void append_host(base::Bytes& to, const Destination& destination) {
  switch (destination.kind()) {
    case peer::HostKind::ipv4:
      to.push_back(kIpv4);
      return base::append(to, ipv4_address(destination.host).to_bytes());
    case peer::HostKind::ipv6:
      to.push_back(kIpv6);
      return base::append(to, ipv6_address(destination.host).to_bytes());
    case peer::HostKind::name:
      to.push_back(kName);
      to.push_back(static_cast<std::uint8_t>(destination.host.size()));
      return base::append(to, base::bytes_of(destination.host));
  }
}

}  // namespace

base::Bytes encode_reply(Reply code, const Destination& bound) {
  base::Bytes bytes = {kVersion, static_cast<std::uint8_t>(code), 0};
  append_host(bytes, bound);
  std::array<std::uint8_t, 2> port{};
  base::store_be(port.data(), bound.port);
  base::append(bytes, port);
  return bytes;
}

void Socks5::advance() {
  while (state() == State::reading && take_message()) {
  }
}

base::Bytes Socks5::reply(ConnectStatus status) const { return encode_reply(reply_code(status)); }

bool Socks5::take_message() {
  switch (step_) {
    case Step::greeting: return take_greeting();
    case Step::password: return take_password();
    case Step::request: return take_request();
  }
  return false;
}

bool Socks5::take_greeting() {
  Reader reader(input());
  const auto version = reader.integer<std::uint8_t>();
  if (version && *version != kVersion) {
    refuse({});
    return true;
  }
  const auto methods = version ? reader.vector<std::uint8_t>() : std::nullopt;
  if (!methods) return false;
  const auto offers = [&](std::uint8_t method) {
    return std::ranges::find(*methods, method) != methods->end();
  };
  // A program that offers a user name has one, and it may hold wishes.
  const bool asks = offers(kUserPassword);
  const bool open = !credentials_ && offers(kNoAuthentication);
  if (!open && !asks) {
    refuse(std::array{kVersion, kNoAcceptableMethod});
    return true;
  }
  say(std::array{kVersion, asks ? kUserPassword : kNoAuthentication});
  step_ = asks ? Step::password : Step::request;
  drop(reader.position());
  return true;
}

bool Socks5::take_password() {
  Reader reader(input());
  const auto version = reader.integer<std::uint8_t>();
  if (version && *version != kPasswordAccepted[0]) {
    refuse(kPasswordRefused);
    return true;
  }
  const auto user = version ? reader.vector<std::uint8_t>() : std::nullopt;
  const auto password = user ? reader.vector<std::uint8_t>() : std::nullopt;
  if (!password) return false;
  const auto name = base::text_of(*user);
  if (credentials_ && !credentials_->match(name, base::text_of(*password))) {
    refuse(kPasswordRefused);
    return true;
  }
  auto preference = preference_of(name, base::text_of(*password));
  if (!preference) {
    refuse(kPasswordRefused, preference.error().message());
    return true;
  }
  prefer(std::move(*preference));
  say(kPasswordAccepted);
  step_ = Step::request;
  drop(reader.position());
  return true;
}

bool Socks5::take_request() {
  Reader reader(input());
  const auto version = reader.integer<std::uint8_t>();
  if (version && *version != kVersion) {
    refuse(encode_reply(Reply::general_failure));
    return true;
  }
  const auto command = reader.integer<std::uint8_t>();
  // The reserved byte, then the type. What a client puts into the first is not looked at.
  const auto type = reader.take(1) ? reader.integer<std::uint8_t>() : std::nullopt;
  if (!type) return false;
  if (*type != kIpv4 && *type != kName && *type != kIpv6) {
    refuse(encode_reply(Reply::address_type_not_supported));
    return true;
  }
  auto host = read_host(reader, *type);
  const auto port = host ? reader.integer<std::uint16_t>() : std::nullopt;
  if (!port) return false;
  Destination destination{std::move(*host), *port};
  if (*command != kConnect) {
    refuse(encode_reply(Reply::command_not_supported));
  } else if (!is_acceptable(destination)) {
    refuse(encode_reply(Reply::general_failure));
  } else {
    drop(reader.position());
    request(std::move(destination));
  }
  return true;
}

}  // namespace qnet::proxy
