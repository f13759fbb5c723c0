// The names that are not the public DNS.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace qnet::ip {

enum class SpecialName : std::uint8_t {
  cloud_metadata,  ///< answers only inside one cloud: where its machines fetch their credentials
  local_name,      ///< has no place in the public DNS
};

/// `name` in lower case, without a trailing dot. Nothing for an ordinary public name.
[[nodiscard]] std::optional<SpecialName> special_name(std::string_view name);

}  // namespace qnet::ip
