// IANA's names of what ClientHellos hold, for people. Empty for what is not in the tables.
#pragma once

#include <cstdint>
#include <string_view>

namespace qnet::client_hello {

[[nodiscard]] std::string_view cipher_name(std::uint16_t cipher);
[[nodiscard]] std::string_view extension_name(std::uint16_t type);
[[nodiscard]] std::string_view group_name(std::uint16_t group);

}  // namespace qnet::client_hello
