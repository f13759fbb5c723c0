// Whatever text asks for a destination, what passes has one meaning to everybody, and that meaning is
// allowed.
#include <arpa/inet.h>

#include <cstdlib>
#include <string>

#include "edge/exit/policy.hpp"

namespace {

using namespace qnet;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_literal(const exit::Policy& policy, const exit::Literal& literal, const std::string& text) {
  std::array<std::uint8_t, 16> bytes{};
  const int family = literal.address.is_v4() ? AF_INET : AF_INET6;
  require(text.find('\0') == std::string::npos);
  require(::inet_pton(family, text.c_str(), bytes.data()) == 1);
  const auto again = ip::IpAddress::from_bytes(base::ByteView(bytes).first(literal.address.bytes().size()));
  require(again == literal.address);
  require(!policy.check_address(*again, literal.port) && !policy.check_resolved(*again, literal.port));
}

void check_name(const exit::Policy& policy, const ip::HostName& name) {
  in_addr v4{};
  in6_addr v6{};
  require(::inet_aton(name.text.c_str(), &v4) == 0);
  require(::inet_pton(AF_INET6, name.text.c_str(), &v6) == 0);
  require(name.text.size() <= 253 && name.text.find('.') != std::string::npos && name.text.back() != '.');
  require(policy.check_host(name.text, 443) == exit::HostVerdict(name));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const exit::Policy policy({});
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto verdict = policy.check_host(text, 443);
  if (const auto* literal = std::get_if<exit::Literal>(&verdict)) check_literal(policy, *literal, text);
  if (const auto* name = std::get_if<exit::LookUp>(&verdict)) check_name(policy, *name);
  // An address of the DNS is any 4 or 16 bytes.
  if (const auto address = ip::IpAddress::from_bytes({data, size});
      address && !policy.check_resolved(*address, 443))
    require(address->is_v4() || (data[0] >> 5) == 1);
  (void)exit::parse_allow_entry(text);
  return 0;
}
